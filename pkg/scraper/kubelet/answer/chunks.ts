/** Where the parts of a chunked body go. */
export interface ChunkSink {
  /** `bytes` from `from` to `to` are of the body; false = no more of them. */
  data(bytes: Buffer, from: number, to: number): boolean;
}

/** Extensions of chunks and trailers, all together: nobody sends any. */
const mostAsideBytes = 16 * 1024;

/** Larger chunks are larger than anything we take. */
const mostChunkDigits = 8;

const cr = 0x0d;
const lf = 0x0a;
const semicolon = 0x3b;
const space = 0x20;
const tab = 0x09;

/**
 * Takes a chunked body apart as it comes (RFC 9112, 7.1), in whatever pieces. Extensions and trailers are skipped, within
 * bounds; lines end with CR LF and with nothing else.
 */
export class Chunks {
  readonly #sink: ChunkSink;
  #place: 'size' | 'data' | 'after-data' | 'trailer' | 'end' = 'size';
  #digits = 0;
  /** Of the chunk, what is still to come. */
  #left = 0;
  #isExtension = false;
  /** The line may end with the next byte. */
  #isAfterCr = false;
  #trailerBytes = 0;
  #asideBytes = 0;

  constructor(sink: ChunkSink) {
    this.#sink = sink;
  }

  /** Everything has come, trailers included. */
  get ended(): boolean {
    return this.#place === 'end';
  }

  /**
   * Reads on. Where it stopped: at the end of the body, at data of which the sink has enough, or at `to`; or -1, where it
   * is not chunked.
   */
  take(bytes: Buffer, from: number, to: number): number {
    let at = from;
    while (at < to && this.#place !== 'end') {
      if (this.#place === 'data') {
        const end = Math.min(to, at + this.#left);
        if (!this.#sink.data(bytes, at, end)) return at;
        this.#left -= end - at;
        at = end;
        if (this.#left === 0) this.#place = 'after-data';
      } else if (!this.#step(bytes[at++] ?? 0)) return -1;
    }
    return at;
  }

  /** One byte beside the data; false = it should not be there. */
  #step(byte: number): boolean {
    if (this.#isAfterCr) {
      this.#isAfterCr = false;
      return byte === lf && this.#endLine();
    }
    this.#isAfterCr = byte === cr;
    return this.#isAfterCr || this.#stepInLine(byte);
  }

  #stepInLine(byte: number): boolean {
    if (this.#place === 'after-data') return false;
    if (this.#place === 'trailer') this.#trailerBytes++;
    else if (!this.#isExtension) {
      const digit = hexDigit(byte);
      if (digit >= 0) {
        this.#left = this.#left * 16 + digit;
        return ++this.#digits <= mostChunkDigits;
      }
      this.#isExtension = byte === semicolon || byte === space || byte === tab;
      if (!this.#isExtension) return false;
    }
    return byte !== lf && ++this.#asideBytes <= mostAsideBytes;
  }

  #endLine(): boolean {
    if (this.#place === 'after-data') this.#place = 'size';
    else if (this.#place === 'trailer') {
      if (this.#trailerBytes === 0) this.#place = 'end';
      this.#trailerBytes = 0;
    } else {
      if (this.#digits === 0) return false;
      this.#digits = 0;
      this.#isExtension = false;
      this.#place = this.#left === 0 ? 'trailer' : 'data';
    }
    return true;
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
