import { setImmediate as nextTurn } from 'node:timers/promises';
import { chunkBytes, roomForOne } from '../chunked.ts';
import type { TypeMeta } from '../json/json.ts';
import { encodingFields, listMetadataFields, magic, typeFields } from './protobuf.ts';
import { ProtobufWriter } from './protobuf-writer.ts';
import type { Shelf } from './shelf.ts';

/** How the objects of a list are written, and where they wait for it. */
export interface ListForm<T> {
  readonly item: (object: T, out: ProtobufWriter) => void;
  readonly shelf: Shelf<T>;
}

/** A body of so many bytes: whole where it is short, otherwise in chunks, to be drawn once. */
export interface SizedBody {
  readonly length: number;
  readonly chunks: Uint8Array | Iterable<Uint8Array>;
}

/** Objects written for their length without a turn of the event loop, at most. */
const objectsPerTurn = 256;

/** Chunks that are kept until the list is sent, in bytes together: beyond these, keeping the objects is worth writing twice. */
const mostHeld = 6 * 1024 * 1024;

/**
 * A body holding a list. What is undefined among the objects is a pause. The envelope is led by the length of everything,
 * so that nothing can be sent before all is written, with turns of the event loop between. Of a long list the beginning
 * is kept until then, and of the others the objects: on their shelf they take far less memory than what is written of
 * them, which is done a second time as the client takes it. `signal` ends the first time.
 */
export async function protobufList<T>(
  type: TypeMeta,
  objects: Iterable<T | undefined>,
  { item, shelf }: ListForm<T>,
  signal: AbortSignal,
): Promise<SizedBody> {
  const list = new ListBeginning({ item, shelf });
  let inTurn = 0;
  for (const object of objects) {
    const isChunk = object !== undefined && list.add(object);
    if (object !== undefined && !isChunk && ++inTurn < objectsPerTurn) continue;
    inTurn = 0;
    await nextTurn();
    signal.throwIfAborted();
  }
  return list.end(type);
}

/** A list of which everything is written, and only the beginning kept. */
class ListBeginning<T> {
  readonly #form: ListForm<T>;
  readonly #out = new ProtobufWriter((chunkBytes + roomForOne) / 16);
  readonly #held: Uint8Array[] = [];
  /** Bytes written before those in the writer. */
  #length = 0;
  /** Of what is in the writer now, the objects are kept instead. */
  #isShelved = false;

  constructor(form: ListForm<T>) {
    this.#form = form;
    this.#out.message(1, listMetadataFields);
  }

  /** True when this filled a chunk. */
  add(object: T): boolean {
    writeItem(object, this.#form.item, this.#out);
    if (this.#isShelved) this.#form.shelf.put(object);
    if (this.#out.length < chunkBytes) return false;
    this.#endChunk();
    return true;
  }

  end(type: TypeMeta): SizedBody {
    this.#endChunk();
    const head = headOf(type, this.#length);
    const tail = tailOf();
    const length = head.length + this.#length + tail.length;
    const { item, shelf } = this.#form;
    if (this.#held.length === 1) return { length, chunks: Buffer.concat([head, ...this.#held, tail]) };
    return { length, chunks: listChunks([head, ...this.#held], shelf.taken(), item) };
  }

  #endChunk(): void {
    this.#length += this.#out.length;
    if (this.#isShelved) this.#out.reset();
    else this.#held.push(this.#out.take());
    this.#isShelved = this.#length >= mostHeld;
  }
}

function* listChunks<T>(
  written: Uint8Array[],
  objects: Iterable<T>,
  item: (object: T, out: ProtobufWriter) => void,
): Iterable<Uint8Array> {
  // What is sent need not be kept any longer.
  for (let chunk = written.shift(); chunk !== undefined; chunk = written.shift()) yield chunk;
  const out = new ProtobufWriter(chunkBytes + roomForOne);
  for (const object of objects) {
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

/** All that stands before a message of `length` bytes. */
function headOf(type: TypeMeta, length: number): Uint8Array {
  const out = new ProtobufWriter();
  out.append(magic);
  typeFields(type, out);
  out.lengthOf(2, length);
  return out.take();
}

/** All that stands behind it. */
function tailOf(): Uint8Array {
  const out = new ProtobufWriter();
  encodingFields(out);
  return out.take();
}
