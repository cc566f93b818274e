import type { MonotonicMs } from '../../model/units.ts';
import type { Draft } from '../processing/draft.ts';
import { Layout, type LongRows, type Row } from '../rows/layout.ts';
import type { RowRange } from './chunk.ts';
import { resized } from './kept-numbers.ts';
import { LongAverage } from './long-average.ts';
import { Tape } from './tape.ts';
import { withoutUntold } from './without-untold.ts';

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
/** To know the newest frame is to read all of its chunk. A whole frame at the beginning of each costs less than reading more. */
const mostFrames = 10;
const longFramesPerChunk = 12;

/** The newest frame. Copy what you keep: it is gone when another is unpacked, of whichever history. */
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
  #times = new Float64Array(0);
  #beat: MonotonicMs | undefined;
  /** By row: 1 where the newest frame tells of it. */
  #told = new Uint8Array(0);
  #bytes = 0;

  constructor(spans: Spans) {
    this.#spans = spans;
    const frames = Math.ceil(spans.shortMs / spans.periodMs / shortChunks);
    this.short = new Tape(Math.min(mostFrames, Math.max(fewestFrames, frames)));
    this.long = new Tape(longFramesPerChunk);
  }

  /** Rows of the newest frame. */
  get layout(): Layout {
    return this.#layout;
  }

  /** The beat of the newest frame; undefined before the first. */
  get beat(): MonotonicMs | undefined {
    return this.#beat;
  }

  /** The newest frame, read from the tape, or only some of its rows where they are named; undefined before the first. */
  current(rows?: RowRange): CurrentFrame | undefined {
    if (this.#beat === undefined) return undefined;
    return { beat: this.#beat, cells: this.short.newest(rows), times: this.#times };
  }

  /** All memory it holds, roughly where objects are concerned. */
  get bytes(): number {
    return this.#bytes + this.short.bytes + this.long.bytes;
  }

  /** True when the newest frame tells of the row. */
  isCurrent(row: Row): boolean {
    return this.#told[row.index] === 1;
  }

  /**
   * Begins a frame; returns the newest one in the rows of that which begins. Where pods come and go, most rows would be of
   * dead ones: when these are many, it begins with a layout without them. Who comes back has a row again. Only where a
   * figure of the long history ends: what is gathered for one belongs to the rows of before.
   */
  begin(draft: Draft): CurrentFrame | undefined {
    const frame = this.current();
    const moved =
      frame && this.#averageSince === undefined ? withoutUntold(this.#layout, this.#told, frame) : undefined;
    draft.begin(moved?.layout ?? this.#layout);
    return moved?.frame ?? frame;
  }

  /** Adds the frame that was begun last. */
  add(beat: MonotonicMs, draft: Draft): void {
    const { cells, times, layout } = draft;
    if (layout !== this.#layout) this.#average.moveTo(layout);
    this.#layout = layout;
    this.short.add(beat, layout, cells);
    this.#beat = beat;
    this.#times = resized(this.#times, times.length, Number.NaN);
    this.#times.set(times);
    this.#told = resized(this.#told, layout.length, 0).fill(0);
    for (const { index } of draft.rows) this.#told[index] = 1;
    this.short.forgetBefore(beat - this.#spans.shortMs);
    this.#addLong(beat, cells);
    this.#bytes = layout.bytes + this.#times.buffer.byteLength + this.#told.buffer.byteLength + this.#average.bytes;
  }

  #addLong(beat: MonotonicMs, cells: Float64Array): void {
    this.#averageSince ??= beat;
    this.#average.add(cells);
    // The time that a figure stands for ends with the frame that completes it.
    if (beat + this.#spans.periodMs - this.#averageSince >= this.#spans.longStepMs) this.#endAverage(beat);
  }

  #endAverage(beat: MonotonicMs): void {
    this.#averageSince = undefined;
    this.long.add(beat, this.#layout.long, this.#average.frame());
    this.long.forgetBefore(beat - this.#spans.longMs);
  }
}
