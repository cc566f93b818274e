import { ByteBuffer } from '../byte-buffer.ts';
import { jsonString, plainCharacters } from './json-string.ts';

/** Prints compact JSON into bytes: long lists are made of small pieces, which are cheaper to write than to join. */
export class JsonWriter {
  readonly #out: ByteBuffer;

  /** `capacity` is the first size of the buffer, in bytes. */
  constructor(capacity = 1024) {
    this.#out = new ByteBuffer(capacity);
  }

  /** Bytes printed and not yet taken. */
  get length(): number {
    return this.#out.length;
  }

  /** What is JSON already. */
  text(text: string): void {
    this.#out.text(text);
  }

  /** The same in a few bytes that are always the same. */
  constant(bytes: Uint8Array): void {
    this.#out.constant(bytes);
  }

  /** The same in bytes. */
  append(bytes: Uint8Array): void {
    this.#out.append(bytes);
  }

  /** A string between its quotation marks, as Go prints it. */
  string(text: string): void {
    if (!this.#out.quoted(text, plainCharacters)) this.#out.text(jsonString(text));
  }

  /** A whole number from 0 to 2^31. */
  digits(value: number): void {
    this.#out.digits(value);
  }

  /** Takes back what was printed since the length was this. */
  cut(length: number): void {
    this.#out.cut(length);
  }

  /** Hands over what was printed; the writer begins anew. */
  take(): Uint8Array {
    return this.#out.take();
  }

  /** What was printed, as one text. */
  toString(): string {
    return this.#out.toString();
  }
}
