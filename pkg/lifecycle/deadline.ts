import type { Clock } from './clock.ts';

/** A signal that aborts with its parent or when time is up, and leaves nothing behind once disposed. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
  /** True when the time ran out; false while running, or when the parent gave up first. */
  readonly expired: boolean;
}

/**
 * Gives work `ms` of time. Use with `using`: timer and listener are gone on every path. `AbortSignal.any` with
 * `AbortSignal.timeout` would keep memory per call under a long-lived parent (nodejs/node#54614).
 */
export function deadline(parent: AbortSignal, ms: number, clock: Clock): Deadline {
  const controller = new AbortController();
  let expired = false;

  const follow = (): void => controller.abort(parent.reason);
  const alarm = clock.timer(ms, () => {
    expired = !controller.signal.aborted;
    controller.abort(new DOMException(`no answer within ${ms / 1000} s`, 'TimeoutError'));
  });
  if (parent.aborted) follow();
  else parent.addEventListener('abort', follow, { once: true });

  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    [Symbol.dispose]() {
      alarm[Symbol.dispose]();
      parent.removeEventListener('abort', follow);
    },
  };
}
