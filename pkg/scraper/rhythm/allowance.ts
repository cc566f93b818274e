import type { Clock } from '../../lifecycle/clock.ts';

/** So many askings a second beyond the ordinary ones, and no more: what was not used for a second is lost. */
export class Allowance {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #perSecond: () => number;
  #left = Number.POSITIVE_INFINITY;
  #countedAt: number | undefined;

  /** `perSecond` is asked at each use. */
  constructor(clock: Pick<Clock, 'monotonic'>, perSecond: () => number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
  }

  /** True when one more is allowed now, which is then spent. */
  take(): boolean {
    const now = this.#clock.monotonic();
    const perSecond = this.#perSecond();
    const earned = ((now - (this.#countedAt ?? now)) / 1000) * perSecond;
    this.#left = Math.min(Math.max(1, perSecond), this.#left + earned);
    this.#countedAt = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
