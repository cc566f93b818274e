import type { ClusterShape, ContainerShape, NodeShape, PodOwner, PodShape } from './cluster-shape.ts';
import { cadvisorHousekeeping } from './cluster-shape.ts';
import { recordedPods } from './recorded-pods.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;
const minutes = 60_000;
const hours = 60 * minutes;

/** Three nodes and about 20 pods as a small shop would run them; one node replays the recorded answers of a real kubelet. */
export function demoCluster(): ClusterShape {
  return { seed: 20_261_121, nodes: [controlPlane(), worker(), recordedNode()] };
}

function controlPlane(): NodeShape {
  return node('control-plane-1', { 'node-role.kubernetes.io/control-plane': '' }, [
    staticPod('etcd', 'control-plane-1', container('etcd', 0.042, 96)),
    staticPod('kube-scheduler', 'control-plane-1', container('kube-scheduler', 0.006, 38)),
    daemon('kube-proxy', 'x7k2p', container('kube-proxy', 0.002, 24)),
    daemon('node-exporter', '4tqzd', container('node-exporter', 0.0035, 17), 'monitoring'),
    replica('kube-system', 'coredns-76f75df574', 'n9vlc', [container('coredns', 0.003, 22)]),
    replica('shop', 'frontend-6d8c9f7b5d', 'k2x9p', [wave('nginx', 0.12, 0.08, 3 * minutes, 48)]),
  ]);
}

function worker(): NodeShape {
  return node('worker-1', { 'node-role.kubernetes.io/worker': '' }, [
    daemon('kube-proxy', 'b5m8w', container('kube-proxy', 0.002, 23)),
    daemon('node-exporter', 'p6rsj', container('node-exporter', 0.0035, 16), 'monitoring'),
    replica('shop', 'frontend-6d8c9f7b5d', 'w8hqt', [wave('nginx', 0.1, 0.07, 3 * minutes, 51)]),
    replica('shop', 'checkout-5b7f6d94c8', 'z4d7m', [container('app', 0.21, 310), container('envoy', 0.034, 64)]),
    stateful('shop', 'redis-0', [container('redis', 0.018, 142), container('exporter', 0.0012, 14)]),
    stateful('monitoring', 'prometheus-0', [
      container('prometheus', 0.085, 620),
      container('config-reloader', 0.0005, 11),
    ]),
    { ...replica('batch', 'primes-7f9cc8d5bf', 'c6v2n', [container('burn', 0.5, 12)]), startedAgoMs: 20 * minutes },
  ]);
}

function recordedNode(): NodeShape {
  return { ...node('rig-node-1', {}, recordedPods), capacity: { cpuCores: 2, memoryBytes: 8 * GiB }, replay: true };
}

function node(name: string, labels: NodeShape['labels'], pods: readonly PodShape[]): NodeShape {
  return {
    name,
    labels: { 'kubernetes.io/hostname': name, 'kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64', ...labels },
    capacity: { cpuCores: 4, memoryBytes: 16 * GiB },
    pods,
    system: { cpuCores: 0.15, memoryBytes: 640 * MiB },
    housekeeping: cadvisorHousekeeping,
  };
}

function container(name: string, cpuCores: ContainerShape['cpuCores'], memoryMiB: number): ContainerShape {
  return { name, cpuCores, memoryBytes: memoryMiB * MiB };
}

function wave(
  name: string,
  meanCores: number,
  amplitudeCores: number,
  periodMs: number,
  memoryMiB: number,
): ContainerShape {
  return container(name, { meanCores, amplitudeCores, periodMs }, memoryMiB);
}

function staticPod(app: string, nodeName: string, ...containers: ContainerShape[]): PodShape {
  return pod('kube-system', `${app}-${nodeName}`, { component: app, tier: 'control-plane' }, containers, {
    kind: 'Node',
    name: nodeName,
  });
}

function daemon(app: string, suffix: string, only: ContainerShape, namespace = 'kube-system'): PodShape {
  return pod(namespace, `${app}-${suffix}`, { 'k8s-app': app }, [only], { kind: 'DaemonSet', name: app });
}

function replica(
  namespace: string,
  replicaSet: string,
  suffix: string,
  containers: readonly ContainerShape[],
): PodShape {
  const cut = replicaSet.lastIndexOf('-');
  const labels = { app: replicaSet.slice(0, cut), 'pod-template-hash': replicaSet.slice(cut + 1) };
  return pod(namespace, `${replicaSet}-${suffix}`, labels, containers, { kind: 'ReplicaSet', name: replicaSet });
}

function stateful(namespace: string, name: string, containers: readonly ContainerShape[]): PodShape {
  const app = name.slice(0, name.lastIndexOf('-'));
  return pod(namespace, name, { app }, containers, { kind: 'StatefulSet', name: app });
}

function pod(
  namespace: string,
  name: string,
  labels: PodShape['labels'],
  containers: readonly ContainerShape[],
  owner: PodOwner,
): PodShape {
  return { namespace, name, labels, containers, owner, startedAgoMs: 5 * hours };
}
