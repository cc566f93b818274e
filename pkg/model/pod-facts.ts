import type { Labels } from './cluster.ts';

/** Amounts of resources. What an object does not name is absent. */
export interface ResourceAmounts {
  /** Millicores. */
  readonly cpu?: number;
  /** Bytes. */
  readonly memory?: number;
  /** Bytes. */
  readonly ephemeralStorage?: number;
  /** Extended resources by their names: `nvidia.com/gpu`. */
  readonly others?: Readonly<Record<string, number>>;
}

/** What a pod's spec says of one of its containers. */
export interface ContainerFacts {
  readonly name: string;
  /** An init container ends before the others start; a sidecar is one that stays. */
  readonly kind: 'app' | 'sidecar' | 'init';
  readonly image: string;
  readonly requests: ResourceAmounts;
  readonly limits: ResourceAmounts;
}

/** What pods made from one template have in common; they share one object. */
export interface PodShape {
  readonly containers: readonly ContainerFacts[];
  /** Of the whole pod, as the scheduler reckons: init containers, sidecars and overhead included. */
  readonly requests: ResourceAmounts;
  readonly limits: ResourceAmounts;
}

/** What we remember of a pod that is bound to a node and has not ended. */
export interface PodFacts {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly node: string;
  readonly labels: Labels;
  readonly shape: PodShape;
  /** Restarts of the containers of `shape`, in its order; absent while there were none. */
  readonly restarts?: readonly number[];
}

/** What we remember of a node for the catalogue. */
export interface NodeFacts {
  readonly name: string;
  /** Its address of type Hostname, or else its name. */
  readonly hostname: string;
  /** `spec.externalID`, which nodes of today do not have, or else an annotation; empty where there is neither. */
  readonly hostId: string;
  readonly labels: Labels;
  readonly schedulable: boolean;
  readonly capacity: ResourceAmounts;
  readonly allocatable: ResourceAmounts;
}
