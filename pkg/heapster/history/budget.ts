import type { MonotonicMs } from '../../model/units.ts';
import type { SubjectHistory } from './subject-history.ts';
import type { Tape } from './tape.ts';

/** How much history may take, and who has it. */
export interface HistoryBudgetOptions {
  readonly limitBytes: number;
  readonly histories: () => Iterable<SubjectHistory>;
  /** Bytes that are needed to find things in them. */
  readonly besides: () => number;
}

/** What history takes now. */
export interface HistoryBytes {
  /** What is needed to read the newest frames, and what is gathered of them: never dropped. */
  readonly present: number;
  readonly short: number;
  readonly long: number;
}

/** When something must go, so much more goes that there is room for a while. */
const roomAfterwards = 0.03;

interface Oldest {
  readonly tape: Pick<Tape<never>, 'oldestEnd' | 'dropOldest'>;
  readonly end: MonotonicMs;
  readonly kind: 'short' | 'long';
}

/** Keeps history within its bytes. What does not fit goes, the oldest first and, of what is equally old, the finest first. */
export class HistoryBudget {
  readonly #options: HistoryBudgetOptions;
  #dropped = 0;

  constructor(options: HistoryBudgetOptions) {
    this.#options = options;
  }

  /** Bytes that were dropped for lack of room, so far. */
  get dropped(): number {
    return this.#dropped;
  }

  get limitBytes(): number {
    return this.#options.limitBytes;
  }

  /** What history takes now. */
  measure(): HistoryBytes {
    let [present, short, long] = [this.#options.besides(), 0, 0];
    for (const history of this.#options.histories()) {
      short += history.short.bytes;
      long += history.long.bytes;
      present += history.bytes - history.short.bytes - history.long.bytes;
    }
    return { present, short, long };
  }

  /** Drops what does not fit; returns how many bytes that were. */
  enforce(): number {
    const { present, short, long } = this.measure();
    const { limitBytes } = this.#options;
    let excess = present + short + long - limitBytes;
    if (excess <= 0) return 0;
    excess += limitBytes * roomAfterwards;
    let dropped = 0;
    for (let oldest = this.#oldest(); oldest.length > 0 && dropped < excess; oldest = this.#oldest())
      for (const { tape } of oldest) if (dropped < excess) dropped += tape.dropOldest();
    this.#dropped += dropped;
    return dropped;
  }

  /** The oldest chunk of each tape, in the order in which they may go. */
  #oldest(): readonly Oldest[] {
    const found: Oldest[] = [];
    for (const { short, long } of this.#options.histories()) {
      if (short.oldestEnd !== undefined) found.push({ tape: short, end: short.oldestEnd, kind: 'short' });
      if (long.oldestEnd !== undefined) found.push({ tape: long, end: long.oldestEnd, kind: 'long' });
    }
    return found.sort((a, b) => a.end - b.end || rank(a) - rank(b));
  }
}

const rank = ({ kind }: Oldest): number => (kind === 'short' ? 0 : 1);
