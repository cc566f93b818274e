import type { NodeBatch } from '../../model/batch.ts';
import type { Sample } from '../../model/sample.ts';
import type { Incoming } from './rule.ts';

/** The sample being stored right now. One object serves them all: nothing is allocated per sample. */
export class Arrival implements Incoming {
  sampledAt = Number.NaN;
  startedAt = Number.NaN;
  cpu = Number.NaN;
  memory = Number.NaN;
  swap = Number.NaN;
  receivedAt: number;

  /** `receivedAt` is monotonic. */
  constructor(receivedAt: number) {
    this.receivedAt = receivedAt;
  }

  /** Becomes the sample of one slot of a batch. */
  ofSlot(batch: NodeBatch, slot: number): this {
    this.sampledAt = batch.sampledAt[slot] ?? Number.NaN;
    this.startedAt = batch.startedAt[slot] ?? Number.NaN;
    this.cpu = batch.cpu[slot] ?? Number.NaN;
    this.memory = batch.memory[slot] ?? Number.NaN;
    this.swap = batch.swap[slot] ?? Number.NaN;
    return this;
  }

  /** Becomes the sample of the node itself; its start is not looked at, as in the reference. */
  ofNode({ sampledAt, cpu, memory, swap = undefined }: Sample): this {
    this.sampledAt = sampledAt;
    this.startedAt = Number.NaN;
    this.cpu = cpu;
    this.memory = memory;
    this.swap = swap ?? Number.NaN;
    return this;
  }
}
