import type { MonotonicMs } from '../../model/units.ts';
import { Chunk, type RowRanges } from './chunk.ts';

/** Frames of one node over time, oldest first, in chunks that are dropped whole. */
export class Tape<Rows extends RowRanges> {
  readonly #framesPerChunk: number;
  readonly #chunks: Chunk<Rows>[] = [];
  #closedBytes = 0;
  #expected = 256;

  constructor(framesPerChunk: number) {
    this.#framesPerChunk = framesPerChunk;
  }

  /** All memory it holds; the rows of the newest frame belong to whoever handed them over. */
  get bytes(): number {
    return this.#closedBytes + (this.#chunks.at(-1)?.bytes ?? 0);
  }

  get chunks(): readonly Chunk<Rows>[] {
    return this.#chunks;
  }

  /** The next frame begins a chunk, so that it may have other rows. */
  get isAtSeam(): boolean {
    return (this.#chunks.at(-1)?.frames ?? this.#framesPerChunk) >= this.#framesPerChunk;
  }

  /** Adds a frame, of which nothing is kept. `before` is the one that was added last. */
  add(beat: MonotonicMs, rows: Rows, frame: Float64Array, before: Float64Array): void {
    let chunk = this.#chunks.at(-1);
    if (chunk === undefined || this.isAtSeam || chunk.rows !== rows) chunk = this.#begin(rows);
    chunk.add(beat, frame, before);
  }

  /** The beat at which the oldest chunk that may be dropped ends. The newest one stays: it is still being written. */
  get oldestEnd(): MonotonicMs | undefined {
    return this.#chunks.length > 1 ? this.#chunks[0]?.lastBeat : undefined;
  }

  /** The oldest beat that is remembered. */
  get oldest(): MonotonicMs | undefined {
    return this.#chunks[0]?.firstBeat;
  }

  /** Drops the oldest chunk and returns how many bytes that gave back. */
  dropOldest(): number {
    if (this.#chunks.length < 2) return 0;
    const bytes = this.#chunks.shift()?.bytes ?? 0;
    this.#closedBytes -= bytes;
    return bytes;
  }

  /** Drops what ended before `beat`. */
  forgetBefore(beat: number): void {
    while ((this.oldestEnd ?? Number.POSITIVE_INFINITY) < beat) this.dropOldest();
  }

  #begin(rows: Rows): Chunk<Rows> {
    const closed = this.#chunks.at(-1);
    if (closed !== undefined) {
      closed.close(rows);
      this.#closedBytes += closed.bytes;
      // Rows come and go slowly: the next chunk will be about as large as the last.
      this.#expected = Math.ceil((closed.size * this.#framesPerChunk) / Math.max(closed.frames, 1) / 2);
    }
    const chunk = new Chunk(rows, this.#expected);
    this.#chunks.push(chunk);
    return chunk;
  }
}
