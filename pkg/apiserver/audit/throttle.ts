import type { Clock } from '../../lifecycle/clock.ts';

/** How often something may happen. */
export interface ThrottleRate {
  /** A second; 0 = as often as wanted. */
  readonly qps: number;
  /** At once after a quiet time; at least one. */
  readonly burst: number;
}

/** Spreads turns evenly: a bucket of tokens that fills with time. */
export class Throttle {
  readonly #rate: ThrottleRate;
  readonly #clock: Clock;
  #tokens: number;
  /** When `#tokens` was true, on the monotonic clock. */
  #at: number;

  constructor(rate: ThrottleRate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
    this.#tokens = Math.max(1, rate.burst);
    this.#at = clock.monotonic();
  }

  /** Resolves when it is the caller's turn, first come, first served; early when `signal` aborts. */
  async turn(signal: AbortSignal): Promise<void> {
    const { qps, burst } = this.#rate;
    if (qps <= 0) return;
    const now = this.#clock.monotonic();
    this.#tokens = Math.min(Math.max(1, burst), this.#tokens + ((now - this.#at) / 1000) * qps) - 1;
    this.#at = now;
    if (this.#tokens < 0) await this.#clock.sleep((-this.#tokens / qps) * 1000, signal);
  }
}
