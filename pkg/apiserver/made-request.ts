import type { ApiRequest } from './exchange.ts';

/** A request for tests that need no socket: a GET of `target` (path and query) by nobody in particular, unless told. */
export function madeRequest(target: string, changes: Partial<ApiRequest> = {}): ApiRequest {
  const [path = '', ...query] = target.split('?');
  return {
    method: 'GET',
    path,
    query: new URLSearchParams(query.join('?')),
    ...(query.length > 0 && changes.query === undefined && { rawQuery: query.join('?') }),
    headers: {},
    peerChain: [],
    remoteAddress: '127.0.0.1',
    signal: new AbortController().signal,
    ...changes,
  };
}
