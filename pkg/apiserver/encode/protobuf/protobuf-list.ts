import { setImmediate as nextTurn } from 'node:timers/promises';
import { chunkBytes } from '../chunked.ts';
import type { TypeMeta } from '../json/json.ts';
import { fullChunk } from '../spare-chunks.ts';
import { encodingFields, listMetadataFields, magic, objectFields, type ProtobufParts, typeFields } from './protobuf.ts';
import { ProtobufWriter } from './protobuf-writer.ts';

/**
 * A body holding a list: whole where it is short, otherwise in chunks, to be drawn once. What is undefined among the
 * objects is a pause. `signal` ends the drawing.
 *
 * ```text
 *   magic, type   length of the list   object  object  object …   end
 *   └ leave at once                  └ once all objects are written; meanwhile their chunks wait
 * ```
 */
export async function protobufList<T>(
  type: TypeMeta,
  objects: Iterable<T | undefined>,
  parts: ProtobufParts<T>,
  signal: AbortSignal,
): Promise<Uint8Array | AsyncIterable<Uint8Array>> {
  const rest = Iterator.from(objects);
  const out = new ProtobufWriter(fullChunk / 16);
  out.message(1, listMetadataFields);
  for (let next = rest.next(); next.done !== true; next = rest.next()) {
    if (next.value !== undefined) writeItem(next.value, parts, out);
    else await nextTurn();
    if (signal.aborted) rest.return?.();
    signal.throwIfAborted();
    if (out.length >= chunkBytes) return longList(type, { written: out.take(), rest }, parts, signal);
  }
  return shortList(type, out.take());
}

function shortList(type: TypeMeta, list: Uint8Array): Uint8Array {
  const out = new ProtobufWriter(list.length + 256);
  beginning(type, out);
  out.bytes(2, list);
  encodingFields(out);
  return out.take();
}

/** A list of which one chunk is written, and the rest not even drawn. */
interface Begun<T> {
  readonly written: Uint8Array;
  readonly rest: Iterator<T | undefined>;
}

/** Ends early, instead of failing, when `signal` aborts: whoever sends it sees that too. */
async function* longList<T>(
  type: TypeMeta,
  { written, rest }: Begun<T>,
  parts: ProtobufParts<T>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  using _ended = { [Symbol.dispose]: () => void rest.return?.() };
  const head = new ProtobufWriter();
  beginning(type, head);
  yield head.take();
  const chunks = [written];
  const out = new ProtobufWriter(fullChunk);
  for (let next = rest.next(); next.done !== true && !signal.aborted; next = rest.next()) {
    if (next.value !== undefined) writeItem(next.value, parts, out);
    if (out.length >= chunkBytes) chunks.push(out.take());
    else if (next.value !== undefined) continue;
    await nextTurn();
  }
  if (signal.aborted) return;
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, out.length);
  head.lengthOf(2, length);
  yield head.take();
  // Each is let go of as it leaves: whoever sent it gives its memory back.
  for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) yield chunk;
  encodingFields(out);
  yield out.take();
}

function writeItem<T>(object: T, parts: ProtobufParts<T>, out: ProtobufWriter): void {
  const opened = out.openLong(2);
  objectFields(object, parts, out);
  out.closeLong(opened);
}

/** All that stands before the list and its length. */
function beginning(type: TypeMeta, out: ProtobufWriter): void {
  out.append(magic);
  typeFields(type, out);
}
