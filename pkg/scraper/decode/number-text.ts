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
  const second = text.charCodeAt(start + 1);
  // 0x1, 0b1, 0o1: no letter but e or E may stand second.
  if (end - start > 1 && second > nine && second !== smallE && second !== largeE) return Number.NaN;
  const value = Number(text.slice(start, end));
  return Number.isFinite(value) ? value : Number.NaN;
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
const point = 0x2e;
const smallE = 0x65;
const largeE = 0x45;
const latestDate = 8.64e15;

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0d;
const isDigitOrPoint = (code: number): boolean => (code >= zero && code <= nine) || code === point;
