import type { NodeFacts, PodFacts } from '../model/pod-facts.ts';

/** What the catalogue needs to know of the cluster beside what kubelets say. */
export interface ClusterFacts {
  /** Pods bound to a node that have not ended, in any order. */
  podsOn(node: string): Iterable<PodFacts>;
  pod(namespace: string, name: string): PodFacts | undefined;
  node(name: string): NodeFacts | undefined;
  namespaceUid(namespace: string): string | undefined;
}
