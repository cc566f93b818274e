import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Body } from '../exchange.ts';

/** Pieces that are joined and sent as one: about 20 kB of pods, well under a millisecond of work. */
const piecesPerChunk = 64;

/**
 * A body from many small pieces: one string when there are few, otherwise chunks with a turn of the event loop between
 * them, so that a long list delays nobody else. Pieces are drawn as the client takes them.
 */
export function pacedBody(pieces: Iterable<string>): Body {
  const chunks = joined(pieces);
  const first = chunks.next();
  if (first.done === true) return '';
  const second = chunks.next();
  return second.done === true ? first.value : paced(first.value, second.value, chunks);
}

/** Chunks that are there already, with a turn of the event loop between them. */
export async function* pacedChunks<Chunk>(chunks: Iterable<Chunk>): AsyncGenerator<Chunk> {
  for (const chunk of chunks) {
    yield chunk;
    await nextTurn();
  }
}

async function* paced(first: string, second: string, rest: Generator<string>): AsyncGenerator<string> {
  using _closed = { [Symbol.dispose]: () => void rest.return(undefined) };
  yield first;
  await nextTurn();
  yield second;
  await nextTurn();
  yield* pacedChunks(rest);
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
