import { as, type EpochMs, type Milliseconds } from '../model/units.ts';

/** What one answer says of the node's clock. */
export interface ClockReading {
  /** When the request was sent, by our clock. */
  readonly sentAt: EpochMs;
  /** How long the whole answer took. */
  readonly tookMs: number;
  /** The moment of answering by the node's clock, cut to whole seconds; absent where the answer bears none. */
  readonly date?: EpochMs | undefined;
  /** The newest sample, by the node's clock. */
  readonly newestSampleAt?: EpochMs | undefined;
}

interface Estimate {
  readonly aheadMs: number;
  /** The truth is at most so far away from it. */
  readonly offByMs: number;
}

/** Two minutes at a period of 15 s: soon enough for a clock that is set, and enough to meet a fresh sample. */
const remembered = 8;

/**
 * How far a node's clock is from ours, measured against the middle of the request. The Date of an answer is the moment of
 * answering, to half a second. A sample was taken up to 20 s before, so that it only says how far behind the clock is at
 * most: the best of several is close to the truth, because of many containers one was always sampled just now.
 */
export class SkewMeter {
  #dated: readonly Estimate[] = [];
  #sampled: readonly number[] = [];

  /** Takes in one answer. */
  observe({ sentAt, tookMs, date, newestSampleAt }: ClockReading): void {
    const middle = sentAt + tookMs / 2;
    if (date !== undefined) {
      const estimate = { aheadMs: date + 500 - middle, offByMs: 500 + tookMs / 2 };
      this.#dated = [estimate, ...this.#dated].slice(0, remembered);
    }
    if (newestSampleAt !== undefined) this.#sampled = [newestSampleAt - middle, ...this.#sampled].slice(0, remembered);
  }

  /** By how much the node's clock is ahead of ours, negative = behind; undefined until it was measured. */
  get aheadMs(): Milliseconds | undefined {
    const [best] = this.#dated.toSorted((a, b) => a.offByMs - b.offByMs);
    if (best !== undefined) return as<Milliseconds>(Math.round(best.aheadMs));
    return this.#sampled.length === 0 ? undefined : as<Milliseconds>(Math.round(Math.max(...this.#sampled)));
  }
}
