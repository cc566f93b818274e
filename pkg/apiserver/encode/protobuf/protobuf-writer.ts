import { ByteBuffer } from '../byte-buffer.ts';

const wireVarint = 0;
const wireBytes = 2;

/**
 * Writes one protobuf message into a buffer that grows. Fields are written where they are called, even when empty or
 * zero, as the Go encoder does for everything that is not a pointer: call in ascending field order, and leave out what
 * Go leaves out (nil pointers, empty slices and maps). Maps are the caller's: one `message(field, …)` per entry, key 1
 * and value 2, sorted by key.
 */
export class ProtobufWriter {
  readonly #out: ByteBuffer;

  /** `capacity` is the first size of the buffer, in bytes. */
  constructor(capacity = 1024) {
    this.#out = new ByteBuffer(Math.max(16, capacity));
  }

  /** Bytes written since the last reset. */
  get length(): number {
    return this.#out.length;
  }

  /** A string field, in UTF-8. */
  string(field: number, text: string): void {
    const start = this.open(field);
    if (text !== '') this.#out.text(text);
    this.close(start);
  }

  /** An int64, int32, uint64 or bool field; a negative number takes ten bytes, as in Go. */
  int64(field: number, value: number | bigint): void {
    this.#tag(field, wireVarint);
    this.#out.reserve(10);
    if (typeof value === 'number' && value >= 0) this.#varint(value);
    else this.#wideVarint(BigInt.asUintN(64, BigInt(value)));
  }

  /** A bytes field. */
  bytes(field: number, bytes: Uint8Array): void {
    this.lengthOf(field, bytes.length);
    this.#out.append(bytes);
  }

  /** A sub-message field: whatever `write` writes. */
  message(field: number, write: (out: ProtobufWriter) => void): void {
    const start = this.open(field);
    write(this);
    this.close(start);
  }

  /** Begins a sub-message or text field, which goes on until `close` is given what this returns: for fields by the million. */
  open(field: number): number {
    this.#tag(field, wireBytes);
    this.#out.byte(0);
    return this.#out.length;
  }

  /** Ends the field that `open` began. */
  close(opened: number): void {
    this.#putLength(opened, 1);
  }

  /** Like `open`, for what is likely to have from 128 to 16,383 bytes; to be ended by `closeLong`. */
  openLong(field: number): number {
    this.#tag(field, wireBytes);
    this.#out.byte(0);
    this.#out.byte(0);
    return this.#out.length;
  }

  /** Ends the field that `openLong` began. */
  closeLong(opened: number): void {
    this.#putLength(opened, 2);
  }

  /** Part of an open text field. */
  text(text: string): void {
    this.#out.text(text);
  }

  /** The same: a whole number from 0 to 2^31. */
  digits(value: number): void {
    this.#out.digits(value);
  }

  /** Fields that were written before, as `finish` gave them. */
  append(fields: Uint8Array): void {
    this.#out.append(fields);
  }

  /** The same of a few bytes that are always the same. */
  constant(fields: Uint8Array): void {
    this.#out.constant(fields);
  }

  /** Tag and length of a bytes field whose `length` bytes the caller sends after these, for what is too long to be held twice. */
  lengthOf(field: number, length: number): void {
    this.#tag(field, wireBytes);
    this.#out.reserve(10);
    this.#varint(length);
  }

  /** A copy of what was written; the writer can go on or be reset. */
  finish(): Uint8Array {
    return this.#out.copy();
  }

  /** Hands over what was written without copying it; the writer begins anew, in a buffer of the same size. */
  take(): Uint8Array {
    return this.#out.take();
  }

  /** Forgets what was written and keeps the buffer. */
  reset(): void {
    this.#out.cut(0);
  }

  /** Leaves room for the first bytes of what follows. */
  #tag(field: number, wire: number): void {
    this.#out.reserve(12);
    this.#varint(field * 8 + wire);
  }

  /** Room must be reserved. `value` is a whole number from 0 to 2^53. */
  #varint(value: number): void {
    let rest = value;
    // Bits are quick, and end at 31 of them.
    for (; rest > 0x7fffffff; rest = Math.floor(rest / 128)) this.#out.byte((rest % 128) + 128);
    for (; rest >= 128; rest >>>= 7) this.#out.byte((rest & 127) | 128);
    this.#out.byte(rest);
  }

  #wideVarint(value: bigint): void {
    let rest = value;
    while (rest >= 128n) {
      this.#out.byte(Number(rest & 127n) + 128);
      rest >>= 7n;
    }
    this.#out.byte(Number(rest));
  }

  /** Writes the length of everything since `start` into the `room` bytes before it, moving it along where it takes others. */
  #putLength(start: number, room: number): void {
    const size = this.#out.length - start;
    const needed = varintSize(size);
    if (needed !== room) this.#out.move(start, start - room + needed);
    let at = start - room;
    let rest = size;
    for (; rest >= 128; rest >>>= 7) this.#out.replace(at++, (rest & 127) | 128);
    this.#out.replace(at, rest);
  }
}

/** Bytes of a varint: a whole number up to 2^31. */
function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest >>>= 7) size++;
  return size;
}
