import type { MonotonicMs } from '../../model/units.ts';
import { ByteReader, ByteWriter } from './byte-writer.ts';
import { readCells, writeCells } from './cells.ts';

/** The rows of a frame, in order and without gaps; new ones come at the end, none ever goes. */
export interface RowRanges {
  readonly length: number;
  /** Roughly, what they take of memory. */
  readonly bytes: number;
  /** The first cell of a row; of the row behind the last one, the number of cells. */
  startOf(row: number): number;
}

/** Rows from one up to another. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

const nothing = new Float64Array(0);
const scratch = new ByteWriter(1024);

/**
 * Some frames of the same rows in a row of bytes: the first one whole, each later one as what changed.
 *
 *   frame:  a code per row: odd = (code + 1) / 2 rows are as before; even = a row of code / 2 bytes follows
 *
 * So one row is read through all frames by skipping over the others.
 */
export class Chunk<Rows extends RowRanges> {
  readonly rows: Rows;
  readonly #bytes: ByteWriter;
  /** Of each frame: where it begins, and its beat. */
  readonly #starts: number[] = [];
  readonly #beats: MonotonicMs[] = [];
  /** How many rows each frame has. */
  readonly #lengths: number[] = [];
  /** Of the rows, where only chunks of before have them. */
  #rowBytes = 0;

  constructor(rows: Rows, expectedBytes: number) {
    this.rows = rows;
    this.#bytes = new ByteWriter(Math.max(64, expectedBytes));
  }

  get frames(): number {
    return this.#beats.length;
  }

  get firstBeat(): MonotonicMs | undefined {
    return this.#beats[0];
  }

  get lastBeat(): MonotonicMs | undefined {
    return this.#beats.at(-1);
  }

  /** What it takes of memory, the objects around the bytes roughly. */
  get bytes(): number {
    return this.#bytes.capacity + 24 * this.#beats.length + 320 + this.#rowBytes;
  }

  /** How many rows the newest frame has. */
  get newestLength(): number {
    return this.#lengths.at(-1) ?? 0;
  }

  /** What was written. */
  get size(): number {
    return this.#bytes.size;
  }

  /** Adds a frame. `before` is the one added last. */
  add(beat: MonotonicMs, frame: Float64Array, before: Float64Array): void {
    const frames = { before: this.frames === 0 ? nothing : before, after: frame };
    this.#starts.push(this.#bytes.size);
    this.#beats.push(beat);
    this.#lengths.push(this.rows.length);
    let run = 0;
    let at = this.rows.startOf(0);
    for (let row = 0; row < this.rows.length; row++) {
      const end = this.rows.startOf(row + 1);
      scratch.clear();
      writeCells(frames, at, end, scratch);
      at = end;
      if (scratch.size === 0) {
        run++;
        continue;
      }
      if (run > 0) this.#bytes.varint(2 * run - 1);
      run = 0;
      this.#bytes.varint(2 * scratch.size);
      this.#bytes.append(scratch);
    }
    if (run > 0) this.#bytes.varint(2 * run - 1);
  }

  /** Unpacks some rows of the newest frame to where they stand in `cells`. Skipping over the others costs next to nothing. */
  unpack(cells: Float64Array, { from, to }: RowRange): void {
    cells.fill(Number.NaN, this.rows.startOf(from), this.rows.startOf(to));
    const reader = new ByteReader(this.#bytes.written, 0);
    for (const [at, length] of this.#lengths.entries()) {
      reader.at = this.#starts[at] ?? 0;
      const end = Math.min(to, length);
      for (let row = 0; row < end; ) {
        const code = reader.low();
        if ((code & 1) === 1) {
          row += (code + 1) >>> 1;
          continue;
        }
        const rowEnd = reader.at + (code >>> 1);
        if (row >= from) readCells(cells, this.rows.startOf(row), reader, rowEnd);
        else reader.at = rowEnd;
        row++;
      }
    }
  }

  /** No more frames come: gives back what is not used. Rows that are not those of the next chunk count from now on. */
  close(nextRows: Rows): void {
    this.#bytes.trim();
    if (nextRows !== this.rows) this.#rowBytes = this.rows.bytes;
  }

  /** Walks one row through the frames. `cells` belongs to the walk: copy what you keep. */
  *walk(row: number): Generator<{ readonly beat: MonotonicMs; readonly cells: Float64Array }> {
    const cells = new Float64Array(this.rows.startOf(row + 1) - this.rows.startOf(row)).fill(Number.NaN);
    for (const [at, beat] of this.#beats.entries()) {
      if (row >= (this.#lengths[at] ?? 0)) continue;
      // Anew each time: a frame that is added while somebody rests on the way may move them elsewhere.
      const reader = new ByteReader(this.#bytes.written, this.#starts[at] ?? 0);
      const end = findRow(reader, row);
      if (end !== undefined) readCells(cells, 0, reader, end);
      yield { beat, cells };
    }
  }
}

/** Moves on to a row's bytes and returns their end; undefined where the row is as before. */
function findRow(reader: ByteReader, row: number): number | undefined {
  let at = 0;
  for (;;) {
    const code = reader.varint();
    if (code % 2 === 1) {
      at += (code + 1) / 2;
      if (at > row) return undefined;
      continue;
    }
    const end = reader.at + code / 2;
    if (at === row) return end;
    reader.at = end;
    at++;
  }
}
