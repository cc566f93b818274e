import type { Clock } from '../../lifecycle/clock.ts';

/** A sleep that somebody can end early; nudges between two sleeps are not lost. */
export class Nudge {
  #nudged = false;
  #wake: () => void = () => undefined;

  /** Ends the sleep that is going on, or the next one. */
  give(): void {
    this.#nudged = true;
    this.#wake();
  }

  /** Sleeps `ms` or until nudged or aborted; says whether it was nudged. */
  async sleep(ms: number, clock: Clock, signal: AbortSignal): Promise<boolean> {
    if (!this.#nudged) {
      const early = new AbortController();
      this.#wake = () => early.abort();
      const stop = (): void => early.abort();
      signal.addEventListener('abort', stop, { once: true });
      await clock.sleep(signal.aborted ? 0 : ms, early.signal);
      signal.removeEventListener('abort', stop);
    }
    const nudged = this.#nudged;
    this.#nudged = false;
    return nudged;
  }
}
