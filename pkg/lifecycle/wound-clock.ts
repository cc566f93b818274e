import { as, type EpochMs, type MonotonicMs } from '../model/units.ts';
import type { Clock } from './clock.ts';

interface Alarm {
  readonly due: number;
  readonly ring: () => void;
}

/** A clock for tests: time passes only when somebody winds it. */
export class WoundClock implements Clock {
  #wall: number;
  #monotonic = 0;
  #alarms: Alarm[] = [];

  /** `start` is the wall clock's first reading, in epoch milliseconds. */
  constructor(start = Date.UTC(2026, 10, 21, 12)) {
    this.#wall = start;
  }

  now(): EpochMs {
    return as<EpochMs>(this.#wall);
  }

  monotonic(): MonotonicMs {
    return as<MonotonicMs>(this.#monotonic);
  }

  /** How many sleepers and timers wait. A test that ends with more than it began has a leak. */
  get waiting(): number {
    return this.#alarms.length;
  }

  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    using _alarm = this.timer(ms, resolve);
    const wake = (): void => resolve();
    signal.addEventListener('abort', wake, { once: true });
    await promise;
    signal.removeEventListener('abort', wake);
  }

  timer(ms: number, ring: () => void): Disposable {
    const alarm: Alarm = { due: this.#monotonic + Math.max(0, ms), ring };
    this.#alarms.push(alarm);
    const forget = (): void => {
      this.#alarms = this.#alarms.filter((other) => other !== alarm);
    };
    return { [Symbol.dispose]: forget };
  }

  /** Lets `ms` pass: alarms ring in order, each at its own time, and what they wake runs before the next rings. */
  async wind(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await settle();
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#advanceTo(next.due);
      this.#alarms = this.#alarms.filter((alarm) => alarm !== next);
      next.ring();
      await settle();
    }
    this.#advanceTo(end);
    await settle();
  }

  /** The wall clock jumps by `ms`, as when somebody sets it; no time passes. */
  jump(ms: number): void {
    this.#wall += ms;
  }

  #next(end: number): Alarm | undefined {
    return this.#alarms.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
  }

  #advanceTo(moment: number): void {
    this.#wall += moment - this.#monotonic;
    this.#monotonic = moment;
  }
}

/** Lets every callback that is already possible run, a few generations deep. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}
