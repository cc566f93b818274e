import type { Clock } from '../../lifecycle/clock.ts';
import { deadline } from '../../lifecycle/deadline.ts';
import { Gate } from '../../lifecycle/gate.ts';
import type { NodeRecord } from '../../model/cluster.ts';
import type { LabelSelector } from '../../model/label-selector.ts';
import { as, type MonotonicMs } from '../../model/units.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { AddressOptions } from '../kubelet/address.ts';
import type { KubeletClient } from '../kubelet/kubelet-client.ts';
import type { Outcome } from '../outcome.ts';
import { shareOf } from '../rhythm/places.ts';
import type { ScrapeTargets } from '../scraper.ts';
import { AskedNode } from './asked-node.ts';
import type { CollectorInstruments } from './collector-instruments.ts';
import type { Question, Told } from './question.ts';

/** Where answers go as they arrive, and who is told when a round has ended. */
export interface CollectionSink<Answer> {
  take(told: Told<Answer, MonotonicMs>): void;
  endRound(beat: MonotonicMs): void;
}

/** What a collector is made of. */
export interface CollectorOptions<Answer> {
  readonly question: Question<Answer>;
  readonly sink: CollectionSink<Answer>;
  readonly targets: ScrapeTargets;
  /** Only nodes it matches are asked; absent = all. */
  readonly nodeSelector?: Pick<LabelSelector, 'matches'>;
  /** May be shared with the scraper by way of a `SharedClient`. */
  readonly client: KubeletClient;
  readonly address: AddressOptions;
  readonly requestTimeoutMs: number;
  /** What is to be over before the first round begins, and how long it is waited for; absent = nothing. */
  readonly after?: { readonly isOver: () => boolean; readonly atMostMs: number };
  /** The beat after this one. */
  readonly nextBeat: (beat: MonotonicMs) => MonotonicMs;
  readonly clock: Clock;
  readonly log: Logger;
  readonly instruments: CollectorInstruments;
  /** Any whole number: it decides when in the round which node is asked. */
  readonly seed: number;
}

/** As for the scraper: more first contacts at a time would only make all of them late. */
const placesAtOnce = 64;

/** A first contact counts as work for so long; a dead node only lets us wait. */
const placeHeldMs = 100;

/**
 * So many nodes are asked at a time, on the average: one right after the other they cost less than each by itself. Not as
 * many as by the scraper, because these answers are long, and never packed: each needs a quarter of a megabyte while it
 * comes, and working in those of one group should stop nobody else for long.
 */
const mostTogether = 4;

/** A small cluster still has its nodes asked at different times. */
const fewestGroups = 64;

/** Until the first round may begin, this often somebody looks. */
const lookEveryMs = 250;

/**
 * Asks every node one question in each round. A round begins at a beat, asks the nodes in small groups, and has ended
 * when the last has answered or failed, before the next beat. A node that fails is left out of the round.
 */
export class Collector<Answer> {
  readonly #options: CollectorOptions<Answer>;
  readonly #nodes = new Map<string, AskedNode<Answer>>();
  readonly #gate = new Gate(placesAtOnce);

  constructor(options: CollectorOptions<Answer>) {
    this.#options = options;
  }

  /** The last round that was asked of a node; undefined where there was none. */
  outcomeOf(node: string): Outcome | undefined {
    return this.#nodes.get(node)?.outcome;
  }

