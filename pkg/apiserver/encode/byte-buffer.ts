import { roomFor } from './spare-chunks.ts';

/** Longest text that is looked at character by character; the native encoder is quicker with longer ones. */
const shortText = 96;

const quotationMark = 0x22;

const nothing = Buffer.alloc(0);

/** Bytes that are put behind each other, in a buffer that grows. */
export class ByteBuffer {
  #bytes: Buffer;
  #length = 0;
  /** Size of the next buffer, at least. */
  #capacity: number;

  /** `capacity` is the first size of the buffer, in bytes. */
  constructor(capacity: number) {
    this.#bytes = roomFor(capacity);
    this.#capacity = capacity;
  }

  get length(): number {
    return this.#length;
  }

  /** Makes room for so many more bytes. */
  reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    this.#capacity = Math.max(needed, this.#capacity, this.#bytes.length * 2);
    const grown = roomFor(this.#capacity);
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }

  /** One byte, for which there must be room. */
  byte(value: number): void {
    this.#bytes[this.#length++] = value;
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** The same of few bytes, which are copied sooner one by one than by a call. */
  constant(bytes: Uint8Array): void {
    const { length } = bytes;
    this.reserve(length);
    const into = this.#bytes;
    const start = this.#length;
    for (let at = 0; at < length; at++) into[start + at] = bytes[at] ?? 0;
    this.#length = start + length;
  }

  /** A text in UTF-8. */
  text(text: string): void {
    this.reserve(text.length * 3);
    if (text.length > shortText || !this.#ascii(text)) this.#length += this.#bytes.write(text, this.#length, 'utf8');
  }

  /**
   * A text between quotation marks, if all its characters are ASCII that `isPlain` has a 1 for; otherwise says no and
   * leaves everything as it was.
   */
  quoted(text: string, isPlain: Uint8Array): boolean {
    const { length } = text;
    this.reserve(length + 2);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = quotationMark;
    for (let index = 0; index < length; index++) {
      const code = text.charCodeAt(index);
      if (isPlain[code] !== 1) return false;
      bytes[at++] = code;
    }
    bytes[at++] = quotationMark;
    this.#length = at;
    return true;
  }

  /** The decimal digits of a whole number from 0 to 2^31. */
  digits(value: number): void {
    this.reserve(10);
    let end = this.#length + digitsOf(value);
    this.#length = end;
    for (let rest = value | 0; ; ) {
      const tenth = (rest / 10) | 0;
      this.#bytes[--end] = 48 + rest - tenth * 10;
      if (tenth === 0) return;
      rest = tenth;
    }
  }

  /** What stands from `from` on stands at `to` afterwards; bytes between the two are the caller's to fill. */
  move(from: number, to: number): void {
    if (to > from) this.reserve(to - from);
    this.#bytes.copyWithin(to, from, this.#length);
    this.#length += to - from;
  }

  /** Writes over a byte that is there. */
  replace(at: number, value: number): void {
    this.#bytes[at] = value;
  }

  /** Forgets all bytes from this one on. */
  cut(length: number): void {
    this.#length = length;
  }

  /** A copy of what is there. */
  copy(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#bytes, 0, this.#length);
  }

  /** Hands over what is there, and begins again in a buffer of the same size, once there is more. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = nothing;
    this.#length = 0;
    return taken;
  }

  toString(): string {
    return this.#bytes.toString('utf8', 0, this.#length);
  }

  /** Writes `text` when it is ASCII, for which there must be room; otherwise leaves the length as it was and says no. */
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
}

/** How many decimal digits a whole number from 0 to 2^31 has. */
function digitsOf(value: number): number {
  let digits = 1;
  for (let power = 10; digits < 10 && value >= power; power *= 10) digits++;
  return digits;
}
