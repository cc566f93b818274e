import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../lifecycle/clock.ts';
import type { NodeRecord, PodRecord } from '../../model/cluster.ts';
import type { LabelSelector } from '../../model/label-selector.ts';
import type { NodeLister, PodLister } from '../source.ts';
import type { AbsenceKind } from './absence.ts';
import type { Absences } from './absences.ts';
import type { Sightings } from './ports.ts';

/** A node without metrics, when it was last looked at. */
export interface MissingNode {
  readonly record: NodeRecord;
  readonly kind: AbsenceKind;
}

/** A running pod without metrics, when it was last looked at. */
export interface MissingPod {
  readonly record: PodRecord;
  readonly kind: AbsenceKind;
}

/** What a survey found. */
export interface Findings {
  /** How many nodes owe metrics, the missing included. */
  readonly nodes: number;
  readonly pods: number;
  /** Sorted by name. */
  readonly missingNodes: readonly MissingNode[];
  /** By namespace, each sorted by name; a namespace without any is not there. */
  readonly missingPods: ReadonlyMap<string, readonly MissingPod[]>;
}

/** What surveying takes. */
export interface SurveyParts {
  readonly nodes: NodeLister;
  readonly pods: PodLister;
  readonly nodeSelector?: Pick<LabelSelector, 'matches'> | undefined;
  readonly sightings: Pick<Sightings, 'servesPod'>;
  readonly servesNode: (name: string) => boolean;
  readonly absences: Pick<Absences, 'ofNode' | 'ofRunningPod'>;
  readonly clock: Clock;
  readonly metricResolutionMs: number;
}

/** Looking at one pod takes 1 to 2.5 us: so it is a thousandth of our time up to 7,500 pods. */
const restPerPodMs = 2;
const shortestRestMs = 1_000;
/** And no longer. With one period, walks through 30,000 pods were some 4 to 10 % of all CPU. */
const mostPeriodsOfRest = 2;
/** A kubelet speaks of a new container after 10 to 20 seconds, and we hear of it a period later. */
const youngMs = 60_000;
/** Pods looked at without a turn of the event loop. */
const turnLength = 1_000;

const nothing: Findings = { nodes: 0, pods: 0, missingNodes: [], missingPods: new Map() };

/**
 * Knows who has no metrics, so that whoever lists does not have to count: looks at everybody, again and again, at its
 * leisure. What it found is a second old in a small cluster, and two scrape periods in the largest.
 */
export class Survey {
  readonly #parts: SurveyParts;
  #findings = nothing;
  /** Since when, by the monotonic clock, pods are known of which no kubelet spoke; by their records. */
  #unseenSince = new Map<PodRecord, number>();

  constructor(parts: SurveyParts) {
    this.#parts = parts;
  }

  /** What the last look found. */
  get findings(): Findings {
    return this.#findings;
  }

  /** Looks until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, metricResolutionMs } = this.#parts;
    while (!signal.aborted) {
      await this.look();
      const restMs = Math.max(shortestRestMs, restPerPodMs * this.#findings.pods);
      await clock.sleep(Math.min(mostPeriodsOfRest * metricResolutionMs, restMs), signal);
    }
  }

  /** Looks at everybody once. */
  async look(): Promise<void> {
    const ofNodes = await this.#lookAtNodes();
    const ofPods = await this.#lookAtPods();
    this.#findings = { ...ofNodes, ...ofPods };
  }

  async #lookAtNodes(): Promise<Pick<Findings, 'nodes' | 'missingNodes'>> {
    const { nodes, nodeSelector, servesNode, absences } = this.#parts;
    const missingNodes: MissingNode[] = [];
    let count = 0;
    for (const record of nodes.list()) {
      if (nodeSelector?.matches(record.labels) === false) continue;
      count++;
      if (count % turnLength === 0) await setImmediate();
      if (!servesNode(record.name)) missingNodes.push({ record, kind: absences.ofNode(record).kind });
    }
    return { nodes: count, missingNodes };
  }

  async #lookAtPods(): Promise<Pick<Findings, 'pods' | 'missingPods'>> {
    const { pods, sightings, absences } = this.#parts;
    const unseenSince = new Map<PodRecord, number>();
    const missingPods = new Map<string, MissingPod[]>();
    let count = 0;
    for (const record of pods.list()) {
      count++;
      if (count % turnLength === 0) await setImmediate();
      if (sightings.servesPod(record)) continue;
      const missing = missingPods.get(record.namespace) ?? [];
      const { kind } = absences.ofRunningPod(record);
      missing.push({ record, kind: kind === 'unknown' ? this.#unseen(record, unseenSince) : kind });
      missingPods.set(record.namespace, missing);
    }
    this.#unseenSince = unseenSince;
    return { pods: count, missingPods };
  }

  /** What to think of a pod that no kubelet spoke of, and that is `still` so. */
  #unseen(record: PodRecord, still: Map<PodRecord, number>): AbsenceKind {
    const { clock, nodeSelector } = this.#parts;
    const now = clock.monotonic();
    const since = this.#unseenSince.get(record) ?? now;
    still.set(record, since);
    if (now - since < youngMs) return 'new';
    return nodeSelector === undefined ? 'unknown' : 'elsewhere';
  }
}
