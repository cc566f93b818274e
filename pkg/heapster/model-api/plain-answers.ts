import type { Answer, Body } from '../../apiserver/exchange.ts';

/** 200 with JSON, at once or in pieces. */
export const json = (body: Body): Answer => ({ status: 200, headers: { 'Content-Type': 'application/json' }, body });

/** A refusal in a line of text, as Heapster's clients know them. */
export const refusal = (status: 400 | 404 | 405 | 500, message: string): Answer => ({
  status,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
  body: `${message}\n`,
});

/** JSON in pieces for people who wait: `[`, what comes with commas between, `]`. */
export function* listPieces(items: Iterable<string>): Generator<string> {
  let before = '[';
  for (const item of items) {
    yield before + item;
    before = ',';
  }
  yield before === '[' ? '[]' : ']';
}
