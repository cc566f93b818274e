import type { Clock } from './clock.ts';

/** A signal that aborts with its parent or when time is up, and leaves nothing behind once disposed. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** True when the time ran out; false while running, or when the parent gave up first. */
  readonly expired: boolean;
  /** Gives the whole time again, from now: a stream that speaks may go on. Costs no timer, as often as it is called. */
  renew(): void;
}

/**
 * Gives work `ms` of time. Use with `using`: timer and listener are gone on every path. `AbortSignal.any` with
 * `AbortSignal.timeout` would keep memory per call under a long-lived parent (nodejs/node#54614).
 */
export function deadline(parent: AbortSignal, ms: number, clock: Clock): Deadline {
  const controller = new AbortController();
  let since: number = clock.monotonic();
  let renewed = false;
  let expired = false;
  let alarm: Disposable;

  const follow = (): void => controller.abort(parent.reason);
  const look = (): void => {
    const left = since + ms - clock.monotonic();
    if (left > 0) {
      alarm = clock.timer(left, look);
      return;
    }
    expired = !controller.signal.aborted;
    const message = `${renewed ? 'silent for' : 'no answer within'} ${ms / 1000} s`;
    controller.abort(new DOMException(message, 'TimeoutError'));
  };
  alarm = clock.timer(ms, look);
  if (parent.aborted) follow();
  else parent.addEventListener('abort', follow, { once: true });

  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    renew() {
      since = clock.monotonic();
      renewed = true;
    },
    [Symbol.dispose]() {
      alarm[Symbol.dispose]();
      parent.removeEventListener('abort', follow);
    },
  };
}
