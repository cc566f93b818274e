import type { Body } from '../exchange.ts';

/** Pieces that are joined and sent as one: about 20 kB of pods, well under a millisecond of work. */
const piecesPerChunk = 64;

/** A body from many small pieces: one string when there are few, otherwise chunks drawn as the client takes them. */
export function chunkedBody(pieces: Iterable<string>): Body {
  const chunks = joined(pieces);
  const first = chunks.next();
  if (first.done === true) return '';
  const second = chunks.next();
  return second.done === true ? first.value : resumed([first.value, second.value], chunks);
}

/** What was drawn already, then the rest, which ends with this even when nobody draws as far. */
function* resumed(drawn: readonly string[], rest: Generator<string>): Generator<string> {
  using _ended = { [Symbol.dispose]: () => void rest.return(undefined) };
  yield* drawn;
  yield* rest;
}

function* joined(pieces: Iterable<string>): Generator<string> {
  let chunk: string[] = [];
  for (const piece of pieces) {
    chunk.push(piece);
    if (chunk.length < piecesPerChunk) continue;
    yield chunk.join('');
    chunk = [];
  }
  if (chunk.length > 0) yield chunk.join('');
}
