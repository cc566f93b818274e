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

/** Node.js takes a longer timer for one of a millisecond: with it, `--metric-resolution=600h` would never rest. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => as<EpochMs>(Date.now()),
  monotonic: () => as<MonotonicMs>(performance.now()),
  async sleep(ms, signal) {
    let left = Math.max(0, ms);
    do {
      // An aborted sleep is an ordinary end: whoever sleeps looks at the signal next.
      await sleepFor(Math.min(left, longestTimerMs), undefined, { signal }).catch(() => undefined);
      left -= longestTimerMs;
    } while (left > 0 && !signal.aborted);
  },
  timer(ms, ring) {
    let timeout: NodeJS.Timeout;
    const arm = (left: number): void => {
      const wait = Math.min(Math.max(0, left), longestTimerMs);
      timeout = setTimeout(left > longestTimerMs ? () => arm(left - longestTimerMs) : ring, wait);
      timeout.unref();
    };
    arm(ms);
    return { [Symbol.dispose]: () => clearTimeout(timeout) };
  },
};
