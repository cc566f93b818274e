/** Sizes are powers of two from here on: half of what a node with 30 pods says. */
const smallestBytes = 16 * 1024;

/** A larger one is rare, and left to the garbage collector. */
const largestKeptBytes = 2 ** 20;

/** What lies ready all together. As many answers as arrive at a time need memory, and those are few. */
const mostKeptBytes = 4 * 2 ** 20;

/** What a node of some hundred containers says, unpacked: so much everybody gets, whatever the others send. */
const usualBytes = 64 * 1024;

/** What is lent all together, but for what is usual. Kubelets that all at once say as much as they may get no more. */
const mostLentBytes = 128 * 2 ** 20;

/** Why somebody got no memory. */
export const allLent = `it is long, and kubelets together were sending more than ${mostLentBytes / 2 ** 20} MiB at this moment`;

/**
 * Memory for answers, used again and again: fresh memory for each would keep the garbage collector busy. It is also what
 * bounds all answers together, so whatever is taken has to be given back.
 */
export class BodyPool {
  readonly #kept = new Map<number, Buffer[]>();
  #keptBytes = 0;
  #lentBytes = 0;

  /** How many bytes lie ready. */
  get keptBytes(): number {
    return this.#keptBytes;
  }

  /** How many bytes others have. */
  get lentBytes(): number {
    return this.#lentBytes;
  }

  /** Memory of at least this size, with whatever was in it before; undefined where others have too much. */
  take(bytes: number): Buffer | undefined {
    let size = smallestBytes;
    while (size < bytes) size *= 2;
    if (!this.lend(size)) return undefined;
    const kept = this.#kept.get(size)?.pop();
    if (kept === undefined) return Buffer.allocUnsafeSlow(size);
    this.#keptBytes -= size;
    return kept;
  }

  /** Counts memory that somebody makes elsewhere; false where others have too much, and then it is not to be made. */
  lend(bytes: number): boolean {
    if (bytes > usualBytes && this.#lentBytes + bytes > mostLentBytes) return false;
    this.#lentBytes += bytes;
    return true;
  }

  /** The end of what was counted with `lend`. */
  end(bytes: number): void {
    this.#lentBytes -= bytes;
  }

  /** Takes back what `take` gave: once, and the whole of it. Nobody may look at it from now on. */
  giveBack(memory: Buffer): void {
    const size = memory.length;
    this.end(size);
    if (size > largestKeptBytes || this.#keptBytes + size > mostKeptBytes) return;
    const kept = this.#kept.get(size);
    if (kept === undefined) this.#kept.set(size, [memory]);
    else kept.push(memory);
    this.#keptBytes += size;
  }
}
