import type { Clock } from '../../lifecycle/clock.ts';

/** Turns that come one after the other, so many a second, to whoever asks first. */
export class Turns {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #apartMs: number;
  #nextAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'monotonic'>, perSecond: number) {
    this.#clock = clock;
    this.#apartMs = 1000 / perSecond;
  }

  /** How long to wait for the next turn, which is then taken; undefined where that would be `withinMs` or longer. */
  next(withinMs: number): number | undefined {
    const now = this.#clock.monotonic();
    const at = Math.max(now, this.#nextAt);
    if (at - now >= withinMs) return undefined;
    this.#nextAt = at + this.#apartMs;
    return at - now;
  }
}
