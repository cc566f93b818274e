/** What one line may say of a container or node. */
export type Quantity = 'cpu' | 'memory' | 'startedAt' | 'swap';

/**
 * The columns of one answer while it is being read; NaN is "not said".
 *
 * A container's sample time is that of its CPU line, because rates are computed from it: the two lines of a kubelet carry
 * the same time, but where they differ (the reference lets the last line win) a CPU value divided by memory's time would
 * be wrong, while memory does not mind. Memory's time stands in where the CPU line has none.
 */
export class Columns {
  #values: Readonly<Record<Quantity | 'sampledAt', Float64Array>>;

  constructor(capacity: number) {
    this.#values = blank(capacity);
  }

  /** Sets what was not said yet; false where it was. `timestamp` is absent where the line has none. */
  set(quantity: Quantity, slot: number, value: number, timestamp: number | undefined): boolean {
    if (slot >= this.#values.cpu.length) this.#grow(slot + 1);
    const column = this.#values[quantity];
    if (!Number.isNaN(column[slot])) return false;
    column[slot] = value;
    if (timestamp === undefined) return true;
    const { sampledAt } = this.#values;
    const decides = quantity === 'cpu' || (quantity === 'memory' && Number.isNaN(sampledAt[slot]));
    if (decides) sampledAt[slot] = timestamp;
    return true;
  }

  /** Columns of exactly `size` slots; samples without a time of their own get `sampledAt`. */
  finish(size: number, sampledAt: number): Readonly<Record<Quantity | 'sampledAt', Float64Array>> {
    if (size > this.#values.cpu.length) this.#grow(size);
    const { cpu, memory, startedAt, swap, sampledAt: times } = this.#values;
    for (let slot = 0; slot < size; slot++) if (Number.isNaN(times[slot])) times[slot] = sampledAt;
    if (size === cpu.length) return this.#values;
    return {
      cpu: cpu.slice(0, size),
      memory: memory.slice(0, size),
      startedAt: startedAt.slice(0, size),
      swap: swap.slice(0, size),
      sampledAt: times.slice(0, size),
    };
  }

  #grow(atLeast: number): void {
    const old = this.#values;
    this.#values = blank(Math.max(atLeast, 2 * old.cpu.length, 16));
    for (const name of quantities) this.#values[name].set(old[name]);
  }
}

const quantities = ['cpu', 'memory', 'startedAt', 'swap', 'sampledAt'] as const;

function blank(capacity: number): Readonly<Record<Quantity | 'sampledAt', Float64Array>> {
  return {
    cpu: new Float64Array(capacity).fill(Number.NaN),
    memory: new Float64Array(capacity).fill(Number.NaN),
    startedAt: new Float64Array(capacity).fill(Number.NaN),
    swap: new Float64Array(capacity).fill(Number.NaN),
    sampledAt: new Float64Array(capacity).fill(Number.NaN),
  };
}
