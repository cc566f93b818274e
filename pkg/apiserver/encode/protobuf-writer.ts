const wireVarint = 0;
const wireBytes = 2;

/** Longest run of characters that is looked at one by one before a string is handed to the native encoder. */
const shortText = 64;

/**
 * Writes one protobuf message into a buffer that grows. Fields are written where they are called, even when empty or
 * zero, as the Go encoder does for everything that is not a pointer: call in ascending field order, and leave out what
 * Go leaves out (nil pointers, empty slices and maps). Maps are the caller's: one `message(field, …)` per entry, key 1
 * and value 2, sorted by key.
 */
export class ProtobufWriter {
  #bytes: Buffer;
  #length = 0;

  /** `capacity` is the first size of the buffer, in bytes. */
  constructor(capacity = 1024) {
    this.#bytes = Buffer.allocUnsafe(Math.max(16, capacity));
  }

  /** Bytes written since the last reset. */
  get length(): number {
    return this.#length;
  }

  /** A string field, in UTF-8. */
  string(field: number, text: string): void {
    this.#tag(field, wireBytes);
    const start = this.#openLength();
    if (text !== '') this.#text(text);
    this.#closeLength(start);
  }

  /** An int64, int32, uint64 or bool field; a negative number takes ten bytes, as in Go. */
  int64(field: number, value: number | bigint): void {
    this.#tag(field, wireVarint);
    this.#reserve(10);
    if (typeof value === 'number' && value >= 0) this.#varint(value);
    else this.#wideVarint(BigInt.asUintN(64, BigInt(value)));
  }

  /** A bytes field. */
  bytes(field: number, bytes: Uint8Array): void {
    this.lengthOf(field, bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A sub-message field: whatever `write` writes. */
  message(field: number, write: (out: ProtobufWriter) => void): void {
    const start = this.open(field);
    write(this);
    this.close(start);
  }

  /** Begins a sub-message field, which goes on until `close` is given what this returns: for fields written by the million. */
  open(field: number): number {
    this.#tag(field, wireBytes);
    return this.#openLength();
  }

  /** Ends the sub-message that `open` began. */
  close(opened: number): void {
    this.#closeLength(opened);
  }

  /** Fields that were written before, as `finish` gave them. */
  append(fields: Uint8Array): void {
    this.#reserve(fields.length);
    this.#bytes.set(fields, this.#length);
    this.#length += fields.length;
  }

  /** Tag and length of a bytes field whose `length` bytes the caller sends after these, for what is too long to be held twice. */
  lengthOf(field: number, length: number): void {
    this.#tag(field, wireBytes);
    this.#reserve(10);
    this.#varint(length);
  }

  /** A copy of what was written; the writer can go on or be reset. */
  finish(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#bytes, 0, this.#length);
  }

  /** Forgets what was written and keeps the buffer. */
  reset(): void {
    this.#length = 0;
  }

  #tag(field: number, wire: number): void {
    this.#reserve(10);
    this.#varint(field * 8 + wire);
  }

  /** Room must be reserved. `value` is a whole number from 0 to 2^53. */
  #varint(value: number): void {
    let rest = value;
    // Bits are quick, and end at 31 of them.
    for (; rest > 0x7fffffff; rest = Math.floor(rest / 128)) this.#bytes[this.#length++] = (rest % 128) + 128;
    for (; rest >= 128; rest >>>= 7) this.#bytes[this.#length++] = (rest & 127) | 128;
    this.#bytes[this.#length++] = rest;
  }

  #wideVarint(value: bigint): void {
    let rest = value;
    while (rest >= 128n) {
      this.#bytes[this.#length++] = Number(rest & 127n) + 128;
      rest >>= 7n;
    }
    this.#bytes[this.#length++] = Number(rest);
  }

  /** Keeps one byte for a length not known yet: enough for most of what we write. */
  #openLength(): number {
    this.#reserve(1);
    return this.#length++;
  }

  /** Writes the length of everything since `start`, moving it along when the length takes more than the kept byte. */
  #closeLength(start: number): void {
    const end = this.#length;
    const size = end - start - 1;
    if (size < 128) {
      this.#bytes[start] = size;
      return;
    }
    const extra = varintSize(size) - 1;
    if (extra > 0) {
      this.#reserve(extra);
      this.#bytes.copyWithin(start + 1 + extra, start + 1, end);
    }
    this.#length = start;
    this.#varint(size);
    this.#length += size;
  }

  #text(text: string): void {
    this.#reserve(text.length * 3);
    if (text.length > shortText || !this.#ascii(text)) this.#length += this.#bytes.write(text, this.#length, 'utf8');
  }

  /** Writes `text` when it is ASCII; otherwise leaves the length as it was and says no. */
  #ascii(text: string): boolean {
    const bytes = this.#bytes;
    const start = this.#length;
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index);
      if (code >= 128) return false;
      bytes[start + index] = code;
    }
    this.#length = start + text.length;
    return true;
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}
