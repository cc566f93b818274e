import type { NodeRecord } from '../model/cluster.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { BadLineKind, BadLines } from './decode/decode.ts';
import { isSuccess, type Outcome, outcomeText } from './outcome.ts';

/** A node that comes and goes may be reported so often in a row, then once a minute. */
const linesInARow = 10;
const lineEveryMs = 60_000;

/** Says of one node what has changed, once: a cluster has thousands of nodes and a day thousands of scrapes. */
export class NodeLog {
  readonly #log: Logger;
  readonly #saidOfLines = new Set<BadLineKind>();
  /** How the node stands according to the log. */
  #said: Outcome['kind'] = 'scraped';
  #linesLeft = linesInARow;
  #countedAt = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** One asking has ended. A line is written when it ended in another way than the log says. */
  ended(
    node: NodeRecord,
    outcome: Outcome,
    { tookMs, endedAt }: { readonly tookMs: number; readonly endedAt: number },
  ): void {
    const facts = { node: node.name, tookMs: Math.round(tookMs) };
    this.#log.detail(2, 'Node asked', { ...facts, outcome: outcomeText(outcome) });
    if (outcome.kind === this.#said || !this.#mayWrite(endedAt)) return;
    this.#said = outcome.kind;
    if (isSuccess(outcome)) this.#log.info('Node is scraped again', facts);
    else this.#failed(node, outcome);
  }

  #mayWrite(now: number): boolean {
    this.#linesLeft = Math.min(linesInARow, this.#linesLeft + (now - this.#countedAt) / lineEveryMs);
    this.#countedAt = now;
    if (this.#linesLeft < 1) return false;
    this.#linesLeft--;
    return true;
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
