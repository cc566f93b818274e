import { as, type EpochMs } from '../../model/units.ts';
import type { Following } from './following.ts';
import { type Moments, momentLength } from './moments.ts';
import { end, type Field, type Shape } from './shape.ts';

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const zero = 0x30;
const point = 0x2e;

/** Of ten, by how many digits stand behind the point; none without any. */
const powers = [undefined, ...Array.from({ length: 15 }, (_, digits) => 10 ** (digits + 1))];

/**
 * Walks through JSON without making objects of it: only what is asked for is read, everything else is skipped. It takes
 * what `JSON.parse` takes, and some texts more. When the text ends too early or makes no sense, `failed` is true, and
 * whoever reads on finds every object and list at its end.
 */
export class JsonScanner {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #moments: Moments;
  #at = 0;
  #failed = false;

  constructor(bytes: Buffer, moments: Moments) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#moments = moments;
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** Goes into an object; where there is something else, skips it and returns false. */
  enter(): boolean {
    return this.#open(openBrace);
  }

  /** Goes into a list; where there is something else, skips it and returns false. */
  enterList(): boolean {
    return this.#open(openBracket);
  }

  /** True while the list has another entry, which must then be read or skipped. */
  more(): boolean {
    return !this.#isClosedBy(closeBracket);
  }

  /**
   * The next field of an object that is no figure, whose value must then be read or skipped; `end` after the last. Figures
   * on the way go to their places, counted from `first`. `following` is what was found there before.
   */
  next(shape: Shape, following: Following, figures: Float64Array, first: number): Field {
    let field = this.#field(shape, following);
    while (field.kind === 'figure') {
      figures[first + field.place] = this.figure();
      field = this.#field(shape, field.after);
    }
    return field;
  }

  #field(shape: Shape, following: Following): Field {
    const guess = following.guess(this.#view, this.#at);
    if (guess === undefined) return this.#learn(shape, following);
    this.#at += guess.length;
    return guess.field;
  }

