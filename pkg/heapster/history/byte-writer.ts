/** So many different numbers have four bytes. The engine passes them on as they are; of larger ones it makes objects. */
export const fourDigits = 2 ** 28;

/** Bytes that grow at the end: numbers of variable length, seven bits a byte, the low ones first. */
export class ByteWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #size = 0;

  constructor(capacity = 256) {
    this.#bytes = new Uint8Array(capacity);
  }

  get size(): number {
    return this.#size;
  }

  /** What it holds of memory, used or not. */
  get capacity(): number {
    return this.#bytes.length;
  }

  /** All that was written; valid until the next write, or the next `trim`. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#size);
  }

  /** Begins again from nothing. */
  clear(): void {
    this.#size = 0;
  }

  /** Gives back what is not used. */
  trim(): void {
    if (this.#size < this.#bytes.length) this.#moveTo(this.#size);
  }

  /** A whole number from 0 up to 2^53. */
  varint(value: number): void {
    if (value < fourDigits) this.small(value);
    else this.large(value % fourDigits, Math.floor(value / fourDigits));
  }

  /** A whole number of which both parts are below 2^28: `high` times as many, and `low`. */
  large(low: number, high: number): void {
    this.#reserve(8);
    const bytes = this.#bytes;
    for (let shift = 0; shift < 28; shift += 7) bytes[this.#size++] = (low >>> shift) | 0x80;
    this.small(high);
  }

  /** A whole number from 0 up to 2^28. */
  small(value: number): void {
    this.#reserve(8);
    const bytes = this.#bytes;
    let size = this.#size;
    let rest = value;
    while (rest >= 0x80) {
      bytes[size++] = (rest & 0x7f) | 0x80;
      rest >>>= 7;
    }
    bytes[size++] = rest;
    this.#size = size;
  }

  /** All eight bytes of a double. */
  double(value: number): void {
    this.#reserve(8);
    scratch.setFloat64(0, value);
    for (let at = 0; at < 8; at++) this.#bytes[this.#size++] = scratch.getUint8(at);
  }

  /** What another one holds. */
  append(other: ByteWriter): void {
    this.#reserve(other.#size);
    const from = other.#bytes;
    const to = this.#bytes;
    // Rows are short: one by one they are there before the engine would have begun to copy them all at once.
    for (let at = 0; at < other.#size; at++) to[this.#size + at] = from[at] ?? 0;
    this.#size += other.#size;
  }

  #reserve(more: number): void {
    if (this.#size + more <= this.#bytes.length) return;
    // By half, not twice: what is written here stays for minutes, and unused room is memory all the same.
    this.#moveTo(Math.max(this.#size + more, Math.ceil(this.#bytes.length * 1.5)));
  }

  /** Into memory of another size; that of before is given back at once. */
  #moveTo(capacity: number): void {
    this.#bytes = new Uint8Array(this.#bytes.buffer.transfer(capacity));
  }
}

const scratch = new DataView(new ArrayBuffer(8));

/** Reads what a `ByteWriter` wrote, from `at` on. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  at: number;
  /** How many times 2^28 the number has that was read last. */
  high = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  varint(): number {
    const low = this.low();
    return low + this.high * fourDigits;
  }

  /** The part of a number that is below 2^28, which nearly always is all of it; the rest is in `high`. */
  low(): number {
    const bytes = this.#bytes;
    let byte = bytes[this.at++] ?? 0;
    let low = byte & 0x7f;
    for (let shift = 7; byte >= 0x80 && shift < 28; shift += 7) {
      byte = bytes[this.at++] ?? 0;
      low |= (byte & 0x7f) << shift;
    }
    this.high = 0;
    for (let shift = 0; byte >= 0x80; shift += 7) {
      byte = bytes[this.at++] ?? 0;
      this.high |= (byte & 0x7f) << shift;
    }
    return low;
  }

  double(): number {
    for (let at = 0; at < 8; at++) scratch.setUint8(at, this.#bytes[this.at++] ?? 0);
    return scratch.getFloat64(0);
  }
}
