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

  /** Takes note of what was found between two places, where it is plain text. */
  learn(view: DataView, { from, to }: Range, field: Field): void {
    const length = to - from;
    if (length < 4 || length > longestGuess) return;
    for (let at = from; at < to; at++) if (view.getInt8(at) <= 0) return;
    this.#other = this.#likely;
    this.#likely = new Guess(view, { from, to }, field);
  }
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Some bytes of plain text, four at least, and the field whose value begins behind them. */
export class Guess {
  readonly length: number;
  readonly field: Field;
  /**
   * The bytes, eight at a time, of which the last eight may overlap those before; of less than eight there are none. As
   * doubles, because that is the widest number that is compared at once; those of plain text are neither NaN nor zero, so
   * that two are equal when all their bits are.
   */
  readonly #words: Float64Array;
  /** The first and the last four. */
  readonly #first: number;
  readonly #last: number;

  constructor(view: DataView, { from, to }: Range, field: Field) {
    this.length = to - from;
    this.field = field;
    this.#words = new Float64Array(Math.ceil(this.length / 8));
    for (let word = 0; this.length >= 8 && word < this.#words.length; word++)
      this.#words[word] = view.getFloat64(Math.min(from + 8 * word, to - 8), true);
    this.#first = view.getInt32(from, true);
    this.#last = view.getInt32(to - 4, true);
  }

  isAt(view: DataView, from: number): boolean {
    const to = from + this.length;
    if (to > view.byteLength || view.getInt32(to - 4, true) !== this.#last) return false;
    if (this.length < 8) return view.getInt32(from, true) === this.#first;
    const words = this.#words;
    const end = words.length - 1;
    for (let word = 0, at = from; word < end; word++, at += 8)
      if (view.getFloat64(at, true) !== words[word]) return false;
    return view.getFloat64(to - 8, true) === words[end];
  }
}
