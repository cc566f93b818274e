import type { Clock } from '../../lifecycle/clock.ts';
import type { Registry } from '../../telemetry/exposition.ts';
import { Gauge } from '../../telemetry/instruments.ts';

/** Reading and writing requests are limited, and so counted, apart. */
export type RequestCategory = 'readOnly' | 'mutating';

/** The most at once is told for so long after it was. */
const spanMs = 1_000;

/**
 * How many requests were under way at once, at most, within the last second or two. How many are at the moment of looking
 * would say little: whoever looks is the one request the single thread works on just then.
 */
export class InFlight {
  readonly #clock: Clock;
  readonly #readOnly = new Peak();
  readonly #mutating = new Peak();

  constructor(registry: Registry, clock: Clock) {
    this.#clock = clock;
    registry.register(
      new Gauge({
        name: 'apiserver_current_inflight_requests',
        help: '[STABLE] The most requests that were under way at the same time within the last seconds, by kind.',
        labels: ['request_kind'],
        read: (gauge) => {
          const now = this.#clock.monotonic();
          gauge.set(this.#mutating.most(now), { request_kind: 'mutating' });
          gauge.set(this.#readOnly.most(now), { request_kind: 'readOnly' });
        },
      }),
    );
  }

  began(category: RequestCategory, nowMs: number): void {
    this.#peakOf(category).change(1, nowMs);
  }

  ended(category: RequestCategory, nowMs: number): void {
    this.#peakOf(category).change(-1, nowMs);
  }

  #peakOf(category: RequestCategory): Peak {
    return category === 'mutating' ? this.#mutating : this.#readOnly;
  }
}

/** The highest value within this span and the one before. */
class Peak {
  #current = 0;
  #span = 0;
  #highest = 0;
  #highestBefore = 0;

  change(by: number, nowMs: number): void {
    this.#turn(nowMs);
    this.#current += by;
    this.#highest = Math.max(this.#highest, this.#current);
  }

  most(nowMs: number): number {
    this.#turn(nowMs);
    return Math.max(this.#highest, this.#highestBefore);
  }

  #turn(nowMs: number): void {
    const span = Math.floor(nowMs / spanMs);
    if (span === this.#span) return;
    this.#highestBefore = span === this.#span + 1 ? this.#highest : this.#current;
    this.#highest = this.#current;
    this.#span = span;
  }
}
