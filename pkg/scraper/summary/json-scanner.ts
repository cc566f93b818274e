import { as, type EpochMs } from '../../model/units.ts';

/** What `key` returns after the last field of an object. */
export const end = 0;
/** What `key` returns for a name nobody waits for: its value must be skipped. */
export const unknownKey = 1;

/** Names of fields by number, and numbers by name: comparing numbers is what makes reading fast. */
export class KeyTable {
  readonly #names: Buffer[] = [];
  /** By `slotOf` the name; small, and mostly empty. */
  readonly #slots = new Uint8Array(512);

  constructor(names: readonly string[]) {
    for (const name of names) {
      const bytes = Buffer.from(name);
      let slot = slotOf(bytes, 0, bytes.length);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & 511;
      this.#slots[slot] = this.#names.push(bytes);
    }
  }

  /** The number of a name (its place in the list, counted from 2), or `unknownKey`. */
  find(bytes: Uint8Array, from: number, to: number): number {
    for (let slot = slotOf(bytes, from, to); this.#slots[slot] !== 0; slot = (slot + 1) & 511) {
      const place = this.#slots[slot] ?? 0;
      const name = this.#names[place - 1];
      if (name !== undefined && isAt(name, bytes, from, to)) return place + 1;
    }
    return unknownKey;
  }
}

/** Length, first, last and middle letter tell the names apart well enough. */
const slotOf = (bytes: Uint8Array, from: number, to: number): number =>
  ((to - from) * 37 + (bytes[from] ?? 0) * 3 + (bytes[to - 1] ?? 0) * 11 + (bytes[(from + to) >> 1] ?? 0) * 5) & 511;

function isAt(name: Uint8Array, bytes: Uint8Array, from: number, to: number): boolean {
  if (name.length !== to - from) return false;
  for (let at = 0; at < name.length; at++) if (name[at] !== bytes[from + at]) return false;
  return true;
}

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const zero = 0x30;

/**
 * Walks through JSON without making objects of it: only what is asked for is read, everything else is skipped. It takes
 * what `JSON.parse` takes, and some texts more. When the text ends too early or makes no sense, `failed` is true, and
 * whoever reads on finds every object and list at its end.
 */
export class JsonScanner {
  readonly #bytes: Buffer;
  readonly #keys: KeyTable;
  readonly #moments = new Map<number, EpochMs>();
  #at = 0;
  #failed = false;

  constructor(bytes: Buffer, keys: KeyTable) {
    this.#bytes = bytes;
    this.#keys = keys;
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

  /** The next field of an object, whose value must then be read or skipped; `end` after the last. */
  key(): number {
    if (this.#isClosedBy(closeBrace)) return end;
    const bytes = this.#bytes;
    if (bytes[this.#at] !== quote) return this.#fail();
    const from = this.#at + 1;
    let at = from;
    let byte = bytes[at];
    while (byte !== quote && byte !== backslash && byte !== undefined) byte = bytes[++at];
    this.#at = at;
    const key = byte === quote ? this.#keys.find(bytes, from, at) : unknownKey;
    this.#closeText();
    this.#blanks();
    if (bytes[this.#at++] !== 0x3a) return this.#fail();
    return key;
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
    const isCommon = at > from && at - from <= 15 && next !== 0x2e && next !== 0x65 && next !== 0x45;
    if (!isCommon) return this.#uncommonNumber();
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
    const from = this.#at;
    const seconds = this.#secondsOfDay(from);
    if (seconds === undefined) return as<EpochMs>(instantOf(this.name()));
    // Day by day the same bytes, so that only the first of a day is really read.
    const day = this.#dayAt(from);
    let midnight = this.#moments.get(day);
    if (midnight === undefined) {
      const text = this.#bytes.toString('latin1', from + 1, from + 11);
      midnight = as<EpochMs>(Date.parse(`${text}T00:00:00Z`));
      if (this.#moments.size < 1_000) this.#moments.set(day, midnight);
    }
    this.#at = from + 22;
    return as<EpochMs>(midnight + seconds * 1000);
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

  #uncommonNumber(): number {
    const from = this.#at;
    const first = this.#bytes[from] ?? 0;
    this.skip();
    const isNumber = first === 0x2d || (first >= zero && first <= 0x39);
    return isNumber ? Number(this.#bytes.toString('latin1', from, this.#at)) : Number.NaN;
  }

  /** Of `"2026-11-21T03:25:32Z"` the seconds since midnight; undefined for texts of another form. */
  #secondsOfDay(from: number): number | undefined {
    const bytes = this.#bytes;
    const isSo =
      bytes[from] === quote && bytes[from + 11] === 0x54 && bytes[from + 20] === 0x5a && bytes[from + 21] === quote;
    if (!isSo) return undefined;
    const [hours, minutes, seconds] = [this.#pair(from + 12), this.#pair(from + 15), this.#pair(from + 18)];
    const isTime = isBelow(24, hours) && isBelow(60, minutes) && isBelow(60, seconds);
    return isTime ? hours * 3600 + minutes * 60 + seconds : undefined;
  }

  #pair(at: number): number {
    return ((this.#bytes[at] ?? 0) - zero) * 10 + (this.#bytes[at + 1] ?? 0) - zero;
  }

  /** A number that tells days apart. */
  #dayAt(from: number): number {
    return this.#pair(from + 1) * 1e6 + this.#pair(from + 3) * 1e4 + this.#pair(from + 6) * 100 + this.#pair(from + 9);
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

const isBelow = (limit: number, value: number): boolean => value >= 0 && value < limit;
