import type { ContainerShape, PodShape } from '../shape/cluster-shape.ts';
import type { ResourceRow } from './resource-metrics.ts';

/** What a kubelet knows of its node, subject by subject, at one moment. */
export interface InsideNode {
  readonly name: string;
  /** Epoch milliseconds, as all moments here. */
  readonly bootedAt: number;
  readonly row: ResourceRow;
  /** What runs beside the pods. */
  readonly system: ResourceRow;
  readonly memoryBytes: number;
  readonly pods: readonly InsidePod[];
}

/** A pod that runs, as of the last look at its cgroup. */
export interface InsidePod {
  readonly shape: PodShape;
  readonly bornAt: number;
  readonly row: ResourceRow;
  readonly containers: readonly InsideContainer[];
}

/** A container that runs, as of the last look at it. */
export interface InsideContainer {
  readonly shape: ContainerShape;
  readonly bornAt: number;
  readonly row: ResourceRow;
}

/**
 * What follows from what is truly used. No pretend container has a page cache or reads a disk, but every figure that a
 * kubelet gives is there, moves as it ought to, and can be reckoned from outside.
 */
export const derived = {
  /** Working set and a quarter: the part of the page cache that could go. */
  memoryUsage: (workingSet: number): number => workingSet + Math.floor(workingSet / 4),
  rss: (workingSet: number): number => Math.floor(workingSet * 0.8),
  cache: (workingSet: number): number => Math.floor(workingSet / 4) + Math.floor(workingSet * 0.1),
  /** One page fault for each millisecond of CPU. */
  pageFaults: (cpuNanos: number): number => Math.floor(cpuNanos / 1e6),
  majorPageFaults: (cpuNanos: number): number => Math.floor(cpuNanos / 1e10),
  /** Who works receives and sends. */
  received: (cpuNanos: number): number => Math.floor(cpuNanos / 2e4),
  sent: (cpuNanos: number): number => Math.floor(cpuNanos / 5e4),
  /** What a container wrote into its own layer, and into its log. */
  layer: (workingSet: number): number => 4096 * Math.floor(workingSet / 2 ** 20),
  log: (cpuNanos: number): number => 4096 * (1 + (Math.floor(cpuNanos / 1e11) % 2_000)),
  read: (cpuNanos: number): number => 4096 * Math.floor(cpuNanos / 1e9),
  written: (cpuNanos: number): number => 4096 * Math.floor(cpuNanos / 4e8),
} as const;

/** Every node has one disk of this size; `used` of it is taken. */
export const disk = { capacityBytes: 100 * 2 ** 30, inodes: 6_553_600 } as const;

/** Bytes of the disk that are in use. */
export const diskUsed = ({ pods }: InsideNode): number =>
  20 * 2 ** 30 + pods.reduce((sum, pod) => sum + podDiskUsed(pod), 0);

/** Bytes of the disk that a pod uses. */
export const podDiskUsed = ({ containers }: InsidePod): number =>
  containers.reduce((sum, { row }) => sum + derived.layer(row.memory) + derived.log(row.cpu), 0);

/** The same by a clock that is ahead by so much. */
export function skewed(node: InsideNode, byMs: number): InsideNode {
  if (byMs === 0) return node;
  const row = (own: ResourceRow): ResourceRow => ({ ...own, sampledAt: own.sampledAt + byMs });
  const part = <Part extends { readonly bornAt: number; readonly row: ResourceRow }>(own: Part): Part => ({
    ...own,
    bornAt: own.bornAt + byMs,
    row: row(own.row),
  });
  const pods = node.pods.map((pod) => ({ ...part(pod), containers: pod.containers.map(part) }));
  return { ...node, bootedAt: node.bootedAt + byMs, row: row(node.row), system: row(node.system), pods };
}