  /** Passes over what was found here before; false where there is something else. */
  passes(memory: Following): boolean {
    const guess = memory.guess(this.#view, this.#at);
    if (guess !== undefined) this.#at += guess.length;
    return guess !== undefined;
  }

  /** Where it is: what begins here can be remembered when it has been read. */
  get at(): number {
    return this.#at;
  }

  /** Remembers the value of a field that began at `from` and ends here. */
  remember(memory: Following, from: number, field: Field): void {
    if (!this.#failed) memory.learn(this.#view, { from, to: this.#at }, field);
  }

  /** A figure; NaN for anything else, and for what is negative: nothing that is measured can be. */
  figure(): number {
    const value = this.number();
    return value >= 0 ? value : Number.NaN;
  }

  /** A number; NaN for anything else. */
  number(): number {
    this.#blanks();
    const bytes = this.#bytes;
    const from = this.#at;
    let at = from;
    let value = 0;
    let digit = (bytes[at] ?? 0) - zero;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = (bytes[++at] ?? 0) - zero;
    }
    const next = bytes[at];
    // Whole numbers of up to 15 digits, which nearly all are, are exact so.
    if (at === from || at - from > 15 || next === 0x65 || next === 0x45) return this.#uncommonNumber();
    if (next === point) return this.#decimal(value, { from, at });
    this.#at = at;
    return value;
  }

  /** A text of at most 253 bytes; undefined for anything else, and for an empty one. */
  name(): string | undefined {
    this.#blanks();
    if (this.#bytes[this.#at] !== quote) {
      this.skip();
      return undefined;
    }
    const from = this.#at++;
    const isPlain = this.#closeText();
    const length = this.#at - from - 2;
    if (length <= 0 || length > 253) return undefined;
    if (isPlain) return this.#bytes.toString('utf8', from + 1, this.#at - 1);
    return parsedText(this.#bytes.toString('utf8', from, this.#at));
  }

  /** Epoch milliseconds; NaN for anything else. The zero times of Go and of Unix are no moments. */
  moment(): EpochMs {
    const instant = this.instant();
    return instant > 0 ? instant : as<EpochMs>(Number.NaN);
  }

  /** The same, with the zero times as what they are. */
  instant(): EpochMs {
    this.#blanks();
    const isLongEnough = this.#at + momentLength <= this.#bytes.length;
    const moment = isLongEnough ? this.#moments.read(this.#view, this.#at) : Number.NaN;
    if (Number.isNaN(moment)) return as<EpochMs>(instantOf(this.name()));
    this.#at += momentLength;
    return as<EpochMs>(moment);
  }

  /** Passes over a value. */
  skip(): void {
    this.#blanks();
    let depth = 0;
    do {
      const byte = this.#bytes[this.#at];
      if (byte === undefined) return void this.#fail();
      this.#at++;
      if (byte === quote) this.#closeText();
      else if (byte === openBrace || byte === openBracket) depth++;
      else if (byte === closeBrace || byte === closeBracket) depth--;
      else if (depth === 0) this.#skipWord();
    } while (depth > 0 && !this.#failed);
  }

  /** The rest of a number, `true`, `false` or `null`. */
  #skipWord(): void {
    for (let byte = this.#bytes[this.#at]; byte !== undefined && isInWord(byte); byte = this.#bytes[this.#at])
      this.#at++;
  }

  #learn(shape: Shape, following: Following): Field {
    const from = this.#at;
    const field = this.#nameOfNext(shape);
    this.remember(following, from, field);
    return field;
  }

  /** Moves on to the value of the next field, or behind the object. */
  #nameOfNext(shape: Shape): Field {
    if (this.#isClosedBy(closeBrace)) return end;
    if (this.#bytes[this.#at] !== quote) return this.#fail();
    const from = ++this.#at;
    const isPlain = this.#closeText();
    const field = isPlain ? shape.field(this.#bytes, from, this.#at - 1) : shape.unknown;
    this.#blanks();
    if (this.#bytes[this.#at++] !== colon) return this.#fail();
    this.#blanks();
    return field;
  }

  #open(bracket: number): boolean {
    this.#blanks();
    if (this.#bytes[this.#at] === bracket) {
      this.#at++;
      return true;
    }
    this.skip();
    return false;
  }

  /** Moves on to the next entry, or behind the bracket. */
  #isClosedBy(bracket: number): boolean {
    this.#blanks();
    if (this.#bytes[this.#at] === comma) {
      this.#at++;
      this.#blanks();
    }
    const byte = this.#bytes[this.#at];
    if (byte === undefined) this.#fail();
    if (byte !== bracket) return this.#failed;
    this.#at++;
    return true;
  }

  #blanks(): void {
    const bytes = this.#bytes;
    let at = this.#at;
    let byte = bytes[at];
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++at];
    this.#at = at;
  }

  /** Moves behind the quote that ends a text; true when nothing in it is escaped. */
  #closeText(): boolean {
    let isPlain = true;
    for (let byte = this.#bytes[this.#at]; byte !== quote; byte = this.#bytes[this.#at]) {
      if (byte === undefined) {
        this.#fail();
        return false;
      }
      if (byte === backslash) {
        isPlain = false;
        this.#at++;
      }
      this.#at++;
    }
    this.#at++;
    return isPlain;
  }

  /** A number with digits behind its point, of which `whole` stands before it. */
  #decimal(whole: number, point: { readonly from: number; readonly at: number }): number {
    const bytes = this.#bytes;
    let at = point.at + 1;
    let value = whole;
    let digit = (bytes[at] ?? 0) - zero;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = (bytes[++at] ?? 0) - zero;
    }
    const power = powers[at - point.at - 1];
    // Both are exact up to 15 digits, and what comes of dividing them is rounded once, as it ought to be.
    const isCommon = power !== undefined && at - point.from <= 16 && bytes[at] !== 0x65 && bytes[at] !== 0x45;
    if (!isCommon) return this.#uncommonNumber();
    this.#at = at;
    return value / power;
  }

  #uncommonNumber(): number {
    const from = this.#at;
    const first = this.#bytes[from] ?? 0;
    this.skip();
    const isNumber = first === 0x2d || (first >= zero && first <= 0x39);
    return isNumber ? Number(this.#bytes.toString('latin1', from, this.#at)) : Number.NaN;
  }

  #fail(): typeof end {
    this.#failed = true;
    this.#at = this.#bytes.length;
    return end;
  }
}

const isInWord = (byte: number): boolean =>
  byte !== comma && byte !== closeBrace && byte !== closeBracket && byte > 0x20 && byte !== quote;

function parsedText(text: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'string' ? parsed : undefined;
  } catch {
    // An escape that is none.
    return undefined;
  }
}

const instantOf = (text: string | undefined): number =>
  text === undefined || text.length > 40 ? Number.NaN : Date.parse(text);
