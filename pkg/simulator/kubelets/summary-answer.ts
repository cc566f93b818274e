import { createHash } from 'node:crypto';
import { secondsText } from '../kube-apiserver/object-store.ts';
import {
  derived,
  disk,
  diskUsed,
  type InsideContainer,
  type InsideNode,
  type InsidePod,
  podDiskUsed,
} from './inside-node.ts';
import type { ResourceRow } from './resource-metrics.ts';

/** The answer of `/stats/summary` in the form of a kubelet 1.36: times are whole seconds, blanks as Go puts them. */
export function summaryText(node: InsideNode, now: number): string {
  const free = disk.capacityBytes - diskUsed(node);
  const look: Look = { now, free };
  return JSON.stringify({ node: nodePart(node, look), pods: node.pods.map((pod) => podPart(pod, look)) }, null, 1);
}

/** What all parts of one answer share. */
interface Look {
  readonly now: number;
  /** Bytes of the disk that are left. */
  readonly free: number;
}

function nodePart(node: InsideNode, { now, free }: Look): object {
  const { row, system, bootedAt, name, pods, memoryBytes } = node;
  return {
    nodeName: name,
    systemContainers: [
      { name: 'kubelet', startTime: secondsText(bootedAt), ...usagePart(system) },
      { name: 'pods', startTime: secondsText(bootedAt), ...usagePart(podsRow(node)) },
    ],
    startTime: secondsText(bootedAt),
    ...usagePart(row, memoryBytes),
    network: networkPart(row),
    fs: filesystemPart(row.sampledAt, diskUsed(node), free),
    runtime: { imageFs: filesystemPart(row.sampledAt, 10 * 2 ** 30, free) },
    rlimit: { time: secondsText(now), maxpid: 32_768, curproc: 100 + pods.length * 2 },
    swap: { time: secondsText(row.sampledAt), swapAvailableBytes: 0, swapUsageBytes: row.swap },
  };
}

/** The cgroup of all pods. */
function podsRow({ row, pods }: InsideNode): ResourceRow {
  const sum = (figure: 'cpu' | 'memory' | 'swap'): number => pods.reduce((all, pod) => all + pod.row[figure], 0);
  return { labels: '', sampledAt: row.sampledAt, cpu: sum('cpu'), memory: sum('memory'), swap: sum('swap') };
}

function podPart(pod: InsidePod, look: Look): object {
  const { shape, bornAt, row, containers } = pod;
  const { namespace, name } = shape;
  return {
    podRef: { name, namespace, uid: kubeletUid(`${namespace}/${name}/${bornAt}`) },
    startTime: secondsText(bornAt),
    containers: containers.map((container) => containerPart(container, look)),
    ...usagePart(row),
    network: networkPart(row),
    volume: [{ ...filesystemPart(row.sampledAt, 12_288, look.free), name: 'kube-api-access' }],
    'ephemeral-storage': filesystemPart(row.sampledAt, podDiskUsed(pod), look.free),
    process_stats: { process_count: containers.length + 1 },
    swap: { time: secondsText(row.sampledAt), swapUsageBytes: row.swap },
  };
}

function containerPart({ shape, bornAt, row }: InsideContainer, { free }: Look): object {
  return {
    name: shape.name,
    startTime: secondsText(bornAt),
    ...usagePart(row),
    rootfs: filesystemPart(row.sampledAt, derived.layer(row.memory), free),
    logs: filesystemPart(row.sampledAt, derived.log(row.cpu), free),
    swap: { time: secondsText(row.sampledAt), swapUsageBytes: row.swap },
  };
}

const calmLine = { total: 0, avg10: 0, avg60: 0, avg300: 0 };
const calm = { full: calmLine, some: calmLine };

function usagePart({ sampledAt, cpu, memory }: ResourceRow, memoryBytes?: number): object {
  const time = secondsText(sampledAt);
  return {
    cpu: { time, usageNanoCores: 0, usageCoreNanoSeconds: cpu, psi: calm },
    memory: {
      time,
      ...(memoryBytes !== undefined && { availableBytes: Math.max(0, memoryBytes - memory) }),
      usageBytes: derived.memoryUsage(memory),
      workingSetBytes: memory,
      rssBytes: derived.rss(memory),
      pageFaults: derived.pageFaults(cpu),
      majorPageFaults: derived.majorPageFaults(cpu),
      psi: calm,
    },
    io: { time, psi: calm },
  };
}

function networkPart({ sampledAt, cpu }: ResourceRow): object {
  const counters = {
    name: 'eth0',
    rxBytes: derived.received(cpu),
    rxErrors: 0,
    txBytes: derived.sent(cpu),
    txErrors: 0,
  };
  return { time: secondsText(sampledAt), ...counters, interfaces: [counters] };
}

function filesystemPart(at: number, used: number, free: number): object {
  return {
    time: secondsText(at),
    availableBytes: free,
    capacityBytes: disk.capacityBytes,
    usedBytes: used,
    inodesFree: disk.inodes - 100_000,
    inodes: disk.inodes,
    inodesUsed: 100_000,
  };
}

/** As the kubelet of a static pod it knows a pod by a name of its own, another one for each stay. */
function kubeletUid(stay: string): string {
  const hex = createHash('sha256').update(stay).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
