import type { CadvisorAnswer } from '../../model/cadvisor-answer.ts';
import type { MonotonicMs } from '../../model/units.ts';
import type { ClusterFacts } from '../cluster-facts.ts';
import { type Spans, SubjectHistory } from '../history/subject-history.ts';
import { Draft } from '../processing/draft.ts';
import { addSummed } from '../processing/summed-rows.ts';
import { RoundSums } from '../processing/sums.ts';
import { podKey } from '../rows/layout.ts';
import { type NodeReport, NodeSeries } from './node-series.ts';
import { type Placed, type Placement, Placements } from './placements.ts';

/** So long what is gone can still be read. */
const rememberedMs = 60 * 60_000;

/** What cAdvisor on one node told. */
export interface CadvisorReport {
  readonly node: string;
  readonly uid: string;
  readonly askedAt: MonotonicMs;
  readonly answer: CadvisorAnswer;
}

/** A node that is gone, or another machine that had its name. */
interface Parked {
  readonly series: NodeSeries;
  readonly since: MonotonicMs;
}

/** All that is remembered: of each node and what runs there, and of the sums. Written by the rounds, read by the model. */
export class MetricStore {
  readonly #facts: ClusterFacts;
  readonly #spans: Spans;
  readonly #nodes = new Map<string, NodeSeries>();
  readonly #parked = new Map<string, Parked[]>();
  readonly #draft = new Draft();
  readonly placements = new Placements();
  /** Namespaces and the cluster. */
  readonly sums: SubjectHistory;
  #round: { readonly beat: MonotonicMs; readonly sums: RoundSums } | undefined;
  #endedBeat: MonotonicMs | undefined;

  constructor(facts: ClusterFacts, spans: Spans) {
    this.#facts = facts;
    this.#spans = spans;
    this.sums = new SubjectHistory(spans);
  }

  /** Nodes that are there, answering or not. */
  get nodes(): ReadonlyMap<string, NodeSeries> {
    return this.#nodes;
  }

  /** The beat of the last round that ended; undefined before the first. */
  get endedBeat(): MonotonicMs | undefined {
    return this.#endedBeat;
  }

  /** The pod with a UID: of static pods the kubelet knows another one than the kube-apiserver, and either will do. */
  podOfUid(uid: string): Placement | undefined {
    for (const placement of this.placements.all()) {
      const { namespace, pod } = placement;
      if (placement.uid === uid || this.#facts.pod(namespace, pod)?.uid === uid) return placement;
    }
    return undefined;
  }

  /** The machines that had a name, the one of today last. */
  seriesOf(node: string): readonly NodeSeries[] {
    const today = this.#nodes.get(node);
    const before = (this.#parked.get(node) ?? []).map(({ series }) => series);
    return today === undefined ? before : [...before, today];
  }

  /** Everything that holds history. */
  *histories(): Generator<SubjectHistory> {
    yield this.sums;
    for (const { history } of this.#nodes.values()) yield history;
    for (const parked of this.#parked.values()) for (const { series } of parked) yield series.history;
  }

  /** Takes in what a kubelet told. A second report in one round is dropped: a round is one moment. */
  add(report: NodeReport): void {
    const series = this.#seriesFor(report);
    if ((series.history.beat ?? Number.NEGATIVE_INFINITY) >= report.beat) return;
    const known = report.summary.pods.map(({ namespace, name }) => this.placements.get(namespace, name));
    const strangers = strangersIn(report, known);
    const about = {
      facts: this.#facts.node(report.node),
      pods: this.#facts.podsOn(report.node),
      isStranger: (key: string) => strangers.has(key),
    };
    const untold = series.add(report, about, { draft: this.#draft, sums: this.#sumsOf(report.beat) });
    this.#place(report, series, known);
    for (const { namespace, name, uid } of untold)
      this.placements.put({ namespace, pod: name, uid, series, seenAt: report.beat });
  }

  /** Takes in what cAdvisor on a node told: it becomes part of the node's next frame. */
  addCadvisor({ node, uid, askedAt, answer }: CadvisorReport): void {
    const series = this.#nodes.get(node);
    if (series?.uid === uid) series.cadvisor.take(answer, askedAt);
  }

  /** Adds up what a round brought. */
  endRound(beat: MonotonicMs): void {
    const draft = this.#draft;
    this.sums.begin(draft);
    addSummed(draft, this.#sumsOf(beat));
    this.sums.add(beat, draft);
    this.#round = undefined;
    this.#endedBeat = beat;
    this.#forgetBefore(beat - rememberedMs);
  }

  /** The Node object is gone; what is remembered of it goes an hour later. */
  removeNode(node: string, now: MonotonicMs): void {
    const series = this.#nodes.get(node);
    if (series === undefined) return;
    this.#nodes.delete(node);
    this.#parked.set(node, [...(this.#parked.get(node) ?? []), { series, since: now }]);
  }

  #seriesFor(report: NodeReport): NodeSeries {
    const known = this.#nodes.get(report.node);
    if (known !== undefined && known.uid !== report.uid) this.removeNode(report.node, report.beat);
    const series = this.#nodes.get(report.node) ?? new NodeSeries(report, this.#spans);
    this.#nodes.set(report.node, series);
    return series;
  }

  #sumsOf(beat: MonotonicMs): RoundSums {
    if (this.#round?.beat !== beat) this.#round = { beat, sums: new RoundSums() };
    return this.#round.sums;
  }

  /** `known`: where the pods of the summary were, one by one. */
  #place({ beat, summary }: NodeReport, series: NodeSeries, known: readonly (Placed | undefined)[]): void {
    for (const [at, { namespace, name, uid }] of summary.pods.entries()) {
      const told = { namespace, pod: name, uid, series, seenAt: beat };
      if (!this.placements.isStill(known[at], told)) this.placements.put(told);
    }
  }

  #forgetBefore(beat: number): void {
    this.placements.forgetBefore(beat);
    for (const [node, parked] of this.#parked) {
      const kept = parked.filter(({ since }) => since >= beat);
      if (kept.length === 0) this.#parked.delete(node);
      else this.#parked.set(node, kept);
    }
  }
}

/** Pods that are not those which had their names before; `known`: where these are, one by one. */
function strangersIn({ summary }: NodeReport, known: readonly (Placed | undefined)[]): ReadonlySet<string> {
  const strangers = new Set<string>();
  for (const [at, { namespace, name, uid }] of summary.pods.entries()) {
    const before = known[at];
    if (before !== undefined && before.uid !== uid) strangers.add(podKey(namespace, name));
  }
  return strangers;
}
