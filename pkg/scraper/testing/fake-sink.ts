import type { NodeBatch } from '../../model/batch.ts';
import type { BatchSink } from '../followed-node.ts';

/** A store that keeps every batch; a node has settled with its second sample time. */
export class FakeSink implements BatchSink {
  readonly batches: NodeBatch[] = [];

  store(batch: NodeBatch): { readonly settled: boolean } {
    this.batches.push(batch);
    const times = this.batches.filter(({ node }) => node === batch.node).map(({ sampledAt }) => sampledAt[0]);
    return { settled: new Set(times).size > 1 };
  }

  /** Nodes that gave something, each once, in the order of their first batch. */
  get nodes(): string[] {
    return [...new Set(this.batches.map(({ node }) => node))];
  }
}