  /** Asks round after round until `signal` aborts; the first one at once. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, nextBeat, targets } = this.#options;
    using _removals = targets.onChange(({ kind, node }) => kind === 'removed' && this.#forget(node.name));
    await this.#untilItMayBegin(signal);
    let beat = clock.monotonic();
    for (let first = true; !signal.aborted; first = false) {
      const next = nextBeat(beat);
      await this.#round(beat, next - beat, { first, signal });
      const now = clock.monotonic();
      // A round that was late has cost the next one: beats are never made up for.
      beat = next > now ? next : nextBeat(now);
      await clock.sleep(beat - now, signal);
    }
  }

  async #untilItMayBegin(signal: AbortSignal): Promise<void> {
    const { clock, targets, after } = this.#options;
    const latest = clock.monotonic() + (after?.atMostMs ?? 0);
    const isEarly = (): boolean => after !== undefined && clock.monotonic() < latest && !after.isOver();
    while (!signal.aborted && ([...targets.list()].length === 0 || isEarly())) await clock.sleep(lookEveryMs, signal);
  }

  async #round(beat: MonotonicMs, lengthMs: number, { first, signal }: Round): Promise<void> {
    const { clock, log, sink, question } = this.#options;
    const nodes = this.#wanted();
    const spread = this.#spreadMs(lengthMs, first ? nodes.length : undefined);
    const asking: Promise<void>[] = [];
    for (const [group, together] of this.#groups(nodes)) {
      await clock.sleep(beat + spread * group - clock.monotonic(), signal);
      if (signal.aborted) break;
      for (const node of together) asking.push(this.#ask(node, { beat, endsAt: beat + lengthMs, signal }));
    }
    await Promise.all(asking);
    if (signal.aborted) return;
    sink.endRound(beat);
    log.detail(1, 'Round over the nodes has ended', { question: question.name, nodes: nodes.length });
  }

  /** Who is asked together, by when in the round: a part of its askings' time. The earliest come first. */
  #groups(nodes: readonly NodeRecord[]): readonly (readonly [number, readonly NodeRecord[]])[] {
    const count = Math.max(fewestGroups, Math.ceil(nodes.length / mostTogether));
    const placeOf = (name: string): number => Math.floor(shareOf(name, this.#options.seed) * count);
    const groups = Map.groupBy(nodes, ({ name }) => (placeOf(name) + 0.5) / count);
    return [...groups].sort(([a], [b]) => a - b);
  }

  /** Askings take up three quarters of a round, or less where the last one would have no time to be answered. */
  #spreadMs(lengthMs: number, nodesNow: number | undefined): number {
    const usual = Math.min(lengthMs * 0.75, Math.max(lengthMs / 2, lengthMs - this.#options.requestTimeoutMs));
    // The first round is waited for by people.
    return nodesNow === undefined ? usual : Math.min(usual, Math.max(1_000, 4 * nodesNow));
  }

  async #ask(node: NodeRecord, { beat, endsAt, signal }: Turn): Promise<void> {
    const { clock, requestTimeoutMs, sink, instruments, question } = this.#options;
    const asked = this.#nodeFor(node);
    using place = asked.isConnected ? undefined : await this.#gate.enter(signal);
    using _place = place && clock.timer(placeHeldMs, () => place[Symbol.dispose]());
    const askedAt = clock.monotonic();
    const limitMs = Math.min(requestTimeoutMs, endsAt - askedAt);
    if (signal.aborted || limitMs <= 0) return;
    using limit = deadline(signal, limitMs, clock);
    const take = (answer: Answer): void => sink.take({ node: node.name, uid: node.uid, beat, askedAt, answer });
    const outcome = await asked.ask(node, { signal: limit.signal, limitMs, connectMs: limitMs }, take);
    if (!signal.aborted) instruments.asked(question.name, outcome, clock.monotonic() - askedAt);
  }

  #wanted(): readonly NodeRecord[] {
    const { targets, nodeSelector } = this.#options;
    return [...targets.list()].filter(
      ({ labels, leaving }) => leaving === undefined && (nodeSelector?.matches(labels) ?? true),
    );
  }

  #nodeFor(node: NodeRecord): AskedNode<Answer> {
    let asked = this.#nodes.get(node.name);
    if (asked === undefined || asked.uid !== node.uid) {
      asked = new AskedNode(node, this.#options);
      this.#nodes.set(node.name, asked);
    }
    return asked;
  }

  #forget(node: string): void {
    this.#nodes.delete(node);
    this.#options.client.forget(node);
  }
}

interface Round {
  readonly first: boolean;
  readonly signal: AbortSignal;
}

interface Turn {
  readonly beat: MonotonicMs;
  readonly endsAt: number;
  readonly signal: AbortSignal;
}

/** The moment at which a collector of period `periodMs` without a wall clock would ask next. */
export const evenBeats =
  (periodMs: number) =>
  (beat: MonotonicMs): MonotonicMs =>
    as<MonotonicMs>((Math.floor(beat / periodMs) + 1) * periodMs);
