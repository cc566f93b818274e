import type {
  ContainerSummary,
  CpuSummary,
  FilesystemSummary,
  KubeletSummary,
  MemorySummary,
  NetworkSummary,
  PodSummary,
} from '../../model/kubelet-summary.ts';
import { as, type EpochMs } from '../../model/units.ts';

/** What a made kubelet tells of, in figures that are easy to reckon with. Moments are epoch milliseconds by its clock. */
export interface MadeNode {
  readonly name?: string;
  readonly at: number;
  readonly bootedAt?: number;
  /** CPU time used since the boot, in core-seconds. */
  readonly cpuSeconds: number;
  readonly pods?: readonly MadePod[];
}

/** A pod of one container per entry. */
export interface MadePod {
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
  readonly at?: number;
  readonly startedAt?: number;
  /** By name of the container. */
  readonly cpuSeconds: Readonly<Record<string, number>>;
  readonly memoryBytes?: number;
  readonly rx?: number;
}

const GiB = 2 ** 30;

/** A summary as a decoder gives it. */
export function madeSummary({ name = 'n1', at, bootedAt = 0, cpuSeconds, pods = [] }: MadeNode): KubeletSummary {
  return {
    node: {
      name,
      startedAt: moment(bootedAt),
      cpu: cpu(at, cpuSeconds),
      memory: memory(at, 2 * GiB),
      io: undefined,
      swap: undefined,
      systemContainers: [],
      network: network(at, cpuSeconds),
      filesystem: filesystem(at, 10 * GiB),
      processes: { count: 100, limit: 32_768 },
    },
    pods: pods.map((pod) => madePod(pod, at)),
  };
}

function madePod(pod: MadePod, now: number): PodSummary {
  const { namespace = 'web', name, uid = `uid-${name}`, at = now, startedAt = 0, memoryBytes = GiB, rx = 0 } = pod;
  const containers = Object.entries(pod.cpuSeconds).map(([container, seconds]): ContainerSummary => {
    return {
      name: container,
      startedAt: moment(startedAt),
      cpu: cpu(at, seconds),
      memory: memory(at, memoryBytes),
      io: undefined,
      swap: undefined,
      rootfs: filesystem(at, 4_096),
      logs: filesystem(at, 4_096),
      accelerators: [],
      custom: [],
    };
  });
  const all = Object.values(pod.cpuSeconds).reduce((sum, seconds) => sum + seconds, 0);
  return {
    namespace,
    name,
    uid,
    startedAt: moment(startedAt),
    cpu: cpu(at, all),
    memory: memory(at, memoryBytes * containers.length),
    io: undefined,
    swap: undefined,
    containers,
    network: network(at, rx),
    ephemeralStorage: filesystem(at, 8_192),
    volumes: [{ name: 'data', filesystem: filesystem(at, 12_288) }],
    processCount: containers.length + 1,
  };
}

const moment = (at: number): EpochMs => as<EpochMs>(at);

const cpu = (at: number, seconds: number): CpuSummary => ({
  sampledAt: moment(at),
  usage: seconds * 1e9,
  nanoCores: Number.NaN,
  pressure: undefined,
});

const memory = (at: number, bytes: number): MemorySummary => ({
  sampledAt: moment(at),
  available: Number.NaN,
  usage: bytes + 4_096,
  workingSet: bytes,
  rss: bytes / 2,
  pageFaults: 1_000,
  majorPageFaults: 0,
  pressure: undefined,
});

const network = (at: number, bytes: number): NetworkSummary => ({
  sampledAt: moment(at),
  rx: bytes,
  tx: bytes / 2,
  rxErrors: 0,
  txErrors: 0,
});

const filesystem = (at: number, used: number): FilesystemSummary => ({
  sampledAt: moment(at),
  used,
  capacity: 100 * GiB,
  available: 50 * GiB,
  inodes: 1_000_000,
  inodesFree: 900_000,
});
