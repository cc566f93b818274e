import type { Layout } from '../rows/layout.ts';
import { resized } from './kept-numbers.ts';
import { logCode } from './log-code.ts';

/** Numbers that are gathered of a column. */
const perColumn = 3;

/** Mean and peak of what the long history keeps, over some minutes. */
export class LongAverage {
  #layout: Layout;
  /** Of each column that is kept: a sum and a peak, in units, and how many values there were. As exact as what comes of it. */
  #gathered = new Float32Array(0);

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  get bytes(): number {
    return this.#gathered.buffer.byteLength;
  }

  /** Begins with another layout; nothing was gathered since the last frame. */
  moveTo(layout: Layout): void {
    this.#layout = layout;
    this.#grow();
  }

  /** Takes in a frame of the layout. */
  add(frame: Float64Array): void {
    this.#grow();
    const layout = this.#layout;
    for (let row = 0; row < layout.length; row++) {
      const { long, scales } = layout.columnsOf(row);
      const at = layout.startOf(row);
      let one = (perColumn * layout.longStartOf(row)) / 2;
      for (const column of long) {
        const value = (frame[at + column] ?? Number.NaN) / (scales[column] ?? 1);
        if (!Number.isNaN(value)) this.#take(one, value);
        one += perColumn;
      }
    }
  }

  /** The frame of the time that ends now, as codes; begins the next. */
  frame(): Float64Array {
    this.#grow();
    const frame = new Float64Array(this.#layout.longCells).fill(Number.NaN);
    const gathered = this.#gathered;
    for (let cell = 0, one = 0; cell < frame.length; cell += 2, one += perColumn) {
      const count = gathered[one + 2] ?? 0;
      if (count === 0) continue;
      frame[cell] = logCode((gathered[one] ?? 0) / count);
      frame[cell + 1] = logCode(gathered[one + 1] ?? 0);
    }
    gathered.fill(0);
    return frame;
  }

  #take(one: number, value: number): void {
    const gathered = this.#gathered;
    gathered[one] = (gathered[one] ?? 0) + value;
    gathered[one + 1] = Math.max(gathered[one + 1] ?? 0, value);
    gathered[one + 2] = (gathered[one + 2] ?? 0) + 1;
  }

  #grow(): void {
    this.#gathered = resized(this.#gathered, (perColumn * this.#layout.longCells) / 2, 0);
  }
}
