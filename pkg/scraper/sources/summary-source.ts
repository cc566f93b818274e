import type { NodeRecord } from '../../model/cluster.ts';
import { decodeSummary, summaryPath } from '../summary/decode-summary.ts';
import { type AskLimits, type Finding, nothing, type UsageSource } from './finding.ts';
import type { KubeletDoor } from './kubelet-door.ts';
import { findingOf } from './resource-source.ts';
import { SummaryBatches } from './summary-batches.ts';

/**
 * One node's `/stats/summary`, where there are no resource metrics of use. Its sample times are whole seconds, so that a
 * rate over 15 s may be off by some percent, and asking for it takes the right to get nodes/stats.
 */
export class SummarySource implements UsageSource {
  readonly #door: KubeletDoor;
  readonly #batches = new SummaryBatches();

  constructor(door: KubeletDoor) {
    this.#door = door;
  }

  async ask(node: NodeRecord, limits: AskLimits): Promise<Finding> {
    const opened = await this.#door.ask(node, limits, { path: summaryPath, accept: 'application/json' });
    if (opened.kind === 'shut') return opened.finding;
    using _memory = opened;
    const { body, asked, address } = opened;
    const decoded = decodeSummary(body);
    if (decoded.kind === 'bad-body') return nothing(decoded, { address });
    const usage = this.#batches.of(decoded.summary, asked.sentAt);
    return { ...findingOf(usage, decoded.skipped, asked), address };
  }
}
