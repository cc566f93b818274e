import type { Field } from './shape.ts';

/** Longer than what stands between two values of any kubelet. */
const longestGuess = 512;

/**
 * What stands between one value and the next: commas, brackets, blanks and a name. Kubelets print the same there again and
 * again, so comparing with what was found before is nearly always enough, and much cheaper than reading it. Two memories
 * serve where the fields differ from subject to subject; what is in neither is read, and takes the place of the older.
 */
export class Following {
  #likely: Guess | undefined;
  #other: Guess | undefined;

  /** What it is if it is what it was; undefined otherwise. */
  guess(view: DataView, at: number): Guess | undefined {
    const likely = this.#likely;
    if (likely?.isAt(view, at)) return likely;
    const other = this.#other;
    if (!other?.isAt(view, at)) return undefined;
    this.#other = likely;
    this.#likely = other;
    return other;
  }

  /** Takes note of what was found between two places. */
  learn(view: DataView, range: { readonly from: number; readonly to: number }, field: Field): void {
    const length = range.to - range.from;
    if (length < 4 || length > longestGuess) return;
    this.#other = this.#likely;
    this.#likely = new Guess(view, range, field);
  }
}

/** Some bytes, four at least, and the field whose value begins behind them. */
export class Guess {
  readonly length: number;
  readonly field: Field;
  /** The bytes, four at a time; where they end in between, the last four overlap those before. */
  readonly #words: Int32Array;
  readonly #last: number;

  constructor(view: DataView, { from, to }: { readonly from: number; readonly to: number }, field: Field) {
    this.length = to - from;
    this.field = field;
    this.#words = Int32Array.from({ length: this.length >> 2 }, (_, word) => view.getInt32(from + 4 * word, true));
    this.#last = view.getInt32(to - 4, true);
  }

  isAt(view: DataView, from: number): boolean {
    const to = from + this.length;
    if (to > view.byteLength || view.getInt32(to - 4, true) !== this.#last) return false;
    const words = this.#words;
    for (let word = 0, at = from; word < words.length; word++, at += 4)
      if (view.getInt32(at, true) !== words[word]) return false;
    return true;
  }
}
