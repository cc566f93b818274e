import { chunkBytes, roomForOne } from './chunked.ts';

/** What a full chunk has room for, in bytes. */
export const fullChunk = chunkBytes + roomForOne;

/** As many as are under way at a time where several lists are read at once: half a megabyte. */
const mostSpare = 8;

const spare: Buffer[] = [];
const lent = new WeakSet<ArrayBufferLike>();

/**
 * Memory for so many bytes: for a full chunk what an earlier one left, if there is any. A long list would take new memory
 * for each of its hundreds of chunks otherwise, and memory outside the heap that is newly taken makes V8 look through the
 * whole heap for garbage the sooner.
 */
export function roomFor(bytes: number): Buffer {
  if (bytes !== fullChunk) return Buffer.allocUnsafe(bytes);
  const room = spare.pop() ?? Buffer.allocUnsafe(bytes);
  lent.add(room.buffer);
  return room;
}

/**
 * A chunk was sent, and nobody will look at it again: its memory is used for another one, or given back at once where there
 * is enough: hundreds of chunks that wait for the next collection bring it about, and it takes longer than to write them.
 * Whoever does not know that a chunk was sent leaves it alone, and it becomes garbage. Anything but a full chunk of a writer
 * is none of ours, and stays as it is.
 */
export function sent(chunk: string | Uint8Array): void {
  if (typeof chunk === 'string' || !lent.delete(chunk.buffer)) return;
  if (spare.length < mostSpare) spare.push(Buffer.from(chunk.buffer, 0, fullChunk));
  else if (chunk.buffer instanceof ArrayBuffer) chunk.buffer.transfer(0);
}
