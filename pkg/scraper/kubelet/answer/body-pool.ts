/** Sizes are powers of two from here on: half of what a node with 30 pods says. */
const smallestBytes = 16 * 1024;

/** A larger one is rare, and left to the garbage collector. */
const largestKeptBytes = 2 ** 20;

/** What lies ready all together. As many answers as arrive at a time need memory, and those are few. */
const mostKeptBytes = 4 * 2 ** 20;

/** Memory for answers, used again and again: fresh memory for each would keep the garbage collector busy. */
export class BodyPool {
  readonly #kept = new Map<number, Buffer[]>();
  #keptBytes = 0;

  /** How many bytes lie ready. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** Memory of at least this size, with whatever was in it before. */
  take(bytes: number): Buffer {
    let size = smallestBytes;
    while (size < bytes) size *= 2;
    const kept = this.#kept.get(size)?.pop();
    if (kept === undefined) return Buffer.allocUnsafeSlow(size);
    this.#keptBytes -= size;
    return kept;
  }

  /** Takes back what `take` gave: once, and the whole of it. Nobody may look at it from now on. */
  giveBack(memory: Buffer): void {
    const size = memory.length;
    if (size > largestKeptBytes || this.#keptBytes + size > mostKeptBytes) return;
    const kept = this.#kept.get(size);
    if (kept === undefined) this.#kept.set(size, [memory]);
    else kept.push(memory);
    this.#keptBytes += size;
  }
}
