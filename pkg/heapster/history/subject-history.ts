import type { MonotonicMs } from '../../model/units.ts';
import type { Draft } from '../processing/draft.ts';
import { isEntity, Layout, type LongRows, type Row, timesPerEntity } from '../rows/layout.ts';
import { resized } from './kept-numbers.ts';
import { LongAverage } from './long-average.ts';
import { Tape } from './tape.ts';

/** How long what is remembered. */
export interface Spans {
  /** Between two frames. */
  readonly periodMs: number;
  /** Every metric is remembered so long. */
  readonly shortMs: number;
  /** What a figure of the long history stands for. */
  readonly longStepMs: number;
  readonly longMs: number;
}

/** Chunks are dropped whole, so a third of the time is a good size: not too much is kept beyond it. */
const shortChunks = 3;
const fewestFrames = 5;
const longFramesPerChunk = 12;

const nothing = new Float64Array(0);

/** The newest frame. The next one is written over it: copy what you keep. */
export interface CurrentFrame {
  readonly beat: MonotonicMs;
  readonly cells: Float64Array;
  readonly times: Float64Array;
}

/** What is remembered of the subjects of one node, or of all sums: the newest frame, the last minutes, the last day. */
export class SubjectHistory {
  readonly #spans: Spans;
  readonly short: Tape<Layout>;
  readonly long: Tape<LongRows>;
  #layout = new Layout();
  readonly #average = new LongAverage(this.#layout);
  #averageSince: number | undefined;
  #cells = new Float64Array(0);
  #times = new Float64Array(0);
  #current: CurrentFrame | undefined;
  /** The newest frame of the long history. */
  #longFrame: Float64Array = nothing;
  /** By row: the beat at which it was last told of. */
  #seenAt = new Float64Array(0);
  #bytes = 0;

  constructor(spans: Spans) {
    this.#spans = spans;
    const frames = Math.ceil(spans.shortMs / spans.periodMs / shortChunks);
    this.short = new Tape(Math.max(fewestFrames, frames));
    this.long = new Tape(longFramesPerChunk);
  }

  /** Rows of the newest frame. */
  get layout(): Layout {
    return this.#layout;
  }

  /** Undefined before the first. */
  get current(): CurrentFrame | undefined {
    return this.#current;
  }

  /** All memory it holds, roughly where objects are concerned. */
  get bytes(): number {
    return this.#bytes + this.short.bytes + this.long.bytes;
  }

  /** The beat at which a row of the newest layout was last told of; undefined where it never was. */
  seenAt(row: Row): MonotonicMs | undefined {
    const beat = this.#seenAt[row.index];
    return beat === undefined || Number.isNaN(beat) ? undefined : (beat as MonotonicMs);
  }

  /** True when the newest frame tells of the row. */
  isCurrent(row: Row): boolean {
    return this.#current !== undefined && this.seenAt(row) === this.#current.beat;
  }

  /** Adds a frame made of the newest layout. */
  add(beat: MonotonicMs, draft: Draft): void {
    const { cells, times } = draft;
    this.#mark(beat, draft.rows);
    this.short.add(beat, this.#layout, cells, this.#current?.cells ?? nothing);
    this.#cells = resized(this.#cells, cells.length, Number.NaN);
    this.#times = resized(this.#times, times.length, Number.NaN);
    this.#cells.set(cells);
    this.#times.set(times);
    this.#current = { beat, cells: this.#cells, times: this.#times };
    this.short.forgetBefore(beat - this.#spans.shortMs);
    this.#addLong(beat, cells);
    this.#bytes = this.#ownBytes();
    if (this.short.isAtSeam) this.#compact();
  }

  #addLong(beat: MonotonicMs, cells: Float64Array): void {
    this.#averageSince ??= beat;
    this.#average.add(cells);
    // The time that a figure stands for ends with the frame that completes it.
    if (beat + this.#spans.periodMs - this.#averageSince >= this.#spans.longStepMs) this.#endAverage(beat);
  }

  #endAverage(beat: MonotonicMs): void {
    this.#averageSince = undefined;
    const frame = this.#average.frame();
    this.long.add(beat, this.#layout.long, frame, this.#longFrame);
    this.#longFrame = frame;
    this.long.forgetBefore(beat - this.#spans.longMs);
  }

  #mark(beat: MonotonicMs, rows: readonly Row[]): void {
    this.#seenAt = resized(this.#seenAt, this.#layout.length, Number.NaN);
    for (const { index } of rows) this.#seenAt[index] = beat;
  }

  #ownBytes(): number {
    const kept = [this.#cells, this.#times, this.#seenAt].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
    return this.#layout.bytes + kept + this.#longFrame.byteLength + this.#average.bytes;
  }

  /**
   * Begins a layout without the rows of subjects that the newest frame does not tell of, when they are many: where pods come
   * and go, most rows would be of dead ones. Nothing is known of them any more, and who comes back has a row again.
   */
  #compact(): void {
    const { beat } = this.#current ?? {};
    if (beat === undefined) return;
    let alive = 0;
    for (const seenAt of this.#seenAt) if (seenAt === beat) alive++;
    if (this.#layout.length - alive < Math.max(8, this.#layout.length / 4)) return;
    // What was gathered since the last frame of the long history belongs to the rows of before.
    if (this.#averageSince !== undefined) this.#endAverage(beat);
    this.#moveTo(new Layout(alive), beat);
    this.#current = { beat, cells: this.#cells, times: this.#times };
    this.#bytes = this.#ownBytes();
  }

  /** Moves what was told of at `beat`. Rows only go to the front, so that each finds its place free. */
  #moveTo(layout: Layout, beat: MonotonicMs): void {
    const from = this.#layout;
    const moved = new Int32Array(from.length).fill(-1);
    for (let row = 0; row < from.length; row++) {
      // Parents stand before their children, and are told of where they are.
      if (this.#seenAt[row] !== beat) continue;
      const parent = from.parentOf(row);
      const to = layout.adopt(from, row, parent < 0 ? -1 : (moved[parent] ?? -1));
      moved[row] = to;
      this.#cells.copyWithin(layout.startOf(to), from.startOf(row), from.startOf(row + 1));
      const times = from.timesOf(row);
      if (isEntity(from.columnsOf(row).kind)) this.#times.copyWithin(layout.timesOf(to), times, times + timesPerEntity);
      this.#seenAt.copyWithin(to, row, row + 1);
    }
    this.#layout = layout;
    this.#average.moveTo(layout);
    this.#cells = resized(this.#cells, layout.cells, Number.NaN);
    this.#times = resized(this.#times, layout.times, Number.NaN);
    this.#seenAt = resized(this.#seenAt, layout.length, Number.NaN);
  }
}
