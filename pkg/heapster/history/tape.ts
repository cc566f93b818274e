import type { MonotonicMs } from '../../model/units.ts';
import { Chunk, type RowRange, type RowRanges } from './chunk.ts';

const nothing = new Float64Array(0);

/** The newest frame of one tape, whichever was asked last: a newest one kept for each node would be most of the memory. */
let unpacked = new Float64Array(4_096);
let unpackedOf: object | undefined;

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

  /** The next frame begins a chunk, as one of other rows always does. */
  get isAtSeam(): boolean {
    return (this.#chunks.at(-1)?.frames ?? this.#framesPerChunk) >= this.#framesPerChunk;
  }

  /** Adds a frame, of which nothing is kept. */
  add(beat: MonotonicMs, rows: Rows, frame: Float64Array): void {
    const newest = this.#chunks.at(-1);
    const begins = newest === undefined || this.isAtSeam || newest.rows !== rows;
    if (begins) this.#begin(rows).add(beat, frame, nothing);
    else newest.add(beat, frame, this.newest());
    if (unpackedOf === this) unpackedOf = undefined;
  }

  /**
   * The frame that was added last, or only some of its rows where they are named: the other cells mean nothing then. It is
   * good as long as no other tape is asked for its own, nor this one for other rows, and no frame is added.
   */
  newest(rows?: RowRange): Float64Array {
    const chunk = this.#chunks.at(-1);
    if (chunk === undefined) return nothing;
    const { newestLength } = chunk;
    const cells = chunk.rows.startOf(newestLength);
    if (unpackedOf === this) return unpacked.subarray(0, cells);
    unpackedOf = undefined;
    if (unpacked.length < cells) unpacked = new Float64Array(2 * cells);
    const frame = unpacked.subarray(0, cells);
    chunk.unpack(frame, rows ?? { from: 0, to: newestLength });
    if (rows === undefined) unpackedOf = this;
    return frame;
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
