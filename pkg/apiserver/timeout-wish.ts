import { parseDuration } from '../model/duration.ts';
import type { ApiRequest } from './exchange.ts';
import { wantsWatch } from './request-info.ts';

/** How long a client wants to wait at most, in its query parameter `timeout`. */
export type TimeoutWish =
  | { readonly kind: 'none' }
  | { readonly kind: 'limit'; readonly ms: number }
  /** `message` is what the reference says. */
  | { readonly kind: 'invalid'; readonly message: string };

const none: TimeoutWish = { kind: 'none' };

/** Nothing, zero and less than zero are no wish. Watches have a parameter of their own, and this one is not read. */
export function timeoutWish({ method, query }: ApiRequest): TimeoutWish {
  const text = query.get('timeout') ?? '';
  if (text === '' || (method === 'GET' && wantsWatch(query))) return none;
  const result = parseDuration(text);
  if (result.kind === 'invalid') {
    return { kind: 'invalid', message: `invalid timeout specified in the request URL - ${result.message}` };
  }
  return result.ns > 0 ? { kind: 'limit', ms: result.ns / 1e6 } : none;
}
