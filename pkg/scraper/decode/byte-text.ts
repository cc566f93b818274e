/** A text of ASCII, at least four characters long, for bytes to be compared with, four at a time. */
export class ByteText {
  readonly length: number;
  readonly #words: Int32Array;

  constructor(text: string) {
    const bytes = Buffer.from(text, 'ascii');
    this.length = bytes.length;
    // The last word ends with the text, and so overlaps with the one before it.
    this.#words = Int32Array.from({ length: Math.ceil(bytes.length / 4) }, (_, word) =>
      bytes.readInt32LE(Math.min(4 * word, bytes.length - 4)),
    );
  }

  /** Whether it stands there. */
  isAt(view: DataView, at: number): boolean {
    const words = this.#words;
    const last = at + this.length - 4;
    if (last + 4 > view.byteLength) return false;
    let word = 0;
    for (let index = at; index < last; index += 4) if (view.getInt32(index, true) !== words[word++]) return false;
    return view.getInt32(last, true) === words[word];
  }
}

/** Whether the same bytes stand in two places, `length` of them, at least four; `one` is the later place. */
export function isSameText(view: DataView, one: number, other: number, length: number): boolean {
  const last = length - 4;
  if (one + length > view.byteLength) return false;
  for (let index = 0; index < last; index += 4) {
    if (view.getInt32(one + index, true) !== view.getInt32(other + index, true)) return false;
  }
  return view.getInt32(one + last, true) === view.getInt32(other + last, true);
}

/**
 * Index of the first line feed at or behind `start`; there has to be one. Looks at four bytes at a time: of these, only
 * one that is zero once the line feed's bits are taken out of it loses its sign when one is subtracted.
 */
export function lineEnd(view: DataView, start: number): number {
  const { byteLength } = view;
  let at = start;
  for (; at + 4 <= byteLength; at += 4) {
    const word = view.getInt32(at, true) ^ 0x0a_0a_0a_0a;
    if (((word - 0x01_01_01_01) & ~word & 0x80_80_80_80) !== 0) break;
  }
  while (view.getUint8(at) !== lineFeed) at++;
  return at;
}

/** What lines end with. */
export const lineFeed = 0x0a;
