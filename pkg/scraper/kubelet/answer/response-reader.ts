import { Body } from './body.ts';
import { allLent, type BodyPool } from './body-pool.ts';
import { type ChunkSink, Chunks } from './chunks.ts';
import { type ReadHead, type ResponseHead, readHead } from './response-head.ts';

/** Head and interim answers together: four times what Go's server would think of. */
const mostHeadBytes = 16 * 1024;

/** TCP and Go's chunked writer cut 16 MiB into some 12,000 pieces; in single bytes they would cost a core for long. */
const mostPieces = 65_536;

/** How a response begins, whoever sends it. */
const beginning = Buffer.from('HTTP/1.');
const endOfHead = Buffer.from('\r\n\r\n');

/** How reading one response ended. */
export type Ending =
  | { readonly kind: 'whole' }
  /** There is more of it than is taken. */
  | { readonly kind: 'too-long' }
  | { readonly kind: 'bad'; readonly message: string }
  /** The connection ended within it. */
  | { readonly kind: 'cut-short' };

/** What reading takes. */
export interface ResponseReaderMeans {
  readonly pool: BodyPool;
  /** The largest body that is taken, by status. */
  readonly mostBytes: (status: number) => number;
}

/**
 * Reads one HTTP/1.1 response as it comes, in whatever pieces, within bounds. Keeps nothing of the memory in which it is
 * received.
 */
export class ResponseReader implements ChunkSink, Disposable {
  /** What has come of the body; the caller disposes of the reader, and so of this, when it has been used. */
  readonly body: Body;
  readonly #means: ResponseReaderMeans;
  /** What has come of the head, where that was not all of it. */
  readonly #partOfHead: Body;
  #headBytes = 0;
  #head: ResponseHead | undefined;
  #mostBytes = 0;
  #chunks: Chunks | undefined;
  #pieces = 0;
  #ending: Ending | undefined;

  constructor(means: ResponseReaderMeans) {
    this.#means = means;
    this.body = new Body(means.pool);
    this.#partOfHead = new Body(means.pool);
  }

  /** Undefined before all of it has come; of interim answers nothing is said. */
  get head(): ResponseHead | undefined {
    return this.#head;
  }

  /** Undefined while more is to come. */
  get ending(): Ending | undefined {
    return this.#ending;
  }

  /** Reads on; how many bytes, from the beginning of `bytes`, were of this response. */
  take(bytes: Buffer, length: number): number {
    let at = 0;
    while (this.#head === undefined && this.#ending === undefined && at < length)
      at = this.#takeHead(bytes, at, length);
    if (this.#ending !== undefined || this.#head === undefined) return at;
    return this.#takeBody(this.#head, { bytes, at, length });
  }

  /** Nothing more will come. */
  hungUp(): void {
    if (this.#ending !== undefined) return;
    this.#ending = { kind: this.#head?.framing.kind === 'until-close' ? 'whole' : 'cut-short' };
  }

  /** A piece of the body; false = enough. */
  data(bytes: Buffer, from: number, to: number): boolean {
    if (this.body.size + to - from > this.#mostBytes) return this.#end({ kind: 'too-long' });
    if (++this.#pieces > mostPieces) return this.#end({ kind: 'bad', message: 'it came in crumbs' });
    return this.body.append(bytes, from, to) || this.#end({ kind: 'bad', message: allLent });
  }

  /** Gives memory back. */
  [Symbol.dispose](): void {
    this.body[Symbol.dispose]();
    this.#partOfHead[Symbol.dispose]();
  }

  #takeHead(bytes: Buffer, from: number, length: number): number {
    const part = this.#partOfHead;
    const end = part.size === 0 ? endIn(bytes, from, length) : this.#endAcross(bytes, length);
    const to = end < 0 ? length : end;
    if (this.#headBytes + to - from > mostHeadBytes) {
      this.#end({ kind: 'bad', message: 'its headers are too long' });
    } else if (end < 0) {
      part.append(bytes, from, to);
      // Whoever greets us in another language may wait for our answer: it is not waited for.
      if (!beginsWell(part.bytes)) this.#end({ kind: 'bad', message: 'it is not HTTP (another beginning)' });
    } else if (part.size === 0) {
      this.#readHead(bytes.toString('latin1', from, to));
    } else {
      part.append(bytes, from, to);
      this.#readHead(part.bytes.toString('latin1'));
      part[Symbol.dispose]();
    }
    this.#headBytes += to - from;
    return to;
  }

  /** Where in `bytes` the head ends whose beginning has come before; -1 = not there. */
  #endAcross(bytes: Buffer, length: number): number {
    const part = this.#partOfHead.bytes;
    for (let before = Math.min(3, part.length); before > 0; before--) {
      const rest = 4 - before;
      if (rest > length || part.compare(endOfHead, 0, before, part.length - before) !== 0) continue;
      if (bytes.compare(endOfHead, before, 4, 0, rest) === 0) return rest;
    }
    return endIn(bytes, 0, length);
  }

  #readHead(text: string): void {
    const read: ReadHead = readHead(text);
    if (read.kind === 'bad') return void this.#end(read);
    const { head } = read;
    // 101 would be an answer to a question that was not asked; after the others comes the answer proper.
    if (head.status === 101)
      return void this.#end({ kind: 'bad', message: 'it is not HTTP (it changes its protocol)' });
    if (head.status < 200) return;
    this.#head = head;
    this.#mostBytes = this.#means.mostBytes(head.status);
    const { framing } = head;
    if (framing.kind === 'chunked') this.#chunks = new Chunks(this);
    if (framing.kind !== 'length') return;
    if (framing.bytes === 0) this.#end({ kind: 'whole' });
    else if (framing.bytes > this.#mostBytes && head.status === 200) this.#end({ kind: 'too-long' });
  }

  #takeBody({ framing }: ResponseHead, { bytes, at, length }: Piece): number {
    if (this.#chunks !== undefined) return this.#takeChunks(this.#chunks, { bytes, at, length });
    if (at === length) return at;
    const left = framing.kind === 'length' ? framing.bytes - this.body.size : length - at;
    const to = Math.min(length, at + left);
    if (this.data(bytes, at, to) && framing.kind === 'length' && this.body.size === framing.bytes) {
      this.#end({ kind: 'whole' });
    }
    return to;
  }

  #takeChunks(chunks: Chunks, { bytes, at, length }: Piece): number {
    const to = chunks.take(bytes, at, length);
    if (to < 0) this.#end({ kind: 'bad', message: 'it is not HTTP (chunks that are none)' });
    else if (chunks.ended) this.#end({ kind: 'whole' });
    return to < 0 ? length : to;
  }

  #end(ending: Ending): false {
    this.#ending ??= ending;
    return false;
  }
}

/** Some bytes of those that were received. */
interface Piece {
  readonly bytes: Buffer;
  readonly at: number;
  readonly length: number;
}

/** What lies behind `length` is of answers before. */
function endIn(bytes: Buffer, from: number, length: number): number {
  const at = bytes.subarray(from, length).indexOf(endOfHead);
  return at < 0 ? -1 : from + at + 4;
}

function beginsWell(part: Buffer): boolean {
  const length = Math.min(part.length, beginning.length);
  return part.compare(beginning, 0, length, 0, length) === 0;
}
