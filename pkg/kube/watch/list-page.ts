import { deadline } from '../../lifecycle/deadline.ts';
import { problemOf, problemOfFailure } from '../connection/problem.ts';
import { parseObjects } from './parse-objects.ts';
import { decodePage, type ListPage } from './watch-event.ts';
import type { Failed, Stale, WatchSource } from './watched-resource.ts';

const defaultPageSize = 500;
const timeLimitMs = 60_000;
const byteLimit = 64 * 1024 * 1024;

/** How asking for one page ended. */
export type PageOutcome = { readonly kind: 'page'; readonly page: ListPage } | Stale | Failed;

/** Asks for the page that `token` names; the empty token is the first page. Never rejects. */
export async function fetchPage(source: WatchSource, token: string, signal: AbortSignal): Promise<PageOutcome> {
  const { transport, resource, clock } = source;
  using limit = deadline(signal, timeLimitMs, clock);
  try {
    using response = await transport.request({
      method: 'GET',
      path: resource.path,
      query: {
        ...resource.query,
        limit: String(resource.pageSize ?? defaultPageSize),
        ...(token === '' ? {} : { continue: token }),
      },
      ...(resource.listAccept === undefined ? {} : { accept: resource.listAccept }),
      signal: limit.signal,
    });
    if (response.status === 410) return { kind: 'stale', reason: 'listing took longer than the past is remembered' };
    if (response.status !== 200) return { kind: 'failed', problem: await problemOf(response) };
    const page = decodePage(parseObjects(await response.text(byteLimit)));
    if (page !== undefined) return { kind: 'page', page };
    return { kind: 'failed', problem: { message: `GET ${resource.path} was not answered with a list` } };
  } catch (cause) {
    return { kind: 'failed', problem: problemOfFailure(cause, transport) };
  }
}
