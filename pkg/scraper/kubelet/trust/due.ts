import type { Clock } from '../../../lifecycle/clock.ts';

/** A moment that may come nearer while somebody waits for it. */
export class Due {
  readonly #clock: Clock;
  #at = Number.POSITIVE_INFINITY;
  #ring: (() => void) | undefined;
  #timer: Disposable | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** In `ms` at the latest. */
  within(ms: number): void {
    const at = this.#clock.monotonic() + ms;
    if (at >= this.#at) return;
    this.#at = at;
    if (this.#ring !== undefined) this.#arm(this.#ring);
  }

  /** Resolves when the moment has come, or `signal` aborts; there is none then until somebody sets the next. */
  async come(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const ring = (): void => resolve();
    this.#ring = ring;
    signal.addEventListener('abort', ring, { once: true });
    this.#arm(ring);
    await promise;
    signal.removeEventListener('abort', ring);
    this.#timer?.[Symbol.dispose]();
    this.#ring = undefined;
    this.#at = Number.POSITIVE_INFINITY;
  }

  #arm(ring: () => void): void {
    this.#timer?.[Symbol.dispose]();
    if (this.#at < Number.POSITIVE_INFINITY) this.#timer = this.#clock.timer(this.#at - this.#clock.monotonic(), ring);
  }
}
