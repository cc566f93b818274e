import type { Clock } from '../lifecycle/clock.ts';
import type { KubeletSummary } from '../model/kubelet-summary.ts';
import type { MonotonicMs } from '../model/units.ts';
import type { Registry } from '../telemetry/exposition.ts';
import type { Counter } from '../telemetry/instruments.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { ClusterFacts } from './cluster-facts.ts';
import { HistoryBudget } from './history/budget.ts';
import type { Spans } from './history/subject-history.ts';
import { registerInstruments } from './instruments.ts';
import { Labeler, type LabelOptions } from './labels.ts';
import { Model } from './model.ts';
import type { ModelSource } from './model-source.ts';
import { type CadvisorReport, MetricStore } from './store/metric-store.ts';
import { Timeline } from './timeline.ts';

/** What the catalogue is made of. */
export interface HeapsterOptions {
  readonly facts: ClusterFacts;
  readonly labels: LabelOptions;
  readonly spans: Spans;
  readonly budgetBytes: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly registry: Registry;
}

/** What one kubelet answered in one round. */
export interface ToldSummary {
  readonly node: string;
  readonly uid: string;
  readonly beat: MonotonicMs;
  readonly askedAt: MonotonicMs;
  readonly answer: KubeletSummary;
}

/** Between two looks at the budget, so many answers are taken in: a look goes over all nodes. */
const answersPerLook = 64;

/** When nothing had to be dropped for so long, history fits again. */
const calmMs = 60 * 60_000;

/** The metric catalogue: takes in what kubelets tell, round by round, and shows it as a model. */
export class Heapster {
  readonly model: ModelSource;
  readonly #options: HeapsterOptions;
  readonly #timeline: Timeline;
  readonly #store: MetricStore;
  readonly #budget: HistoryBudget;
  readonly #dropped: Counter;
  #answers = 0;
  #droppedAt: MonotonicMs | undefined;

  constructor(options: HeapsterOptions) {
    const { facts, spans, labels, clock, budgetBytes, registry } = options;
    this.#options = options;
    this.#timeline = new Timeline(clock);
    const store = new MetricStore(facts, spans);
    this.#store = store;
    this.model = new Model({ store, timeline: this.#timeline, labeler: new Labeler(facts, labels) });
    this.#budget = new HistoryBudget({
      limitBytes: budgetBytes,
      histories: () => store.histories(),
      besides: () => store.placements.bytes,
    });
    this.#dropped = registerInstruments(registry, {
      measure: () => this.#budget.measure(),
      reach: () => this.#reach(),
    });
  }

  /** The beat after this one: whole periods by the wall clock, as people expect of a chart. */
  nextBeat(beat: MonotonicMs): MonotonicMs {
    return this.#timeline.nextBeat(beat, this.#options.spans.periodMs);
  }

  /** Takes in what a kubelet told. */
  take({ answer, ...report }: ToldSummary): void {
    this.#store.add({ ...report, summary: answer });
    if (++this.#answers % answersPerLook === 0) this.#enforce();
  }

  /** Takes in what cAdvisor on a node told. */
  takeCadvisor(told: CadvisorReport): void {
    this.#store.addCadvisor(told);
  }

  /** All nodes were asked. */
  endRound(beat: MonotonicMs): void {
    this.#store.endRound(beat);
    this.#enforce();
    const jump = this.#timeline.follow();
    if (jump === 0) return;
    this.#options.log.warn('The clock was set; the history moves with it', { bySeconds: Math.round(jump / 1000) });
  }

  /** The Node object is gone. */
  removeNode(node: string): void {
    this.#store.removeNode(node, this.#options.clock.monotonic());
  }

  #enforce(): void {
    const { clock, log } = this.#options;
    const bytes = this.#budget.enforce();
    const now = clock.monotonic();
    if (bytes > 0) {
      this.#dropped.add(undefined, bytes);
      if (this.#droppedAt === undefined)
        log.warn('History does not fit --history-budget: the oldest goes first', this.#facts());
      this.#droppedAt = now;
    } else if (this.#droppedAt !== undefined && now - this.#droppedAt > calmMs) {
      this.#droppedAt = undefined;
      log.info('History fits --history-budget again', this.#facts());
    }
  }

  #facts(): Readonly<Record<string, number>> {
    const { short, long } = this.#reach();
    return { budgetBytes: this.#budget.limitBytes, shortSeconds: Math.round(short), longSeconds: Math.round(long) };
  }

  /** How far back both histories go, in seconds. The oldest goes first everywhere, so the sums are as good a witness as any. */
  #reach(): Readonly<Record<'short' | 'long', number>> {
    const now = this.#options.clock.monotonic();
    const { short, long } = this.#store.sums;
    return { short: (now - (short.oldest ?? now)) / 1000, long: (now - (long.oldest ?? now)) / 1000 };
  }
}
