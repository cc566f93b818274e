import type { BodyPool } from './body-pool.ts';

const none: Buffer = Buffer.alloc(0);

/**
 * The body of one answer, copied together as it comes: the memory in which it is received is everybody's. Grows by doubling,
 * so that a body of single bytes costs no more than one of whole blocks.
 */
export class Body implements Disposable {
  readonly #pool: BodyPool;
  #memory: Buffer = none;
  #size = 0;

  constructor(pool: BodyPool) {
    this.#pool = pool;
  }

  get size(): number {
    return this.#size;
  }

  /** What has come, until `dispose`. */
  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#size);
  }

  /** False where there is no memory for it. */
  append(bytes: Buffer, from: number, to: number): boolean {
    const size = this.#size + to - from;
    if (size > this.#memory.length && !this.#grow(size)) return false;
    bytes.copy(this.#memory, this.#size, from, to);
    this.#size = size;
    return true;
  }

  /** Gives the memory back. As often as it is called, once is what counts. */
  [Symbol.dispose](): void {
    const memory = this.#memory;
    this.#memory = none;
    this.#size = 0;
    if (memory.length > 0) this.#pool.giveBack(memory);
  }

  #grow(bytes: number): boolean {
    const larger = this.#pool.take(bytes);
    if (larger === undefined) return false;
    this.#memory.copy(larger, 0, 0, this.#size);
    if (this.#memory.length > 0) this.#pool.giveBack(this.#memory);
    this.#memory = larger;
    return true;
  }
}
