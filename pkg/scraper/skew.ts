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

/** Two minutes at a period of 15 s: soon enough for a clock that is set, and enough to meet a fresh sample. */
const remembered = 8;

/**
 * How far a node's clock is from ours, measured against the middle of the request. The Date of an answer is the moment of
 * answering, to half a second. A sample was taken up to 20 s before, so that it only says how far behind the clock is at
 * most: the best of several is close to the truth, because of many containers one was always sampled just now.
 */
export class SkewMeter {
  /** By how much the clock is ahead according to the last answers with a Date, and how long these took. */
  readonly #dated = new LastFew();
  readonly #tookMs = new LastFew();
  /** The same according to their freshest samples: at least so much. */
  readonly #sampled = new LastFew();

  /** Takes in one answer. */
  observe({ sentAt, tookMs, date, newestSampleAt }: ClockReading): void {
    const middle = sentAt + tookMs / 2;
    if (date !== undefined) {
      this.#dated.add(date + 500 - middle);
      this.#tookMs.add(tookMs);
    }
    if (newestSampleAt !== undefined) this.#sampled.add(newestSampleAt - middle);
  }

  /** By how much the node's clock is ahead of ours, negative = behind; undefined until it was measured. */
  get aheadMs(): Milliseconds | undefined {
    // The quicker the answer, the less can be wrong with it.
    const dated = this.#dated.at(this.#tookMs.whereLeast());
    const ahead = dated ?? this.#sampled.at(this.#sampled.whereMost());
    return ahead === undefined ? undefined : as<Milliseconds>(Math.round(ahead));
  }
}

/** The last few of a row of numbers, in any order. */
class LastFew {
  readonly #values: number[] = [];
  #next = 0;

  add(value: number): void {
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % remembered;
  }

  at(place: number): number | undefined {
    return this.#values[place];
  }

  whereLeast(): number {
    return this.#values.indexOf(Math.min(...this.#values));
  }

  whereMost(): number {
    return this.#values.indexOf(Math.max(...this.#values));
  }
}
