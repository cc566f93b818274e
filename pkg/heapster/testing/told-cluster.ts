import type { Labels } from '../../model/cluster.ts';
import { as, type EpochMs } from '../../model/units.ts';
import type { Entity } from '../entity.ts';
import type { LabeledValue, MetricSet } from '../model-source.ts';
import { ToldModel } from './told-model.ts';

/** The moments of the two rounds that the cluster below was told of. */
export const rounds: readonly EpochMs[] = ['2026-01-05T10:00:00Z', '2026-01-05T10:01:00Z'].map((text) =>
  as<EpochMs>(Date.parse(text)),
);

/** When everything in it started. */
const startedAt = as<EpochMs>(Date.parse('2026-01-05T08:00:00.25Z'));

/** A model of one node, one system container, and two pods of a namespace, of which the second uses nothing yet. */
export function toldCluster(): ToldModel {
  const model = new ToldModel();
  for (const [round, at] of rounds.entries()) model.tell(setsOf(at, round));
  model.tellEnded('shop', ['job-1']);
  return model;
}

/** What a set has beyond its values. */
interface More {
  readonly labels?: Labels;
  readonly labeled?: readonly LabeledValue[];
}

const onNode: Labels = { nodename: 'node-a', hostname: 'host-a', host_id: '' };

const ofPod = (pod: string): Labels => ({
  ...onNode,
  pod_name: pod,
  pod_id: `uid-of-${pod}`,
  namespace_name: 'shop',
  namespace_id: 'uid-of-shop',
  labels: 'app:web,tier:front',
});

const disk = (mount: string, value: number): LabeledValue => ({
  metric: 'filesystem/usage',
  labels: { resource_id: mount },
  value,
});

function setsOf(at: EpochMs, round: number): readonly MetricSet[] {
  const set = (entity: Entity, values: Readonly<Record<string, number>>, more: More = {}): MetricSet => ({
    entity,
    labels: { type: entity.type, ...more.labels },
    at,
    sampledAt: at,
    startedAt,
    values: new Map(Object.entries(values)),
    labeled: more.labeled ?? [],
  });
  const container = (pod: string) => ({ type: 'pod_container', namespace: 'shop', pod, container: 'nginx' }) as const;
  const ofNginx = (pod: string): Labels => ({ ...ofPod(pod), container_name: 'nginx' });
  const ofKubelet: Labels = { ...onNode, container_name: 'kubelet' };
  const nodeValues = { 'cpu/usage': 9.1e15, 'cpu/usage_rate': 255, 'cpu/node_utilization': 0.375 };
  const podValues = { 'cpu/usage_rate': 137 + 5 * round, 'memory/usage': 52_428_800, 'network/rx_rate': -3.5 };
  const nginxValues = { 'cpu/usage_rate': 137, 'memory/working_set': 52_428_800, 'memory/limit': 0 };
  return [
    set({ type: 'cluster' }, { 'cpu/usage_rate': 250 + round, 'memory/usage': 7e9 }),
    set(
      { type: 'node', node: 'node-a' },
      { ...nodeValues, 'memory/working_set': 2 ** 30 },
      { labels: onNode, labeled: [disk('/', 4096), disk('/var', 10)] },
    ),
    set({ type: 'sys_container', node: 'node-a', container: 'kubelet' }, { 'memory/rss': 1000 }, { labels: ofKubelet }),
    set({ type: 'ns', namespace: 'shop' }, { 'cpu/usage_rate': 137, 'memory/usage': 52_428_800 }),
    set({ type: 'pod', namespace: 'shop', pod: 'web-1' }, podValues, { labels: ofPod('web-1') }),
    set({ type: 'pod', namespace: 'shop', pod: 'web-2' }, { 'memory/usage': 0 }, { labels: ofPod('web-2') }),
    set(container('web-1'), nginxValues, { labels: { ...ofNginx('web-1'), container_base_image: 'nginx:1' } }),
    set(container('web-2'), { 'memory/working_set': 0 }, { labels: ofNginx('web-2') }),
  ];
}
