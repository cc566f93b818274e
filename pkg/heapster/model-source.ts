import type { Labels } from '../model/cluster.ts';
import type { EpochMs } from '../model/units.ts';
import type { Entity } from './entity.ts';

/**
 * What readers of the catalogue program against: the Model API, the sinks, the dashboard, `usage`.
 *
 * Time goes in rounds: at each beat of the period all nodes are asked, one after another, and everything that comes of it
 * bears the moment of the beat, so that values of one round can be added up. Nodes and pods show theirs as they arrive;
 * namespaces and the cluster when the round has ended. A value that is not known is not there; zero is a value.
 */
export interface ModelSource {
  /** The last round that ended; undefined before the first. */
  latestAt(): EpochMs | undefined;

  /** Names of what the newest round told of, sorted. Empty where there is none, or no such node, namespace or pod. */
  nodes(): readonly string[];
  systemContainers(node: string): readonly string[];
  namespaces(): readonly string[];
  pods(namespace: string): readonly string[];
  containers(namespace: string, pod: string): readonly string[];
  /** Pods of a namespace that ended within the last hour, sorted: their history can still be read. */
  endedPods(namespace: string): readonly string[];
  /** The pod with a UID, ended ones included. */
  podOfUid(uid: string): { readonly namespace: string; readonly pod: string } | undefined;

  /** Everything known of an entity in the newest round; undefined for one that it did not tell of. */
  current(entity: Entity): MetricSet | undefined;
  /** The same of everything, entity by entity; safe to walk slowly. */
  sets(): Iterable<MetricSet>;

  /** Metrics with one value per subject that have points, sorted: open-ended names included, labeled ones left out. */
  metricNames(entity: Entity): readonly string[];
  /** The points of the last minutes, oldest first; empty for whatever is not known. */
  series(query: SeriesQuery): readonly Point[];
  /** The long history, oldest first; empty for metrics that have none (see `longMetrics`). */
  longSeries(query: SeriesQuery): readonly LongPoint[];
}

/** Which points are wanted. */
export interface SeriesQuery {
  readonly entity: Entity;
  readonly metric: string;
  /** For labeled metrics all labels of one value, such as `resource_id: /`; a value with other labels is no match. */
  readonly labels?: Labels;
  /** The first and the last moment that counts, both included; absent = all there is. */
  readonly start?: EpochMs;
  readonly end?: EpochMs;
}

/** A value at a beat, in the unit of its metric. */
export interface Point {
  readonly at: EpochMs;
  readonly value: number;
}

/** What a value was over some minutes, as two figures; both are within half a percent. */
export interface LongPoint {
  /** The end of the time that it stands for. */
  readonly at: EpochMs;
  readonly mean: number;
  readonly peak: number;
}

/** What is known of one entity in one round: Heapster's metric set. */
export interface MetricSet {
  readonly entity: Entity;
  /** Heapster's labels, `type` included. */
  readonly labels: Labels;
  /** The beat. */
  readonly at: EpochMs;
  /** When the kubelet measured, by the clock of the node; NaN where it did not say, and for sums. */
  readonly sampledAt: EpochMs;
  /** When the subject started; its counters began at zero then. NaN where not known, and for sums. */
  readonly startedAt: EpochMs;
  /** By metric name; only what is known. */
  readonly values: ReadonlyMap<string, number>;
  readonly labeled: readonly LabeledValue[];
}

/** One of the values of a labeled metric. */
export interface LabeledValue {
  readonly metric: string;
  /** Only those that tell it apart: `resource_id`, or those of an accelerator. */
  readonly labels: Labels;
  readonly value: number;
}
