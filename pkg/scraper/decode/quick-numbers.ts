import { lineFeed } from './byte-text.ts';

/**
 * Reads the numbers of a line from its bytes, without making anything, as long as they are as simple as a kubelet writes
 * them. What it reads is exactly what `Number` says of the same text.
 */
export class QuickNumbers {
  readonly #body: Uint8Array;
  /** One after the other the value and the time read last: an array, so that they need no object of their own. */
  readonly #read = new Float64Array(2);

  /** The body has to end with a line feed. */
  constructor(body: Uint8Array) {
    this.#body = body;
  }

  /** The value read last. */
  get value(): number {
    return this.#read[0] ?? Number.NaN;
  }

  /** The time read last, epoch milliseconds; NaN where it was forgotten. */
  get time(): number {
    return this.#read[1] ?? Number.NaN;
  }

  forgetTime(): void {
    this.#read[1] = Number.NaN;
  }

  /** Reads a value that begins there. Index behind it, or -1 where it is not simple, or goes on in another way. */
  readValue(start: number): number {
    const body = this.#body;
    let at = start;
    let high = 0; // the first nine digits
    let low = 0; // the next nine: as two whole numbers, they are added up faster than as one with a fraction
    let digits = 0;
    let behind = 0; // how many of them stand behind the point
    let isBehind = 0;
    for (; digits <= mostDigits; at++) {
      const digit = (body[at] ?? 0) - zero;
      if (digit >>> 0 <= 9) {
        if (digits < 9) high = high * 10 + digit;
        else low = low * 10 + digit;
        digits++;
        behind += isBehind;
      } else if (digit === decimalPoint - zero && isBehind === 0) isBehind = 1;
      else break;
    }
    const isScientific = body[at] === smallE;
    const exponent = isScientific ? this.#exponent(at + 1) : 0;
    if (exponent === noExponent || !this.#keep(high, low, digits, exponent - behind)) return -1;
    return isScientific ? at + 4 : at;
  }

  /** Reads a time that begins there and ends its line. Index behind the line, or -1 where it is not simple. */
  readTime(start: number): number {
    const body = this.#body;
    let at = start;
    let high = 0;
    let low = 0;
    for (; at < start + mostTimeDigits; at++) {
      const digit = (body[at] ?? 0) - zero;
      if (digit >>> 0 > 9) break;
      if (at - start < 9) high = high * 10 + digit;
      else low = low * 10 + digit;
    }
    if (at === start || body[at] !== lineFeed) return -1;
    this.#read[1] = joined(high, low, at - start);
    return at + 1;
  }

  /** Of `+07` and the like: a sign and two digits. */
  #exponent(at: number): number {
    const sign = this.#body[at] ?? 0;
    const tens = (this.#body[at + 1] ?? 0) - zero;
    const ones = (this.#body[at + 2] ?? 0) - zero;
    const isExponent = (sign === plus || sign === minus) && tens >>> 0 <= 9 && ones >>> 0 <= 9;
    if (!isExponent) return noExponent;
    return sign === minus ? -(10 * tens + ones) : 10 * tens + ones;
  }

  /** Keeps digits times a power of ten as the value; false where we cannot round it as it should be. */
  #keep(high: number, low: number, digits: number, power: number): boolean {
    if (digits === 0 || digits > mostDigits) return false;
    const whole = joined(high, low, digits);
    if (whole >= 2 ** 53) return this.#keepLong(high, low, digits - 9, -power);
    // Both are exact, so that their quotient or product is rounded once, and correctly.
    const size = powersOfTen[power < 0 ? -power : power];
    if (size === undefined) return false;
    this.#read[0] = power < 0 ? whole / size : whole * size;
    return true;
  }

  /**
   * Of more than fifteen digits, the last `behind` stand behind the point: start times have ten before and seven behind.
   *
   * `before` + digits / 10^behind is rounded twice, and yet correctly. The quotient, below one, is off by 2^-54 at most. The
   * sum lies between 2^b and 2^(b+1), and what it might be rounded to the wrong side of are multiples of 2^(b-53). From
   * these the true sum, as a fraction in lowest terms, is at least 5^-behind * 2^(b-53) away, if it is not one of them; and
   * if it is, the quotient is exact. With 5^behind <= before < 2^(b+1) that distance is more than 2^-54.
   */
  #keepLong(high: number, low: number, lowDigits: number, behind: number): boolean {
    if (!(behind > 0 && behind <= 10)) return false;
    const isInLow = behind <= lowDigits;
    const size = powersOfTen[behind] ?? 1;
    const cut = powersOfTen[isInLow ? lowDigits - behind : behind - lowDigits] ?? 1;
    const lowSize = powersOfTen[lowDigits] ?? 1;
    const before = isInLow ? high * cut + Math.floor(low / size) : Math.floor(high / cut);
    const digits = isInLow ? low % size : (high % cut) * lowSize + low;
    if (before < (powersOfFive[behind] ?? 0) || before >= 2 ** 53) return false;
    this.#read[0] = before + digits / size;
    return true;
  }
}

const joined = (high: number, low: number, digits: number): number =>
  digits <= 9 ? high : high * (powersOfTen[digits - 9] ?? 1) + low;

/** More of them no kubelet writes, and they would not fit into two whole numbers. */
const mostDigits = 18;
/** With so many, any time is one that a Date can say. */
const mostTimeDigits = 15;
const noExponent = 1000;
const zero = 0x30;
const decimalPoint = 0x2e;
const plus = 0x2b;
const minus = 0x2d;
const smallE = 0x65;
const powersOfTen = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));
const powersOfFive = Array.from({ length: 11 }, (_, power) => 5 ** power);
