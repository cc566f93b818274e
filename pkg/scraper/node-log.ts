import type { NodeRecord } from '../model/cluster.ts';
import type { Facts, Logger } from '../telemetry/logger.ts';
import type { BadLineKind, BadLines } from './decode/decoded.ts';
import { type Asking, askingText, isSuccess, type Outcome, outcomeText, type Source } from './outcome.ts';

/** A node that comes and goes may be reported so often in a row, then once a minute. */
const linesInARow = 10;
const lineEveryMs = 60_000;

const changes: Readonly<Record<Source, string>> = {
  resource: 'Node is read from its resource metrics again',
  summary: 'Node has no resource metrics of use and is read from its summary',
  'node-proxy': 'Node cannot be reached and is asked through the kube-apiserver',
};

/** Says of one node what has changed, once: a cluster has thousands of nodes and a day thousands of scrapes. */
export class NodeLog {
  readonly #log: Logger;
  readonly #saidOfLines = new Set<BadLineKind>();
  /** How the node stands according to the log. */
  #said = 'scraped';
  #saidSource: Source = 'resource';
  #linesLeft = linesInARow;
  #countedAt = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** One asking has ended. A line is written when it ended in another way than the log says. */
  ended(
    node: NodeRecord,
    asking: Asking,
    { tookMs, endedAt }: { readonly tookMs: number; readonly endedAt: number },
  ): void {
    const { outcome, source } = asking;
    const facts = (): Facts => ({ node: node.name, tookMs: Math.round(tookMs) });
    this.#log.detail(2, 'Node asked', () => ({ ...facts(), outcome: outcomeText(outcome, source), source }));
    const ending = endingOf(outcome);
    const isNews = ending !== this.#said || (isSuccess(outcome) && source !== this.#saidSource);
    if (!isNews || !this.#mayWrite(endedAt)) return;
    if (!isSuccess(outcome)) this.#failed(node, asking);
    else this.#succeeded(facts(), source);
    this.#said = ending;
    if (isSuccess(outcome)) this.#saidSource = source;
  }

  #succeeded(facts: Facts, source: Source): void {
    if (source === this.#saidSource) this.#log.info('Node is scraped again', facts);
    else this.#log.info(changes[source], { ...facts, source });
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

  #failed({ name, ready }: NodeRecord, asking: Asking): void {
    const facts = { node: name, outcome: asking.outcome.kind, reason: askingText(asking) };
    if (asking.outcome.kind === 'broken') this.#log.error('Node could not be scraped', facts);
    // That a node which is down does not answer is no news to anybody.
    else if (ready) this.#log.warn('Node could not be scraped', facts);
    else this.#log.info('Node could not be scraped; it is not Ready', facts);
  }
}

/** A refusal that turns into another one is a change: who has been given a token may still lack a right. */
const endingOf = (outcome: Outcome): string => ('code' in outcome ? `${outcome.kind} ${outcome.code}` : outcome.kind);
