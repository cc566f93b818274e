import type { Clock } from '../../lifecycle/clock.ts';

/** Watches over a stream that may go silent without ending. */
export interface Watchdog extends Disposable {
  /** Aborts with the parent, or when nothing came for too long. */
  readonly signal: AbortSignal;
  /** True when it was silence that ended it. */
  readonly expired: boolean;
  /** Something came. */
  feed(): void;
}

/** Gives a stream `idleMs` from one sign of life to the next. Feeding costs no timer: one is re-armed when it rings. */
export function watchdog(parent: AbortSignal, idleMs: number, clock: Clock): Watchdog {
  const controller = new AbortController();
  let fedAt: number = clock.monotonic();
  let expired = false;
  let alarm: Disposable;

  const look = (): void => {
    const left = fedAt + idleMs - clock.monotonic();
    if (left > 0) {
      alarm = clock.timer(left, look);
      return;
    }
    expired = !controller.signal.aborted;
    controller.abort(new DOMException(`silent for ${idleMs / 1000} s`, 'TimeoutError'));
  };
  const follow = (): void => controller.abort(parent.reason);
  alarm = clock.timer(idleMs, look);
  if (parent.aborted) follow();
  else parent.addEventListener('abort', follow, { once: true });

  return {
    signal: controller.signal,
    get expired() {
      return expired;
    },
    feed() {
      fedAt = clock.monotonic();
    },
    [Symbol.dispose]() {
      alarm[Symbol.dispose]();
      parent.removeEventListener('abort', follow);
    },
  };
}
