import type { Clock } from '../../lifecycle/clock.ts';

/** So many askings a period beyond the ordinary ones, and no more. What was not used is kept, up to what a period earns. */
export class Allowance {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #periodMs: number;
  readonly #perPeriod: () => number;
  #left = Number.POSITIVE_INFINITY;
  #countedAt: number | undefined;

  /** `perPeriod`, at least one, is asked at each use. */
  constructor(clock: Pick<Clock, 'monotonic'>, periodMs: number, perPeriod: () => number) {
    this.#clock = clock;
    this.#periodMs = periodMs;
    this.#perPeriod = perPeriod;
  }

  /** True when one more is allowed now, which is then spent. */
  take(): boolean {
    const now = this.#clock.monotonic();
    const perPeriod = this.#perPeriod();
    const earned = ((now - (this.#countedAt ?? now)) / this.#periodMs) * perPeriod;
    this.#left = Math.min(perPeriod, this.#left + earned);
    this.#countedAt = now;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
