import type { ApiRequest } from './exchange.ts';

/** Path and query as they were sent; where nobody kept that, as they are written now. */
export function requestTarget({ path, query, rawQuery }: Pick<ApiRequest, 'path' | 'query' | 'rawQuery'>): string {
  if (rawQuery !== undefined) return `${path}?${rawQuery}`;
  return query.size === 0 ? path : `${path}?${query}`;
}
