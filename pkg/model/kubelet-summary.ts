import type { EpochMs } from './units.ts';

/**
 * What a kubelet's `/stats/summary` said once. NaN stands for what it did not say, in times as in figures; zero is a value.
 * A part that was left out altogether is undefined; that all objects of a kind have one shape makes reading them cheap.
 */
export interface KubeletSummary {
  readonly node: NodeSummary;
  /** No two of the same namespace and name: of a pod told twice, the life that began later. */
  readonly pods: readonly PodSummary[];
}

/** What every kind of subject may have. */
export interface SubjectSummary {
  /** When it started; its counters began at zero then. */
  readonly startedAt: EpochMs;
  readonly cpu: CpuSummary | undefined;
  readonly memory: MemorySummary | undefined;
  readonly io: IoSummary | undefined;
  readonly swap: SwapSummary | undefined;
}

/** The machine itself, and the daemons on it that are no pods. */
export interface NodeSummary extends SubjectSummary {
  readonly name: string;
  /** As the kubelet names them: kubelet, runtime, misc, pods. No name twice. */
  readonly systemContainers: readonly ContainerSummary[];
  readonly network: NetworkSummary | undefined;
  readonly filesystem: FilesystemSummary | undefined;
  /** Processes of the machine, and how many there may be. */
  readonly processes: { readonly count: number; readonly limit: number } | undefined;
}

/** One pod; its own figures are those of its cgroup, not a sum. */
export interface PodSummary extends SubjectSummary {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** No name twice: of a container told twice, the life that began later. */
  readonly containers: readonly ContainerSummary[];
  readonly network: NetworkSummary | undefined;
  readonly ephemeralStorage: FilesystemSummary | undefined;
  readonly volumes: readonly VolumeSummary[];
  /** NaN where not said. */
  readonly processCount: number;
}

/** One container, or one system container. */
export interface ContainerSummary extends SubjectSummary {
  readonly name: string;
  readonly rootfs: FilesystemSummary | undefined;
  readonly logs: FilesystemSummary | undefined;
  readonly accelerators: readonly AcceleratorSummary[];
  /** What the container tells about itself; kubelets of today do not gather it any more. */
  readonly custom: readonly CustomValue[];
}

/** CPU used since the start. */
export interface CpuSummary {
  readonly sampledAt: EpochMs;
  /** Core-nanoseconds. */
  readonly usage: number;
  /** The kubelet's own rate over a window of its choice, in nanocores. */
  readonly nanoCores: number;
  readonly pressure: Pressure | undefined;
}

/** Memory at one moment, in bytes; page faults since the start. */
export interface MemorySummary {
  readonly sampledAt: EpochMs;
  readonly available: number;
  /** All of it, the page cache included. */
  readonly usage: number;
  readonly workingSet: number;
  readonly rss: number;
  readonly pageFaults: number;
  readonly majorPageFaults: number;
  readonly pressure: Pressure | undefined;
}

/** What is known of reading and writing: only how much was waited for it. */
export interface IoSummary {
  readonly sampledAt: EpochMs;
  readonly pressure: Pressure | undefined;
}

/** Swap at one moment, in bytes. */
export interface SwapSummary {
  readonly usage: number;
  readonly available: number;
}

/** Pressure stall information of the kernel. */
export interface Pressure {
  /** At least one task waited. */
  readonly some: PressureLine;
  /** All tasks waited at once. */
  readonly full: PressureLine;
}

/** Waiting since the start and of late. */
export interface PressureLine {
  /** As the kernel counts: microseconds, whatever the API's documentation says. */
  readonly total: number;
  /** Percent of the last 10, 60 and 300 seconds. */
  readonly avg10: number;
  readonly avg60: number;
  readonly avg300: number;
}

/** Counters of the default interface since it came up. */
export interface NetworkSummary {
  readonly sampledAt: EpochMs;
  /** Bytes. */
  readonly rx: number;
  readonly tx: number;
  readonly rxErrors: number;
  readonly txErrors: number;
}

/** A file system at one moment: bytes and inodes. `used` may be a part of it, as a container's; the rest is always the whole. */
export interface FilesystemSummary {
  readonly sampledAt: EpochMs;
  readonly used: number;
  readonly capacity: number;
  readonly available: number;
  readonly inodes: number;
  readonly inodesFree: number;
}

/** A volume of a pod, by its name in the pod's spec. */
export interface VolumeSummary {
  readonly name: string;
  readonly filesystem: FilesystemSummary | undefined;
}

/** A GPU or the like. Kubelets since 1.25 say nothing of them. */
export interface AcceleratorSummary {
  readonly make: string;
  readonly model: string;
  readonly id: string;
  /** Bytes. */
  readonly memoryTotal: number;
  readonly memoryUsed: number;
  /** Percent of the time in use. */
  readonly dutyCycle: number;
}

/** One figure of a container's own. */
export interface CustomValue {
  readonly name: string;
  /** `gauge`, `cumulative` or `delta`. */
  readonly kind: string;
  readonly sampledAt: EpochMs;
  readonly value: number;
}
