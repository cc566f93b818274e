import type { Labels } from '../../model/cluster.ts';
import type { PodOwner, PodShape } from './cluster-shape.ts';

const replicaSet: PodOwner = { kind: 'ReplicaSet', name: 'web-7ccbfb78fd' };
const webLabels: Labels = { app: 'web', 'pod-template-hash': '7ccbfb78fd' };

/** The pods that ran on the recorded node when the recording began. */
export const recordedPods: readonly PodShape[] = [
  recorded('default', 'badprobe', {}, ['c']),
  recorded('default', 'crasher', { app: 'crasher' }, ['crash', 'steady']),
  recorded('demo', 'burner', { app: 'burner' }, ['burn']),
  recorded('demo', 'filler', { app: 'filler' }, ['fill']),
  recorded('demo', 'sidecar', { app: 'sidecar' }, ['main', 'proxy']),
  recordedWeb('web-7ccbfb78fd-ffgpr'),
  recordedWeb('web-7ccbfb78fd-ttkqq'),
  recorded('kube-system', 'hostnet', { app: 'hostnet' }, ['agent']),
  {
    ...recorded('kube-system', 'static-web-rig-node-1', { component: 'static-web' }, ['static-web']),
    owner: { kind: 'Node', name: 'rig-node-1' },
  },
];

/** The shape of a pod that the recording names later; what it is called decides whose it is. */
export function recordedPod(namespace: string, name: string, containers: readonly string[]): PodShape {
  if (namespace === 'demo' && name.startsWith(`${replicaSet.name}-`)) return recordedWeb(name);
  const main = containers.filter((container) => !initContainers.has(container));
  return recorded(namespace, name, { app: name }, main.length > 0 ? main : containers);
}

/** They are measured like others while they run, but are no containers of the pod. */
const initContainers: ReadonlySet<string> = new Set(['slow-init']);

function recordedWeb(name: string): PodShape {
  return { ...recorded('demo', name, webLabels, ['httpd', 'logger']), owner: replicaSet };
}

/** Usages stay at zero: the recording knows the true ones. */
function recorded(namespace: string, name: string, labels: Labels, containers: readonly string[]): PodShape {
  return {
    namespace,
    name,
    labels,
    containers: containers.map((container) => ({ name: container, cpuCores: 0, memoryBytes: 0 })),
    startedAgoMs: 96_000,
  };
}
