import type { MonotonicMs } from '../model/units.ts';

interface Round {
  firstAskedAt: MonotonicMs | undefined;
  lastEndedAt: MonotonicMs | undefined;
  outstanding: number;
  over: boolean;
}

/**
 * Takes the time of rounds. A round is all askings that begin within one period; it lasts from the first request to the
 * last answer, which may come when the next round has long begun. A period without nodes is a round of length zero.
 */
export class Rounds {
  readonly #ended: (durationMs: number) => void;
  #current: Round | undefined;

  constructor(ended: (durationMs: number) => void) {
    this.#ended = ended;
  }

  /** A period begins, and with it a round; the one before ends with its last answer. */
  turn(): void {
    const last = this.#current;
    this.#current = { firstAskedAt: undefined, lastEndedAt: undefined, outstanding: 0, over: false };
    if (last === undefined) return;
    last.over = true;
    this.#check(last);
  }

  /** A node is asked; call what is returned when that has ended. */
  asked(now: MonotonicMs): (now: MonotonicMs) => void {
    const round = this.#current;
    if (round === undefined) return () => undefined;
    round.firstAskedAt ??= now;
    round.outstanding++;
    return (endedAt) => {
      round.outstanding--;
      round.lastEndedAt = endedAt;
      this.#check(round);
    };
  }

  #check({ over, outstanding, firstAskedAt, lastEndedAt }: Round): void {
    if (over && outstanding === 0) this.#ended((lastEndedAt ?? 0) - (firstAskedAt ?? 0));
  }
}
