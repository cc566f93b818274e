import type { NodeRecord, PodKey, PodRecord } from '../model/cluster.ts';
import type { LabelSelector } from '../model/label-selector.ts';
import type { PodReading } from '../model/pod-reading.ts';
import type { PodUsage, Usage } from '../model/sample.ts';

/** Who knows what nodes and pods use: the storage. */
export interface UsageSource {
  /** Undefined while there is nothing fresh enough to publish. */
  nodeUsage(name: string): Usage | undefined;
  /**
   * Undefined while there is nothing fresh enough to publish of every container. It may be given back in `into`, for whoever
   * does not look at it any more when asking for the next.
   */
  podUsage(pod: PodKey, into?: PodReading): PodUsage | undefined;
}

/** Who knows which nodes exist. */
export interface NodeLister {
  get(name: string): NodeRecord | undefined;
  /** Sorted by name. */
  list(): Iterable<NodeRecord>;
}

/** Who knows which pods run. */
export interface PodLister {
  get(namespace: string, name: string): PodRecord | undefined;
  /** Of one namespace or of all, sorted by namespace, then name; may leave out those that `labels` does not match. */
  list(namespace?: string, labels?: LabelSelector): Iterable<PodRecord>;
}
