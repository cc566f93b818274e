/**
 * Has so much work done in one turn of the event loop; the rest waits for the turns after it, in order. Where a process gets
 * no CPU for a while, the answers of hundreds of kubelets lie ready when it goes on: whoever worked them all in at once would
 * let everybody else wait for as long again.
 */
export class FewPerTurn {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #left: number;
  #isTurnAwaited = false;

  /** `most` pieces of work at a time. */
  constructor(most: number) {
    this.#most = most;
    this.#left = most;
  }

  /** Does it at once where this turn has room for it. It must not throw. */
  do(work: () => void): void {
    if (this.#left === 0) return void this.#waiting.push(work);
    this.#left--;
    this.#awaitTurn();
    work();
  }

  #awaitTurn(): void {
    if (this.#isTurnAwaited) return;
    this.#isTurnAwaited = true;
    setImmediate(() => this.#turn());
  }

  #turn(): void {
    this.#isTurnAwaited = false;
    const due = this.#waiting.splice(0, this.#most);
    this.#left = this.#most - due.length;
    if (due.length > 0) this.#awaitTurn();
    for (const work of due) work();
  }
}
