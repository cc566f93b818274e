import { setTimeout as sleepFor } from 'node:timers/promises';
import { as, type EpochMs, type MonotonicMs } from '../model/units.ts';

/** Time, as everything in the house sees it. Tests wind their own. */
export interface Clock {
  /** The wall clock. It may jump; use it for what people and other machines see. */
  now(): EpochMs;
  /** A clock that never jumps; use it for ages, periods and deadlines. */
  monotonic(): MonotonicMs;
  /** Resolves after `ms`, or early and quietly when `signal` aborts. Never rejects. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Calls `ring` once after `ms`, unless disposed before. Does not keep the process alive. */
  timer(ms: number, ring: () => void): Disposable;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => as<EpochMs>(Date.now()),
  monotonic: () => as<MonotonicMs>(performance.now()),
  async sleep(ms, signal) {
    // An aborted sleep is an ordinary end: whoever sleeps looks at the signal next.
    await sleepFor(Math.max(0, ms), undefined, { signal }).catch(() => undefined);
  },
  timer(ms, ring) {
    const timeout = setTimeout(ring, Math.max(0, ms));
    timeout.unref();
    return { [Symbol.dispose]: () => clearTimeout(timeout) };
  },
};
