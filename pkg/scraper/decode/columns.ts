/** What one line may say of a container or node. */
export type Quantity = 'cpu' | 'memory' | 'startedAt' | 'swap';

type ColumnName = Quantity | 'sampledAt';

/** Which column a quantity is kept in. */
export const columnOf: Readonly<Record<ColumnName, number>> = {
  cpu: 0,
  memory: 1,
  startedAt: 2,
  swap: 3,
  sampledAt: 4,
};
const columnCount = 5;
const { cpu: cpuColumn, memory: memoryColumn, sampledAt: timeColumn } = columnOf;

/**
 * The columns of one answer while it is being read; NaN is "not said".
 *
 * A container's sample time is that of its CPU line, because rates are computed from it: the two lines of a kubelet carry
 * the same time, but where they differ (the reference lets the last line win) a CPU value divided by memory's time would
 * be wrong, while memory does not mind. Memory's time stands in where the CPU line has none.
 *
 * They lie one behind the other in one piece of memory, which is asked for once:
 *
 * ```text
 *   cpu      memory    startedAt   swap      sampledAt
 *   abc··    abc··     abc··       abc··     abc··        each as long as `capacity`
 * ```
 */
export class Columns {
  #capacity: number;
  #all: Float64Array<ArrayBuffer>;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#all = new Float64Array(columnCount * capacity).fill(Number.NaN);
  }

  /** Sets what was not said yet; false where it was. `timestamp` is NaN where the line has none. */
  set(column: number, slot: number, value: number, timestamp: number): boolean {
    if (slot >= this.#capacity) this.#grow(slot + 1);
    const all = this.#all;
    const capacity = this.#capacity;
    const at = column * capacity + slot;
    if (!Number.isNaN(all[at])) return false;
    all[at] = value;
    if (Number.isNaN(timestamp)) return true;
    const timeAt = timeColumn * capacity + slot;
    if (column === cpuColumn || (column === memoryColumn && Number.isNaN(all[timeAt]))) all[timeAt] = timestamp;
    return true;
  }

  /** NaN where it was not said. */
  get(column: number, slot: number): number {
    return this.#all[column * this.#capacity + slot] ?? Number.NaN;
  }

  /** Columns of exactly `size` slots; samples without a time of their own get `sampledAt`. */
  finish(size: number, sampledAt: number): Readonly<Record<ColumnName, Float64Array>> {
    if (size > this.#capacity) this.#grow(size);
    const { buffer } = this.#all;
    const stride = this.#capacity * Float64Array.BYTES_PER_ELEMENT;
    const times = new Float64Array(buffer, timeColumn * stride, size);
    for (let slot = 0; slot < size; slot++) if (Number.isNaN(times[slot])) times[slot] = sampledAt;
    return {
      cpu: new Float64Array(buffer, cpuColumn * stride, size),
      memory: new Float64Array(buffer, memoryColumn * stride, size),
      startedAt: new Float64Array(buffer, columnOf.startedAt * stride, size),
      swap: new Float64Array(buffer, columnOf.swap * stride, size),
      sampledAt: times,
    };
  }

  #grow(atLeast: number): void {
    const old = this.#all;
    const oldCapacity = this.#capacity;
    this.#capacity = Math.max(atLeast, 2 * oldCapacity, 16);
    this.#all = new Float64Array(columnCount * this.#capacity).fill(Number.NaN);
    for (let column = 0; column < columnCount; column++) {
      const start = column * oldCapacity;
      this.#all.set(old.subarray(start, start + oldCapacity), column * this.#capacity);
    }
  }
}
