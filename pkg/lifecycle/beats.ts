import type { Clock } from './clock.ts';

/**
 * Yields now and then once per `intervalMs`, until `signal` aborts. A consumer slower than the interval skips beats;
 * they never pile up, and the rhythm is kept.
 */
export async function* beats(intervalMs: number, clock: Clock, signal: AbortSignal): AsyncGenerator<void> {
  let due: number = clock.monotonic();
  while (!signal.aborted) {
    yield;
    const passed = Math.ceil((clock.monotonic() - due) / intervalMs);
    due += Math.max(1, passed) * intervalMs;
    await clock.sleep(due - clock.monotonic(), signal);
  }
}
