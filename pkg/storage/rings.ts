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
  readonly #rates: Float32Array;
  readonly #kib: Uint32Array;
  /** Ticks since the point before. */
  readonly #gaps: Uint16Array;
  /** Two numbers a row: where the newest point is, how many there are. */
  readonly #heads: Uint16Array;

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

  /** Takes over one row of another node window's rings, which must hold as many points a row. */
  copy(row: number, from: Rings, fromRow: number): void {
    const source = fromRow * this.#points;
    const target = row * this.#points;
    this.#rates.set(from.#rates.subarray(source, source + this.#points), target);
    this.#kib.set(from.#kib.subarray(source, source + this.#points), target);
    this.#gaps.set(from.#gaps.subarray(source, source + this.#points), target);
    this.#heads.set(from.#heads.subarray(fromRow * 2, fromRow * 2 + 2), row * 2);
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
