import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Body } from '../exchange.ts';

/** Texts that are joined and sent as one. */
const piecesPerChunk = 64;

/**
 * About as many bytes are sent as one: four TLS records, and less than a millisecond of work. With a third of it, writing
 * takes twice the time; with more, copies leave the processor's cache.
 */
export const chunkBytes = 64 * 1024;

/** What the last item of a chunk may need beyond the size of the chunk, nearly always. In bytes. */
export const roomForOne = 4096;

/** A body from many small pieces: one string when there are few, otherwise chunks drawn as the client takes them. */
export function chunkedBody(pieces: Iterable<string>): Body {
  const iterator = joined(pieces)[Symbol.iterator]();
  const first = iterator.next();
  if (first.done === true) return '';
  const second = iterator.next();
  return second.done === true ? first.value : resumed([first.value, second.value], iterator);
}

/**
 * A body from chunks: the chunk where there is only one, otherwise drawn as the client takes them. An empty one is a
 * pause: others get a turn of the event loop, and `signal` may end the drawing.
 */
export async function drawnBody(chunks: Iterable<string> | Iterable<Uint8Array>, signal: AbortSignal): Promise<Body> {
  const iterator: Iterator<string | Uint8Array> = chunks[Symbol.iterator]();
  const drawn: (string | Uint8Array)[] = [];
  while (drawn.length < 2) {
    const next = iterator.next();
    if (next.done === true) return drawn[0] ?? '';
    if (next.value.length > 0) drawn.push(next.value);
    else await nextTurn();
    if (signal.aborted) iterator.return?.();
    signal.throwIfAborted();
  }
  return resumed(drawn, iterator);
}

/** What was drawn already, then the rest, which ends with this even when nobody draws as far. */
function* resumed<Chunk>(drawn: readonly Chunk[], iterator: Iterator<Chunk>): Generator<Chunk> {
  const rest = Iterator.from(iterator);
  using _ended = { [Symbol.dispose]: () => void rest.return?.() };
  yield* drawn;
  yield* rest;
}

/** Pieces in chunks; what is empty stays what it is, a pause. */
export function* joined(pieces: Iterable<string>): Generator<string> {
  let chunk: string[] = [];
  for (const piece of pieces) {
    if (piece === '') yield '';
    else if (chunk.push(piece) === piecesPerChunk) {
      yield chunk.join('');
      chunk = [];
    }
  }
  if (chunk.length > 0) yield chunk.join('');
}
