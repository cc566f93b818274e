import type { Labels } from '../../model/cluster.ts';

/** The pretend cluster as it is at the start: everything the simulated kubelets and the pretend kube-apiserver know. */
export interface ClusterShape {
  /** Every schedule and jitter derives from it, so that the same shape behaves the same twice. */
  readonly seed: number;
  readonly nodes: readonly NodeShape[];
}

/** One pretend node and what runs on it. */
export interface NodeShape {
  readonly name: string;
  readonly labels: Labels;
  readonly capacity: Capacity;
  readonly pods: readonly PodShape[];
  /** What runs beside the pods: the kernel, the container runtime, the kubelet. */
  readonly system: { readonly cpuCores: number; readonly memoryBytes: number };
  readonly housekeeping: Housekeeping;
  /** The node answers with the recorded answers of a real kubelet; the usages in `pods` then only roughly tell what is to come. */
  readonly replay?: boolean;
}

/** What `node.status.capacity` says. */
export interface Capacity {
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

/**
 * How often cAdvisor looks at a container: the gaps between two of its samples lie evenly between these bounds.
 * Equal bounds make an exact rhythm, as benchmarks want it.
 */
export interface Housekeeping {
  readonly minMs: number;
  readonly maxMs: number;
}

/** One pod of a node. */
export interface PodShape {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly containers: readonly ContainerShape[];
  /**
   * How long its containers had been running when the pod was added. On nodes that come with their pods up to one
   * housekeeping gap is added, so that not all containers are looked at together.
   */
  readonly startedAgoMs: number;
  /** The controlling owner, for `metadata.ownerReferences`. */
  readonly owner?: PodOwner;
  /** `status.phase`, Running when absent. Kubelets report only Running pods. */
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed';
}

/** The controller that made a pod; `Node` for static pods. */
export interface PodOwner {
  readonly kind: 'ReplicaSet' | 'DaemonSet' | 'StatefulSet' | 'Job' | 'Node';
  readonly name: string;
}

/** One container and what it truly uses. */
export interface ContainerShape {
  readonly name: string;
  /** A constant number of cores, or a wave. */
  readonly cpuCores: number | CpuWave;
  /** Working set. */
  readonly memoryBytes: number;
  /** What its pod's template requests; absent = about what it uses. Limits are twice as much. */
  readonly requests?: Capacity;
  /** Swap in use; 0 when absent. */
  readonly swapBytes?: number;
  /** The cgroup's swap limit; the kubelet's line for it is left out when absent. */
  readonly swapLimitBytes?: number;
}

/** CPU use that swings around a mean as a sine: `mean + amplitude * sin(2 pi age / period)`, age counted from the container's start. */
export interface CpuWave {
  readonly meanCores: number;
  /** At most the mean: nobody uses less than nothing. */
  readonly amplitudeCores: number;
  readonly periodMs: number;
}

/** Which pod is meant. */
export interface PodRef {
  readonly namespace: string;
  readonly pod: string;
}

/** Which container is meant. */
export interface ContainerRef extends PodRef {
  readonly container: string;
}

/** What changed in the pretend cluster after its start; the pretend kube-apiserver turns it into watch events. */
export type ClusterChange =
  | { readonly kind: 'node-added'; readonly node: NodeShape }
  | { readonly kind: 'node-removed'; readonly node: string }
  | { readonly kind: 'pod-added'; readonly node: string; readonly pod: PodShape }
  | { readonly kind: 'pod-removed'; readonly node: string; readonly pod: PodRef };

/** cAdvisor's own habit: every 10 s, jittered by up to as much again. */
export const cadvisorHousekeeping: Housekeeping = { minMs: 10_000, maxMs: 20_000 };
