import type { Body } from '../exchange.ts';

/** Texts that are joined and sent as one. */
const piecesPerChunk = 64;

/**
 * About as many bytes are sent as one: four TLS records, and less than a millisecond of work. With a third of it, writing
 * takes twice the time; with more, copies leave the processor's cache.
 */
export const chunkBytes = 64 * 1024;

/** A body from many small pieces: one string when there are few, otherwise chunks drawn as the client takes them. */
export const chunkedBody = (pieces: Iterable<string>): Body => bodyOf(joined(pieces));

/** A body from chunks: the chunk where there is only one, otherwise drawn as the client takes them. */
export function bodyOf(chunks: Iterable<string> | Iterable<Uint8Array>): Body {
  const iterator: Iterator<string | Uint8Array> = chunks[Symbol.iterator]();
  const first = iterator.next();
  if (first.done === true) return '';
  const second = iterator.next();
  return second.done === true ? first.value : resumed([first.value, second.value], iterator);
}

/** What was drawn already, then the rest, which ends with this even when nobody draws as far. */
function* resumed<Chunk>(drawn: readonly Chunk[], iterator: Iterator<Chunk>): Generator<Chunk> {
  const rest = Iterator.from(iterator);
  using _ended = { [Symbol.dispose]: () => void rest.return?.() };
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
