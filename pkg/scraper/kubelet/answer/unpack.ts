import { gunzip, gunzipSync } from 'node:zlib';
import type { KubeletAnswer } from '../kubelet-client.ts';

/** The largest answer we take, packed or unpacked: more than the largest node has to say. */
export const bodyLimit = 16 * 2 ** 20;

/** Up to here unpacking takes about 2 ms at most; more is left to the thread pool, so that nobody else waits for it. */
const smallPacked = 64 * 1024;
const smallUnpacked = 2 ** 20;

/** From here on memory is not a piece of what Node.js shares among buffers, and is free as soon as we say so. */
const ownMemory = Buffer.poolSize >>> 1;

/** Undoes gzip at once, within bounds; undefined where it is too much for that. */
export function unpackNow(packed: Buffer): KubeletAnswer | undefined {
  if (packed.length > smallPacked) return undefined;
  const room = roomFor(packed);
  try {
    const body = gunzipSync(packed, { chunkSize: room, maxOutputLength: smallUnpacked });
    return { kind: 'ok', body, release: () => free(body, room) };
  } catch (error) {
    return isTooLarge(error) ? undefined : broken(error);
  }
}

/** Undoes gzip elsewhere, within bounds. `packed` is in use until then. */
export function unpackLater(packed: Buffer, done: (answer: KubeletAnswer) => void): void {
  gunzip(packed, { maxOutputLength: bodyLimit }, (error, unpacked) => {
    if (error === null) done({ kind: 'ok', body: unpacked });
    else done(isTooLarge(error) ? { kind: 'too-large', limitBytes: bodyLimit } : broken(error));
  });
}

/**
 * Frees the room of a body now. What unpacked it holds on to it, and is old by the time the garbage collector looks: with
 * 500 nodes 50 MB of such rooms were waiting to be found. Memory that is shared, or was put together of pieces, is left alone.
 */
function free({ buffer }: Buffer, room: number): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === room) buffer.transfer(0);
}

/**
 * A packed body ends with its size (RFC 1952, 2.3.1). In one piece of just that room, and a byte for zlib to see the end,
 * unpacking takes two thirds of the time that it takes in pieces of 16 KiB, which have to be put together. Making zlib's
 * inflater anew each time costs as much again; one that is kept works in the thread pool, which costs more, and one written
 * in TypeScript took as long.
 */
function roomFor(packed: Buffer): number {
  const told = packed.length < 4 ? 0 : packed.readUInt32LE(packed.length - 4);
  return told < smallUnpacked ? Math.max(told + 1, ownMemory) : 16 * 1024;
}

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';

const broken = (error: unknown): KubeletAnswer => ({
  kind: 'bad-body',
  message: `gzip: ${error instanceof Error ? error.message : String(error)}`,
});
