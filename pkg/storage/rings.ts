import { as, type EpochMs } from '../model/units.ts';

/** One point of the rolling window: a rate and what memory was at its end. */
export interface HistoryPoint {
  /** By the node's clock, rounded to a 65,535th of the window (5 ms for five minutes). */
  readonly sampledAt: EpochMs;
  /** Nanocores, to 24 significant bits. */
  readonly cpu: number;
  /** Bytes, to whole KiB. */
  readonly memory: number;
}

/** What a new point takes from its sample: epoch milliseconds, bytes. */
interface Moment {
  readonly sampledAt: number;
  readonly memory: number;
}

/** Longest gap between two points that fits its column. */
const longestGap = 0xffff;

/**
 * The rolling windows of all rows of one node: ten bytes a point.
 *
 *   row:  │ p5 │ p6 │ p2 │ p3 │ p4 │     each point knows how long after the one before it came;
 *                ▲ head                  the time of the newest is kept by the owner
 */
export class Rings {
  readonly #points: number;
  readonly #tickMs: number;
  #rates: Float32Array;
  #kib: Uint32Array;
  /** Ticks since the point before. */
  #gaps: Uint16Array;
  /** Two numbers a row: where the newest point is, how many there are. */
  #heads: Uint16Array;

  constructor(rows: number, points: number, windowMs: number) {
    this.#points = points;
    this.#tickMs = Math.max(1, Math.ceil(windowMs / longestGap));
    this.#rates = new Float32Array(rows * points);
    this.#kib = new Uint32Array(rows * points);
    this.#gaps = new Uint16Array(rows * points);
    this.#heads = new Uint16Array(rows * 2);
  }

  get bytes(): number {
    return this.#rates.byteLength + this.#kib.byteLength + this.#gaps.byteLength + this.#heads.byteLength;
  }

  /** Adds a point. `previousMs` is the time of the newest so far, NaN for none; a gap longer than the window drops all before it. */
  push(row: number, previousMs: number, { sampledAt, memory }: Moment, cpu: number): void {
    const gap = this.#tick(sampledAt) - this.#tick(previousMs);
    const count = gap >= 0 && gap <= longestGap ? this.#count(row) : 0;
    const head = (this.#head(row) + 1) % this.#points;
    const cell = row * this.#points + head;
    this.#rates[cell] = cpu;
    this.#kib[cell] = Math.min(memory / 1024, 0xffff_ffff);
    this.#gaps[cell] = count === 0 ? 0 : gap;
    this.#heads[row * 2] = head;
    this.#heads[row * 2 + 1] = Math.min(count + 1, this.#points);
  }

  /** Points of one row sampled after `sinceMs`, oldest first. `newestMs` is the time of the newest, NaN for none. */
  read(row: number, newestMs: number, sinceMs: number): HistoryPoint[] {
    const found: HistoryPoint[] = [];
    let time = newestMs;
    for (let back = 0; back < this.#count(row) && time > sinceMs; back++) {
      const head = (this.#head(row) + this.#points - back) % this.#points;
      const cell = row * this.#points + head;
      found.push({ sampledAt: as<EpochMs>(time), cpu: this.#rates[cell] ?? 0, memory: (this.#kib[cell] ?? 0) * 1024 });
      time = (this.#tick(time) - (this.#gaps[cell] ?? 0)) * this.#tickMs;
    }
    return found.reverse();
  }

  /** Makes room for so many rows, or lets go of those behind them. */
  resize(rows: number): void {
    this.#rates = resized(this.#rates, new Float32Array(rows * this.#points));
    this.#kib = resized(this.#kib, new Uint32Array(rows * this.#points));
    this.#gaps = resized(this.#gaps, new Uint16Array(rows * this.#points));
    this.#heads = resized(this.#heads, new Uint16Array(rows * 2));
  }

  /** Forgets the points of a row. */
  clear(row: number): void {
    this.#heads.fill(0, row * 2, row * 2 + 2);
  }

  /** A row becomes a copy of another one. */
  copy(row: number, from: number): void {
    for (const cells of [this.#rates, this.#kib, this.#gaps]) {
      cells.copyWithin(row * this.#points, from * this.#points, (from + 1) * this.#points);
    }
    this.#heads.copyWithin(row * 2, from * 2, from * 2 + 2);
  }

  #tick(ms: number): number {
    return Math.round(ms / this.#tickMs);
  }

  #head(row: number): number {
    return this.#heads[row * 2] ?? 0;
  }

  #count(row: number): number {
    return this.#heads[row * 2 + 1] ?? 0;
  }
}

/** `to` with the beginning of `from`, as far as it fits. */
function resized<Cells extends Float32Array | Uint32Array | Uint16Array>(from: Cells, to: Cells): Cells {
  to.set(from.subarray(0, to.length));
  return to;
}
