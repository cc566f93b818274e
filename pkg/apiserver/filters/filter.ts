import type { Answer, ApiRequest } from '../exchange.ts';

/** Stands in front of everything else: answers by itself, or lets others answer and changes what they say. */
export type Filter = (request: ApiRequest, next: () => Promise<Answer>) => Promise<Answer>;

/** Asks the filters one after the other, the first one outermost, and last `answer`. */
export async function throughFilters(
  filters: readonly Filter[],
  request: ApiRequest,
  answer: () => Promise<Answer>,
): Promise<Answer> {
  return await filters.reduceRight<() => Promise<Answer>>((next, filter) => () => filter(request, next), answer)();
}

/** The answer with further headers; those it has already win. */
export function withHeaders(answer: Answer, headers: Answer['headers']): Answer {
  return { ...answer, headers: { ...headers, ...answer.headers } };
}
