/** Labels of an object. Records of one ReplicaSet share one object: never change it. */
export type Labels = Readonly<Record<string, string>>;

/** One entry of `node.status.addresses`. `type` is Hostname, InternalIP, InternalDNS, ExternalIP, ExternalDNS or unknown to us. */
export interface NodeAddress {
  readonly type: string;
  readonly address: string;
}

/** What we remember of a Node object: enough to find its kubelet and to answer for it. */
export interface NodeRecord {
  readonly name: string;
  readonly uid: string;
  readonly labels: Labels;
  readonly addresses: readonly NodeAddress[];
  /** `status.daemonEndpoints.kubeletEndpoint.Port`; 0 where the node does not say. */
  readonly kubeletPort: number;
  /** Annotation `metrics.k8s.io/resource-metrics-path`; absent on ordinary nodes. */
  readonly resourceMetricsPath?: string;
  /** Condition Ready is True. */
  readonly ready: boolean;
  /** Key of the taint by which its machine is gone, or about to be; absent on all others. */
  readonly leaving?: string;
}

/** What we remember of a Running pod. */
export interface PodRecord extends PodKey {
  readonly labels: Labels;
}

/** A pod to be found by its names. */
export interface PodKey {
  readonly namespace: string;
  readonly name: string;
  /** Where it was found last: for whoever finds it to write and to check, so that a list of all pods looks up few names. */
  place?: unknown;
}
