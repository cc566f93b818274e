import { createHash } from 'node:crypto';
import { type KubernetesObject, secondsText } from '../kube-apiserver/object-store.ts';
import type { Capacity, ContainerShape, NodeShape, PodOwner, PodShape } from '../shape/cluster-shape.ts';

/** The version every part of the pretend cluster says it is. */
export const kubernetesVersion = 'v1.36.3';

const owners: Readonly<Record<PodOwner['kind'], string>> = {
  ReplicaSet: 'apps/v1',
  DaemonSet: 'apps/v1',
  StatefulSet: 'apps/v1',
  Job: 'batch/v1',
  Node: 'v1',
};

/** The Node object of a pretend node whose kubelet listens on `kubeletPort` of 127.0.0.1. */
export function nodeObject(node: NodeShape, kubeletPort: number, now: number): KubernetesObject {
  const at = secondsText(now);
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: node.name, labels: node.labels, creationTimestamp: secondsText(now - 6 * 3_600_000) },
    spec: {},
    status: {
      capacity: quantities(node.capacity),
      allocatable: quantities(node.capacity),
      conditions: nodeConditions(at),
      addresses: [
        { type: 'InternalIP', address: '127.0.0.1' },
        { type: 'Hostname', address: node.name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: kubeletPort } },
      nodeInfo: {
        kubeletVersion: kubernetesVersion,
        kubeProxyVersion: kubernetesVersion,
        operatingSystem: 'linux',
        architecture: 'amd64',
        osImage: 'pretend',
        kernelVersion: 'pretend',
        containerRuntimeVersion: 'containerd://pretend',
      },
    },
  };
}

function nodeConditions(at: string): object[] {
  const calm = ['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => ({ type, status: 'False' }));
  return [...calm, { type: 'Ready', status: 'True', reason: 'KubeletReady' }].map((condition) => {
    return { ...condition, lastHeartbeatTime: at, lastTransitionTime: at };
  });
}

function quantities({ cpuCores, memoryBytes }: Capacity): object {
  return {
    cpu: `${Math.round(cpuCores * 1000)}m`,
    memory: `${Math.floor(memoryBytes / 1024)}Ki`,
    'ephemeral-storage': '100Gi',
    pods: '110',
  };
}

/** The Pod object of a pretend pod that runs on `node`. */
export function podObject(pod: PodShape, node: string, now: number): KubernetesObject {
  const startedAt = secondsText(now - pod.startedAgoMs);
  const phase = pod.phase ?? 'Running';
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: pod.name,
      namespace: pod.namespace,
      labels: pod.labels,
      creationTimestamp: startedAt,
      ...(pod.owner && { ownerReferences: [ownerReference(pod.owner)] }),
    },
    spec: { nodeName: node, restartPolicy: 'Always', containers: pod.containers.map(containerSpec) },
    status: {
      phase,
      startTime: startedAt,
      ...(phase === 'Running' && runningStatus(pod, startedAt)),
    },
  };
}

/** Where nothing is said of requests they follow what the container uses, so that shares can be reckoned from outside. */
function containerSpec({ name, cpuCores, memoryBytes, requests: said }: ContainerShape): object {
  const meanCores = typeof cpuCores === 'number' ? cpuCores : cpuCores.meanCores;
  const cpu = Math.ceil((said?.cpuCores ?? meanCores) * 100) * 10;
  const memory = Math.ceil((said?.memoryBytes ?? memoryBytes) / 2 ** 20);
  const requests = { cpu: `${cpu}m`, memory: `${memory}Mi` };
  const limits = { cpu: `${2 * cpu}m`, memory: `${2 * memory}Mi` };
  return { name, image: 'pretend', resources: { requests, limits } };
}

function ownerReference({ kind, name }: PodOwner): object {
  return { apiVersion: owners[kind], kind, name, uid: uidOf(`${kind}/${name}`), controller: true };
}

function runningStatus({ containers }: PodShape, startedAt: string): object {
  return {
    podIP: '127.0.0.1',
    conditions: [{ type: 'Ready', status: 'True', lastTransitionTime: startedAt }],
    containerStatuses: containers.map(({ name }) => {
      return { name, image: 'pretend', ready: true, started: true, restartCount: 0, state: { running: { startedAt } } };
    }),
  };
}

/** The same name always has the same uid, so that objects that refer to each other agree. */
function uidOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

/** A namespace in use. */
export function namespaceObject(name: string): KubernetesObject {
  const labels = { 'kubernetes.io/metadata.name': name };
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels }, status: { phase: 'Active' } };
}
