import { skipBlanks } from './label-set.ts';

/** What stands behind a series: its value and, mostly, a time. NaN where something stands there that is neither. */
export interface Numbers {
  readonly value: number;
  /** Milliseconds since 1970; absent where the line ends with the value. */
  readonly timestamp?: number;
}

/** Reads what is left of a line between two indices. Blanks and a carriage return at its end do not count. */
export function parseNumbers(text: string, at: number, lineEnd: number): Numbers {
  const start = skipBlanks(text, at);
  let end = lineEnd;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  let gap = start;
  while (gap < end && !isBlank(text.charCodeAt(gap))) gap++;
  const value = parseValue(text, start, gap);
  return gap === end ? { value } : { value, timestamp: parseTimestamp(text, skipBlanks(text, gap), end) };
}

/** A finite decimal number. Stricter than `Number`, which also takes an empty text, blanks and hexadecimal digits. */
function parseValue(text: string, start: number, end: number): number {
  if (end <= start || !isDigitOrPoint(text.charCodeAt(end - 1))) return Number.NaN;
  const quick = quickValue(text, start, end);
  if (quick !== undefined) return quick;
  const second = text.charCodeAt(start + 1);
  // 0x1, 0b1, 0o1: no letter but e or E may stand second.
  if (end - start > 1 && second > nine && second !== smallE && second !== largeE) return Number.NaN;
  const value = Number(text.slice(start, end));
  return Number.isFinite(value) ? value : Number.NaN;
}

/**
 * What `Number` would say, without making a string; undefined where that takes more than one rounding. Up to 15 digits and
 * powers of ten up to 22 are exact, so that one division or multiplication of them is rounded correctly.
 */
function quickValue(text: string, start: number, end: number): number | undefined {
  let digits = 0;
  let mantissa = 0;
  let point = -1;
  let at = start;
  for (; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code >= zero && code <= nine) {
      mantissa = mantissa * 10 + (code - zero);
      digits++;
    } else if (code === decimalPoint && point < 0) point = at;
    else break;
  }
  const exponent = quickExponent(text, at, end);
  if (digits === 0 || digits > 15 || exponent === undefined) return undefined;
  return timesPowerOfTen(mantissa, exponent - (point < 0 ? 0 : at - point - 1));
}

function timesPowerOfTen(whole: number, power: number): number | undefined {
  const size = powersOfTen[Math.abs(power)];
  if (size === undefined) return undefined;
  return power < 0 ? whole / size : whole * size;
}

/** Of `e+07` and the like, or 0 where nothing is left; undefined of anything else. */
function quickExponent(text: string, start: number, end: number): number | undefined {
  if (start === end) return 0;
  const sign = text.charCodeAt(start + 1);
  const isShort = end - start === 4 && (sign === plus || sign === minus);
  if (!isShort || text.charCodeAt(start) !== smallE) return undefined;
  const tens = text.charCodeAt(start + 2) - zero;
  const ones = text.charCodeAt(start + 3) - zero;
  if (tens < 0 || tens > 9 || ones < 0 || ones > 9) return undefined;
  return (sign === minus ? -1 : 1) * (10 * tens + ones);
}

/** Digits only, as the text format wants them, and no later than a Date can say. */
function parseTimestamp(text: string, start: number, end: number): number {
  if (end <= start || end - start > 16) return Number.NaN;
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = text.charCodeAt(at) - zero;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value <= latestDate ? value : Number.NaN;
}

const zero = 0x30;
const nine = 0x39;
const decimalPoint = 0x2e;
const plus = 0x2b;
const minus = 0x2d;
const smallE = 0x65;
const largeE = 0x45;
const powersOfTen = Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));
const latestDate = 8.64e15;

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0d;
const isDigitOrPoint = (code: number): boolean => (code >= zero && code <= nine) || code === decimalPoint;
