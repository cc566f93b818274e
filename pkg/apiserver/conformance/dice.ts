/** Chance that can be thrown again: equal seeds give equal throws. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A whole number from 0 up to but not including `limit`. */
  below(limit: number): number {
    // xorshift after a linear step: the low bits of the latter alone repeat soon.
    this.#state = (Math.imul(this.#state, 1_664_525) + 1_013_904_223) >>> 0;
    let mixed = this.#state ^ (this.#state >>> 15);
    mixed = Math.imul(mixed, 0x2c1b3c6d) >>> 0;
    return ((mixed ^ (mixed >>> 12)) >>> 0) % limit;
  }

  /** One of several. */
  of<T>(choices: readonly T[]): T {
    const chosen = choices[this.below(choices.length)];
    if (chosen === undefined) throw new Error('nothing to choose from');
    return chosen;
  }

  /** Up to `most` pieces, each one of `choices` or, now and then, any characters at all. */
  text(choices: readonly string[], most: number): string {
    return Array.from({ length: this.below(most + 1) }, () =>
      this.below(6) === 0 ? this.noise() : this.of(choices),
    ).join('');
  }

  /** Characters of every kind that an HTTP header can hold, and others. */
  noise(): string {
    const kinds = [0x80, 0x100, 0x2fff, 0x10ffff] as const;
    return Array.from({ length: 1 + this.below(4) }, () => {
      const code = this.below(this.of(kinds));
      return String.fromCodePoint(code >= 0xd800 && code < 0xe000 ? 0x20 : code);
    }).join('');
  }
}
