import type { ClusterShape, ContainerShape, CpuWave, NodeShape, PodOwner, PodShape } from './cluster-shape.ts';
import { cadvisorHousekeeping } from './cluster-shape.ts';
import { recordedPods } from './recorded-pods.ts';

const MiB = 2 ** 20;
const GiB = 2 ** 30;
const minutes = 60_000;
/** How long most pods have been running. */
const startedAgoMs = 5 * 60 * minutes;

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
    replica('shop', 'frontend-6d8c9f7b5d', 'k2x9p', [container('nginx', swinging(0.12, 0.08), 48)]),
  ]);
}

function worker(): NodeShape {
  return node('worker-1', { 'node-role.kubernetes.io/worker': '' }, [
    daemon('kube-proxy', 'b5m8w', container('kube-proxy', 0.002, 23)),
    daemon('node-exporter', 'p6rsj', container('node-exporter', 0.0035, 16), 'monitoring'),
    replica('shop', 'frontend-6d8c9f7b5d', 'w8hqt', [container('nginx', swinging(0.1, 0.07), 51)]),
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

/** Load that comes and goes within three minutes. */
function swinging(meanCores: number, amplitudeCores: number): CpuWave {
  return { meanCores, amplitudeCores, periodMs: 3 * minutes };
}

function container(name: string, cpuCores: ContainerShape['cpuCores'], memoryMiB: number): ContainerShape {
  return { name, cpuCores, memoryBytes: memoryMiB * MiB };
}

function staticPod(app: string, nodeName: string, ...containers: ContainerShape[]): PodShape {
  const labels = { component: app, tier: 'control-plane' };
  const owner: PodOwner = { kind: 'Node', name: nodeName };
  return { namespace: 'kube-system', name: `${app}-${nodeName}`, labels, containers, owner, startedAgoMs };
}

function daemon(app: string, suffix: string, only: ContainerShape, namespace = 'kube-system'): PodShape {
  const owner: PodOwner = { kind: 'DaemonSet', name: app };
  return { namespace, name: `${app}-${suffix}`, labels: { 'k8s-app': app }, containers: [only], owner, startedAgoMs };
}

function replica(
  namespace: string,
  replicaSet: string,
  suffix: string,
  containers: readonly ContainerShape[],
): PodShape {
  const cut = replicaSet.lastIndexOf('-');
  const labels = { app: replicaSet.slice(0, cut), 'pod-template-hash': replicaSet.slice(cut + 1) };
  const owner: PodOwner = { kind: 'ReplicaSet', name: replicaSet };
  return { namespace, name: `${replicaSet}-${suffix}`, labels, containers, owner, startedAgoMs };
}

function stateful(namespace: string, name: string, containers: readonly ContainerShape[]): PodShape {
  const app = name.slice(0, name.lastIndexOf('-'));
  return { namespace, name, labels: { app }, containers, owner: { kind: 'StatefulSet', name: app }, startedAgoMs };
}
