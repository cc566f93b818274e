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

/** A subject of which nothing was told for so long may lose its row: where pods come and go, most rows would be of dead ones. */
const deadAfterFrames = 2;

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

  /** Begins a layout without the rows of subjects long gone, when they are many; the newest frame moves into it. */
  #compact(): void {
    const current = this.#current;
    if (current === undefined) return;
    const dead = current.beat - deadAfterFrames * this.#spans.periodMs;
    const alive = [...this.#layout.rows()].filter((row) => (this.seenAt(row) ?? Number.NEGATIVE_INFINITY) >= dead);
    if (this.#layout.length - alive.length < Math.max(8, this.#layout.length / 4)) return;
    this.#moveTo(alive, current.beat);
  }

  /** Rows only move to the front, so that each finds its place free. */
  #moveTo(alive: readonly Row[], beat: MonotonicMs): void {
    // What was gathered since the last frame of the long history belongs to the rows of before.
    if (this.#averageSince !== undefined) this.#endAverage(beat);
    const layout = new Layout(alive.length);
    const moved = new Map<number | undefined, Row>();
    // Parents stand before their children, and live as long as they do.
    for (const row of alive) {
      const to = layout.row(layout.indexFor(row.kind, row.name, moved.get(row.parent?.index)));
      moved.set(row.index, to);
      this.#cells.copyWithin(to.at, row.at, row.at + row.columns.width);
      if (isEntity(row.kind)) this.#times.copyWithin(to.timesAt, row.timesAt, row.timesAt + timesPerEntity);
      this.#seenAt.copyWithin(to.index, row.index, row.index + 1);
    }
    this.#layout = layout;
    this.#average.moveTo(layout);
    this.#cells = resized(this.#cells, layout.cells, Number.NaN);
    this.#times = resized(this.#times, layout.times, Number.NaN);
    this.#seenAt = resized(this.#seenAt, layout.length, Number.NaN);
    this.#current = { beat, cells: this.#cells, times: this.#times };
    this.#bytes = this.#ownBytes();
  }
}
