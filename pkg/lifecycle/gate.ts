/** Lets so many in at a time; the others wait in the order in which they came. */
export class Gate {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(places: number) {
    this.#free = places;
  }

  /** A place, to be disposed of when done (twice is harmless); when `signal` aborts there is none, and no more waiting. */
  async enter(signal: AbortSignal): Promise<Disposable> {
    let held = !signal.aborted && (this.#take() || (await this.#turn(signal)));
    return {
      [Symbol.dispose]: () => {
        if (held) this.#leave();
        held = false;
      },
    };
  }

  #take(): boolean {
    if (this.#free === 0) return false;
    this.#free--;
    return true;
  }

  /** True when a place was handed over, false when the signal aborted first. */
  async #turn(signal: AbortSignal): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const handOver = (): void => resolve(true);
    const giveUp = (): void => {
      if (this.#waiting.delete(handOver)) resolve(false);
    };
    this.#waiting.add(handOver);
    signal.addEventListener('abort', giveUp, { once: true });
    const place = await promise;
    signal.removeEventListener('abort', giveUp);
    return place;
  }

  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free++;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
