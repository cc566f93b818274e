import type { Clock } from '../lifecycle/clock.ts';

/**
 * So long a first contact counts as work while no machine takes it. A dead node only lets us wait; after a power cut half
 * a large cluster is dead, 250 askings a second.
 */
const unreachedMs = 100;

/** A timer that rings so late says that this process had no time: that a machine has taken the connection may lie unread. */
const heldUpMs = 50;

/**
 * So long it counts as work once a machine has taken it. With little CPU to ourselves handshakes take longer, and who
 * began ever more of them would finish none within its deadline.
 */
const reachedMs = 3_000;

/** A place at the gate while a first contact is work; given back when disposed of, or when it turns out to be waiting. */
export class FirstContact implements Disposable {
  readonly #place: Disposable;
  readonly #clock: Pick<Clock, 'monotonic' | 'timer'>;
  #timer: Disposable;
  #over = false;

  constructor(place: Disposable, clock: Pick<Clock, 'monotonic' | 'timer'>) {
    this.#place = place;
    this.#clock = clock;
    this.#timer = this.#untilReached();
  }

  /** A machine has taken the connection. */
  reached(): void {
    if (this.#over) return;
    this.#timer[Symbol.dispose]();
    this.#timer = this.#clock.timer(reachedMs, () => this[Symbol.dispose]());
  }

  #untilReached(): Disposable {
    const since = this.#clock.monotonic();
    return this.#clock.timer(unreachedMs, () => {
      const isLate = this.#clock.monotonic() - since > unreachedMs + heldUpMs;
      if (isLate) this.#timer = this.#untilReached();
      else this[Symbol.dispose]();
    });
  }

  [Symbol.dispose](): void {
    this.#over = true;
    this.#timer[Symbol.dispose]();
    this.#place[Symbol.dispose]();
  }
}
