import { setImmediate as nextTurn } from 'node:timers/promises';
import { chunkBytes } from '../chunked.ts';
import type { TypeMeta } from '../json/json.ts';
import { fullChunk } from '../spare-chunks.ts';
import { encodingFields, listMetadataFields, magic, typeFields } from './protobuf.ts';
import { fieldSize, ProtobufWriter } from './protobuf-writer.ts';
import type { Shelf } from './shelf.ts';

/** How the objects of a list are written, and where they wait for it. */
export interface ListForm<T> {
  readonly item: (object: T, out: ProtobufWriter) => void;
  /** How many bytes `item` writes. Absent = it is written to be measured. */
  readonly size?: ((object: T) => number) | undefined;
  readonly shelf: Shelf<T>;
}

/** Objects looked at without a turn of the event loop, at most. */
const objectsPerTurn = 256;

/**
 * A body holding a list: whole where it is short, otherwise in chunks, to be drawn once. What is undefined among the
 * objects is a pause. `signal` ends the drawing.
 *
 * ```text
 *   magic, type   length of the list   object  object  object …   end
 *   └ leave at once                  └ once all objects are measured; meanwhile they wait on their shelf
 * ```
 */
export async function protobufList<T>(
  type: TypeMeta,
  objects: Iterable<T | undefined>,
  form: ListForm<T>,
  signal: AbortSignal,
): Promise<Uint8Array | AsyncIterable<Uint8Array>> {
  const rest = Iterator.from(objects);
  const out = new ProtobufWriter(fullChunk / 16);
  out.message(1, listMetadataFields);
  for (let next = rest.next(); next.done !== true; next = rest.next()) {
    if (next.value !== undefined) writeItem(next.value, form.item, out);
    else await nextTurn();
    if (signal.aborted) rest.return?.();
    signal.throwIfAborted();
    if (out.length >= chunkBytes) return longList(type, { written: out.take(), rest }, form, signal);
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
  form: ListForm<T>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  using _ended = { [Symbol.dispose]: () => void rest.return?.() };
  const head = new ProtobufWriter();
  beginning(type, head);
  yield head.take();
  const length = await measured(rest, form, signal);
  if (signal.aborted) return;
  head.lengthOf(2, written.length + length);
  head.append(written);
  yield head.take();
  yield* chunksOf(form);
}

/** Puts the objects on their shelf. What they take in the list, in bytes. */
async function measured<T>(
  objects: Iterator<T | undefined>,
  { item, size = measuring(item), shelf }: ListForm<T>,
  signal: AbortSignal,
): Promise<number> {
  let length = 0;
  let inTurn = 0;
  for (let next = objects.next(); next.done !== true && !signal.aborted; next = objects.next()) {
    if (next.value !== undefined) {
      length += fieldSize(size(next.value));
      shelf.put(next.value);
      if (++inTurn < objectsPerTurn) continue;
    }
    inTurn = 0;
    await nextTurn();
  }
  return length;
}

function measuring<T>(item: ListForm<T>['item']): (object: T) => number {
  const out = new ProtobufWriter();
  return (object) => {
    out.reset();
    item(object, out);
    return out.length;
  };
}

/** The objects of a shelf, and all that stands behind them. */
function* chunksOf<T>({ item, shelf }: ListForm<T>): Iterable<Uint8Array> {
  const out = new ProtobufWriter(fullChunk);
  for (const object of shelf.taken()) {
    writeItem(object, item, out);
    if (out.length >= chunkBytes) yield out.take();
  }
  encodingFields(out);
  yield out.take();
}

function writeItem<T>(object: T, item: (object: T, out: ProtobufWriter) => void, out: ProtobufWriter): void {
  const opened = out.openLong(2);
  item(object, out);
  out.closeLong(opened);
}

/** All that stands before the list and its length. */
function beginning(type: TypeMeta, out: ProtobufWriter): void {
  out.append(magic);
  typeFields(type, out);
}
