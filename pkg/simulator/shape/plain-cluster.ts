import type { Housekeeping } from './cluster-shape.ts';
import {
  type Capacity,
  type ClusterShape,
  type ContainerShape,
  cadvisorHousekeeping,
  type NodeShape,
  type PodShape,
} from './cluster-shape.ts';
import { dice } from './dice.ts';

/** How large a plain cluster is to be. */
export interface PlainClusterSize {
  readonly nodes: number;
  readonly podsPerNode: number;
  readonly containersPerPod: number;
  readonly seed: number;
  /** Half of the pods live in `team-0`. */
  readonly bigNamespace?: boolean;
  /** cAdvisor's own habit when absent. */
  readonly housekeeping?: Housekeeping;
}

/** One digit: it ends the pod's name and keeps the names of a set apart. */
const podsPerReplicaSet = 10;
const namespaces = 20;

/** A cluster of any size for benchmarks and tests: ReplicaSets of 10 pods over 20 namespaces, usages drawn from the seed. */
export function plainCluster(size: PlainClusterSize): ClusterShape {
  return { seed: size.seed, nodes: Array.from({ length: size.nodes }, (_, index) => plainNode(size, index)) };
}

/** The `index`th node of a plain cluster, also for nodes that join later. */
export function plainNode(size: PlainClusterSize, index: number): NodeShape {
  const name = `node-${String(index).padStart(5, '0')}`;
  return {
    name,
    labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64' },
    capacity: { cpuCores: 16, memoryBytes: 64 * 2 ** 30 },
    pods: Array.from({ length: size.podsPerNode }, (_, pod) => plainPod(size, index * size.podsPerNode + pod)),
    system: { cpuCores: 0.25, memoryBytes: 2 ** 30 },
    housekeeping: size.housekeeping ?? cadvisorHousekeeping,
  };
}

/** The `index`th pod of a plain cluster, counted over all nodes; its name, labels and usage depend on nothing else. */
export function plainPod(size: PlainClusterSize, index: number): PodShape {
  const { containersPerPod, seed, bigNamespace = false } = size;
  const random = dice(`${seed}/pod/${index}`);
  const set = Math.floor(index / podsPerReplicaSet);
  const app = `app-${set}`;
  const hash = hex(dice(`${seed}/set/${set}`)(), 10);
  return {
    namespace: `team-${bigNamespace && set % 2 === 0 ? 0 : set % namespaces}`,
    name: `${app}-${hash}-${hex(random(), 4)}${index % podsPerReplicaSet}`,
    labels: { app, 'pod-template-hash': hash },
    containers: Array.from({ length: containersPerPod }, (_, container) => {
      return { ...plainContainer(container, random), requests: requestsOf(`${seed}/set/${set}/${container}`) };
    }),
    startedAgoMs: 60_000 + Math.floor(random() * 86_400_000),
    owner: { kind: 'ReplicaSet', name: `${app}-${hash}` },
  };
}

/** Pods of a set are made from one template, and request the same, whatever they use. */
function requestsOf(seed: string): Capacity {
  const random = dice(seed);
  return {
    cpuCores: 0.01 * (1 + Math.floor(random() * 25)),
    memoryBytes: 2 ** 20 * (32 + Math.floor(random() * 384)),
  };
}

function plainContainer(index: number, random: () => number): ContainerShape {
  return {
    name: index === 0 ? 'app' : `sidecar-${index}`,
    cpuCores: 0.001 + Math.floor(random() * 250) / 1000,
    memoryBytes: 4096 * Math.floor(2_000 + random() * 100_000),
  };
}

function hex(fraction: number, digits: number): string {
  return Math.floor(fraction * 16 ** digits)
    .toString(16)
    .padStart(digits, '0');
}
