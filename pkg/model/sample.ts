import type { Bytes, CoreNanoseconds, EpochMs, EpochNs } from './units.ts';

/** What one container or node had used, as its kubelet reported it at one moment. */
export interface Sample {
  /** The kubelet's own time of the measurement; its clock may differ from ours. */
  readonly sampledAt: EpochMs;
  /** When the container started and its CPU counter was zero. Absent for nodes and for kubelets that do not say. */
  readonly startedAt?: EpochNs;
  /** Total CPU since the start. Never a rate: rates exist only between two samples. */
  readonly cpu: CoreNanoseconds;
  /** Working set, not RSS: what eviction and the HorizontalPodAutoscaler look at. */
  readonly memory: Bytes;
  /** Swap in use. Absent where the kubelet does not report it. */
  readonly swap?: Bytes;
}

/** What was used between two samples. This is what the Metrics API publishes. */
export interface Usage {
  /** The kubelet's time of the newer sample. */
  readonly sampledAt: EpochMs;
  /** From the older sample (or the container's start) to the newer one, in nanoseconds. */
  readonly windowNs: number;
  /** Nanocores, cut to a whole number as the reference does. */
  readonly cpu: number;
  /** Working set at the newer sample, in bytes. */
  readonly memory: number;
  /** Swap at the newer sample, in bytes; absent where the kubelet does not report it. */
  readonly swap?: number;
}

/** What one container of a pod used. */
export interface ContainerUsage {
  readonly name: string;
  readonly usage: Usage;
}

/** What a pod used, container by container in a stable order. A pod is published whole or not at all. */
export interface PodUsage {
  readonly namespace: string;
  readonly name: string;
  /** Those of the container with the earliest sample, as in the reference. */
  readonly sampledAt: EpochMs;
  readonly windowNs: number;
  readonly containers: readonly ContainerUsage[];
}
