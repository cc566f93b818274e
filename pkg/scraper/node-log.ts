import type { NodeRecord } from '../model/cluster.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { BadLineKind, BadLines } from './decode.ts';
import { isSuccess, type Outcome, outcomeText } from './outcome.ts';

/** Says of one node what has changed, once: a cluster has thousands of nodes and a day thousands of scrapes. */
export class NodeLog {
  readonly #log: Logger;
  readonly #saidOfLines = new Set<BadLineKind>();
  #last: Outcome | undefined;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** One asking has ended. A line is written when it ended in another way than the one before. */
  ended(node: NodeRecord, outcome: Outcome, tookMs: number): void {
    const last = this.#last;
    this.#last = outcome;
    const facts = { node: node.name, tookMs: Math.round(tookMs) };
    this.#log.detail(2, 'Node asked', { ...facts, outcome: outcomeText(outcome) });
    if (outcome.kind === last?.kind) return;
    if (!isSuccess(outcome)) this.#failed(node, outcome);
    else if (last !== undefined) this.#log.info('Node is scraped again', facts);
  }

  /** Each kind of bad line is reported the first time only; how many there are is a metric. */
  badLines(node: NodeRecord, lines: readonly BadLines[]): void {
    for (const { kind, count } of lines) {
      if (this.#saidOfLines.has(kind)) continue;
      this.#saidOfLines.add(kind);
      this.#log.warn('Kubelet sent lines that are of no use; the others were taken', { node: node.name, kind, count });
    }
  }

  #failed({ name, ready }: NodeRecord, outcome: Outcome): void {
    const facts = { node: name, outcome: outcome.kind, reason: outcomeText(outcome) };
    if (outcome.kind === 'broken') this.#log.error('Node could not be scraped', facts);
    // That a node which is down does not answer is no news to anybody.
    else if (ready) this.#log.warn('Node could not be scraped', facts);
    else this.#log.info('Node could not be scraped; it is not Ready', facts);
  }
}
