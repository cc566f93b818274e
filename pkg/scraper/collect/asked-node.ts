import type { NodeRecord } from '../../model/cluster.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { isSuccess, type Outcome, outcomeText } from '../outcome.ts';
import type { AskLimits } from '../sources/finding.ts';
import { KubeletDoor, type KubeletDoorMeans } from '../sources/kubelet-door.ts';
import type { Question } from './question.ts';

/** What asking a node takes. */
export type AskedNodeMeans<Answer> = KubeletDoorMeans & {
  readonly question: Question<Answer>;
  readonly log: Logger;
};

/** One node that is asked a question round after round. */
export class AskedNode<Answer> {
  readonly uid: string;
  readonly #means: AskedNodeMeans<Answer>;
  readonly #door: KubeletDoor;
  /** How the node stands according to the log. */
  #said: Outcome['kind'] = 'scraped';
  #outcome: Outcome | undefined;

  constructor({ uid }: NodeRecord, means: AskedNodeMeans<Answer>) {
    this.uid = uid;
    this.#means = means;
    this.#door = new KubeletDoor(means);
  }

  /** How the last asking ended. */
  get outcome(): Outcome | undefined {
    return this.#outcome;
  }

  /** It answered last time, so there is a connection. */
  get isConnected(): boolean {
    return this.#outcome !== undefined && isSuccess(this.#outcome);
  }

  /** Asks once, and hands on the answer if there is one. Never rejects. */
  async ask(node: NodeRecord, limits: AskLimits, take: (answer: Answer) => void): Promise<Outcome> {
    const outcome = await this.#request(node, limits, take);
    this.#outcome = outcome;
    if (outcome.kind !== this.#said) this.#say(node, outcome);
    return outcome;
  }

  /** One line per change of state; that a node which is down does not answer is no news to anybody. */
  #say({ name, ready }: NodeRecord, outcome: Outcome): void {
    const { log, question } = this.#means;
    this.#said = outcome.kind;
    const facts = { node: name, question: question.name };
    if (isSuccess(outcome)) return log.info('Node tells the catalogue of itself again', facts);
    const reason = outcomeText(outcome, question.source);
    if (ready) log.warn('Node tells the catalogue nothing', { ...facts, outcome: outcome.kind, reason });
    else log.info('Node tells the catalogue nothing; it is not Ready', { ...facts, outcome: outcome.kind, reason });
  }

  async #request(node: NodeRecord, limits: AskLimits, take: (answer: Answer) => void): Promise<Outcome> {
    const { question } = this.#means;
    try {
      const { path, accept } = question;
      const opened = await this.#door.ask(node, limits, { path, ...(accept && { accept }) });
      if (opened.kind === 'shut') return opened.finding.outcome;
      using _memory = opened;
      const read = question.decode(opened.body);
      if (read.kind === 'bad-body') return read;
      if (!limits.signal.aborted) take(read.answer);
      return { kind: 'scraped', containers: read.containers, badLines: read.skipped };
    } catch (error) {
      // The one place where a surprise on the way from kubelet to store ends: it must not take the other nodes with it.
      return { kind: 'broken', message: error instanceof Error ? error.message : String(error) };
    }
  }
}
