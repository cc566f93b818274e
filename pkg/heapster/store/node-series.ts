import type { KubeletSummary } from '../../model/kubelet-summary.ts';
import type { NodeFacts, PodFacts } from '../../model/pod-facts.ts';
import type { MonotonicMs } from '../../model/units.ts';
import { type CurrentFrame, type Spans, SubjectHistory } from '../history/subject-history.ts';
import { addCadvisor, CadvisorMemory } from '../processing/cadvisor-rows.ts';
import type { Draft } from '../processing/draft.ts';
import { addMeasured } from '../processing/measured-rows.ts';
import { addPromised, setShares } from '../processing/promised-rows.ts';
import { setRates } from '../processing/rates.ts';
import { addToNode, type RoundSums, sumContainers } from '../processing/sums.ts';
import { timeOf } from '../rows/columns.ts';
import { isEntity, type Row } from '../rows/layout.ts';

/** What one kubelet told in one round. */
export interface NodeReport {
  /** Name and UID of the Node object. */
  readonly node: string;
  readonly uid: string;
  /** The beat of the round. */
  readonly beat: MonotonicMs;
  readonly askedAt: MonotonicMs;
  readonly summary: KubeletSummary;
}

/** What is known of a node from elsewhere. */
export interface AboutNode {
  readonly facts: NodeFacts | undefined;
  readonly pods: Iterable<PodFacts>;
  /** True for a pod that is not the one which had this name before: its counters began elsewhere. */
  readonly isStranger: (namespaceAndName: string) => boolean;
}

/** Where a frame is made. */
export interface Workplace {
  /** It may be used for other frames afterwards. */
  readonly draft: Draft;
  /** Of the round. */
  readonly sums: RoundSums;
}

/** One machine under one name, and what is remembered of it. */
export class NodeSeries {
  readonly node: string;
  readonly uid: string;
  readonly history: SubjectHistory;
  /** What cAdvisor said last. */
  readonly cadvisor = new CadvisorMemory();
  #askedAt: MonotonicMs | undefined;

  constructor({ node, uid }: Pick<NodeReport, 'node' | 'uid'>, spans: Spans) {
    this.node = node;
    this.uid = uid;
    this.history = new SubjectHistory(spans);
  }

  /** Adds what a kubelet told to its history and to the sums of the round. Returns the pods of which it told nothing. */
  add({ beat, askedAt, summary }: NodeReport, about: AboutNode, { draft, sums }: Workplace): readonly PodFacts[] {
    const newest = this.history.begin(draft);
    const node = addMeasured(draft, this.node, summary);
    const untold = addPromised(draft, about.pods);
    addCadvisor(draft, this.cadvisor.freshAt(askedAt), newest?.cells);
    if (newest !== undefined) this.#addRates(draft, newest, askedAt, about);
    for (const row of draft.rows) {
      if (row.kind !== 'pod') continue;
      sumContainers(draft, row, measuredContainers(draft, row));
      addToNode(draft, row, node);
      sums.addPod(draft, row, row.name.slice(0, row.name.indexOf('/')));
    }
    if (about.facts !== undefined) setShares(draft, node, about.facts);
    sums.addNode(draft, node);
    this.#askedAt = askedAt;
    this.history.add(beat, draft);
    return untold;
  }

  #addRates(
    draft: Draft,
    { cells, times }: CurrentFrame,
    askedAt: MonotonicMs,
    { isStranger, facts }: AboutNode,
  ): void {
    if (this.#askedAt === undefined) return;
    const capacityMillicores = facts?.capacity.cpu ?? Number.POSITIVE_INFINITY;
    const before = { cells, times, elapsedMs: askedAt - this.#askedAt, capacityMillicores };
    for (const row of draft.rows) {
      const pod = row.kind === 'pod_container' ? row.parent : row;
      if (isEntity(row.kind) && !(pod?.kind === 'pod' && isStranger(pod.name))) setRates(draft, row, before);
    }
  }
}

/** The containers of a pod of which the kubelet told. */
const measuredContainers = (draft: Draft, pod: Row): readonly Row[] =>
  draft.under(pod).filter((row) => row.kind === 'pod_container' && isMeasured(draft, row));

const isMeasured = (draft: Draft, row: Row): boolean =>
  !(Number.isNaN(draft.time(row, timeOf.cpu)) && Number.isNaN(draft.time(row, timeOf.memory)));
