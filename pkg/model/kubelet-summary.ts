import type { EpochMs } from './units.ts';

/**
 * What a kubelet's `/stats/summary` said once. All its figures stand in one row of numbers, `figuresPerSubject` for each
 * subject: thousands of numbers in an answer would be thousands of objects otherwise. NaN stands for what was not said, in
 * times as in figures; zero is a value.
 */
export interface KubeletSummary {
  /** Those of a subject begin at its `at`, in the order of `place`. */
  readonly figures: Float64Array;
  readonly node: NodeSummary;
  /** No two of the same namespace and name: of a pod told twice, the life that began later. */
  readonly pods: readonly PodSummary[];
}

/** What has figures. */
export interface SubjectSummary {
  /** Where they begin. */
  readonly at: number;
}

/** The machine itself, and the daemons on it that are no pods. */
export interface NodeSummary extends SubjectSummary {
  readonly name: string;
  /** As the kubelet names them: kubelet, runtime, misc, pods. No name twice. */
  readonly systemContainers: readonly ContainerSummary[];
}

/** One pod; its own figures are those of its cgroup, not a sum. */
export interface PodSummary extends SubjectSummary {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** No name twice: of a container told twice, the life that began later. */
  readonly containers: readonly ContainerSummary[];
  readonly volumes: readonly VolumeSummary[];
}

/** One container, or one system container. */
export interface ContainerSummary extends SubjectSummary {
  readonly name: string;
  readonly accelerators: readonly AcceleratorSummary[];
  /** What the container tells about itself; kubelets of today do not gather it any more. */
  readonly custom: readonly CustomValue[];
}

/** A volume of a pod, by its name in the pod's spec. Its figures are those of a file system: `placesOfFilesystem`. */
export interface VolumeSummary extends SubjectSummary {
  readonly name: string;
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

/**
 * A file system at one moment, in bytes and inodes, by their places. `used` may be a part of it, as a container's; the rest
 * is always the whole.
 */
export const placesOfFilesystem = {
  sampledAt: 0,
  used: 1,
  capacity: 2,
  available: 3,
  inodes: 4,
  inodesFree: 5,
} as const;

/** How many figures a file system has. */
export const figuresPerFilesystem = 6;

/**
 * Pressure stall information of the kernel, by its places: waiting since the start, in microseconds (as the kernel counts,
 * whatever the API's documentation says), and in percent of the last 10, 60 and 300 seconds; of `some`, at least one task,
 * and of `full`, all tasks at once.
 */
export const placesOfPressure = {
  some: { total: 0, avg10: 1, avg60: 2, avg300: 3 },
  full: { total: 4, avg10: 5, avg60: 6, avg300: 7 },
} as const;

/** How many figures a pressure has. */
export const figuresPerPressure = 8;

/** Where the figures of a subject stand, counted from its `at`. Times are epoch milliseconds by the clock of the node. */
export const place = {
  /** When it started; its counters began at zero then. */
  startedAt: 0,
  cpu: {
    sampledAt: 1,
    /** Core-nanoseconds since the start. */
    usage: 2,
    /** The kubelet's own rate over a window of its choice, in nanocores. */
    nanoCores: 3,
    pressure: 4,
  },
  /** Bytes; page faults since the start. */
  memory: {
    sampledAt: 12,
    available: 13,
    /** All of it, the page cache included. */
    usage: 14,
    workingSet: 15,
    rss: 16,
    pageFaults: 17,
    majorPageFaults: 18,
    pressure: 19,
  },
  /** What is known of reading and writing: only how much was waited for it. */
  io: { sampledAt: 27, pressure: 28 },
  /** Bytes, measured when memory was. */
  swap: { usage: 36, available: 37 },
  /** Counters of the default interface since it came up: bytes, and how often it failed. */
  network: { sampledAt: 38, rx: 39, tx: 40, rxErrors: 41, txErrors: 42 },
  /** Processes, and how many there may be. */
  processes: { count: 43, limit: 44 },
  /** Of a node its own, of a pod its ephemeral storage, of a container the layer it writes into. */
  filesystem: 45,
  /** Of a container, where its logs are. */
  logs: 51,
} as const;

/** How many figures a subject has. */
export const figuresPerSubject = 57;
