import { chunkBytes } from '../chunked.ts';
import { fullChunk, sent } from '../spare-chunks.ts';
import { metadataField, metadataSize, type ProtobufParts } from './protobuf.ts';
import { fieldSize, ProtobufWriter } from './protobuf-writer.ts';

interface Page<T> {
  readonly objects: T[];
  /** Where the fields of each object end in `fields`. */
  readonly ends: number[];
  readonly fields: Uint8Array;
}

/**
 * Where the objects of a long list wait until the length of all of them is known: the fields that follow their metadata are
 * written once, on arrival, and copied when they leave. Of a pod of two containers these are some 130 bytes. Metadata are
 * longer and stay as they are, so they are reckoned first and written last.
 */
export class Shelf<T> {
  readonly #parts: ProtobufParts<T>;
  readonly #out = new ProtobufWriter(fullChunk);
  #pages: Page<T>[] = [];
  #objects: T[] = [];
  #ends: number[] = [];
  #length = 0;

  constructor(parts: ProtobufParts<T>) {
    this.#parts = parts;
  }

  /** What all objects take in the list, in bytes. */
  get length(): number {
    return this.#length;
  }

  put(object: T): void {
    const start = this.#out.length;
    this.#parts.protobufFields(object, this.#out);
    const end = this.#out.length;
    this.#objects.push(object);
    this.#ends.push(end);
    this.#length += fieldSize(fieldSize(metadataSize(this.#parts.metadata(object))) + end - start);
    if (end >= chunkBytes) this.#turnPage();
  }

  /** Items of the list, in the order in which they came and to be had once, in chunks; the last of them is left in `out`. */
  *chunks(out: ProtobufWriter): Iterable<Uint8Array> {
    this.#turnPage();
    const pages = this.#pages;
    this.#pages = [];
    for (let page = pages.shift(); page !== undefined; page = pages.shift()) {
      const { objects, ends, fields } = page;
      let [at, start] = [0, 0];
      for (const object of objects) {
        const end = ends[at++] ?? start;
        const item = out.openLong(2);
        metadataField(this.#parts.metadata(object), out);
        out.appendPart(fields, start, end);
        out.closeLong(item);
        start = end;
        if (out.length >= chunkBytes) yield out.take();
      }
      sent(fields);
    }
  }

  #turnPage(): void {
    this.#pages.push({ objects: this.#objects, ends: this.#ends, fields: this.#out.take() });
    this.#objects = [];
    this.#ends = [];
  }
}
