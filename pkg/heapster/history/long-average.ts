import type { Layout } from '../rows/layout.ts';
import { logCode } from './log-code.ts';

/** Mean and peak of what the long history keeps, over some minutes. */
export class LongAverage {
  readonly #layout: Layout;
  /** Per column that is kept: a sum and a peak, in units; and how many values there were. */
  #sums: Float64Array = new Float64Array(0);
  #counts: Uint16Array = new Uint16Array(0);

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  get bytes(): number {
    return this.#sums.byteLength + this.#counts.byteLength;
  }

  /** Takes in a frame of the layout. */
  add(frame: Float64Array): void {
    this.#grow();
    const layout = this.#layout;
    for (let row = 0; row < layout.length; row++) {
      const { long, scales } = layout.columnsOf(row);
      const at = layout.startOf(row);
      let cell = layout.longStartOf(row);
      for (const column of long) {
        const value = (frame[at + column] ?? Number.NaN) / (scales[column] ?? 1);
        if (!Number.isNaN(value)) this.#take(cell, value);
        cell += 2;
      }
    }
  }

  /** The frame of the time that ends now, as codes; begins the next. */
  frame(): Float64Array {
    this.#grow();
    const frame = new Float64Array(this.#layout.longCells).fill(Number.NaN);
    for (let cell = 0; cell < frame.length; cell += 2) {
      const count = this.#counts[cell / 2] ?? 0;
      if (count === 0) continue;
      frame[cell] = logCode((this.#sums[cell] ?? 0) / count);
      frame[cell + 1] = logCode(this.#sums[cell + 1] ?? 0);
    }
    this.#sums.fill(0);
    this.#counts.fill(0);
    return frame;
  }

  #take(cell: number, value: number): void {
    this.#sums[cell] = (this.#sums[cell] ?? 0) + value;
    this.#sums[cell + 1] = Math.max(this.#sums[cell + 1] ?? 0, value);
    this.#counts[cell / 2] = (this.#counts[cell / 2] ?? 0) + 1;
  }

  #grow(): void {
    const size = this.#layout.longCells;
    if (this.#sums.length === size) return;
    const sums = new Float64Array(size);
    const counts = new Uint16Array(size / 2);
    sums.set(this.#sums);
    counts.set(this.#counts);
    this.#sums = sums;
    this.#counts = counts;
  }
}
