import { type Entity, keyOf } from '../../../heapster/entity.ts';
import type { NodeFacts } from '../../../model/pod-facts.ts';
import {
  amountOf,
  type ContainerJson,
  ephemeralUsage,
  filesystem,
  type Json,
  measured,
  type PodJson,
  promised,
  round,
  type SpecJson,
  type SummaryJson,
  sumOf,
} from './independent-catalogue.ts';

/** A recorded Pod object, as far as it is read here. */
export interface PodObjectJson {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: SpecJson;
  readonly status: {
    readonly phase: string;
    readonly containerStatuses?: readonly { readonly name: string; readonly restartCount: number }[];
    readonly initContainerStatuses?: readonly { readonly name: string; readonly restartCount: number }[];
  };
}

/** The values of a metric by the label that tells them apart; by the empty text where there is but one. */
export type Values = Readonly<Record<string, number>>;

/** What an entity ought to have. */
export interface ExpectedSet {
  readonly entity: Entity;
  values(metric: string): Values;
}

/** What there is to reckon with: answers, the newest first, and the objects of the time. */
export interface Told {
  readonly summaries: readonly SummaryJson[];
  readonly pods: readonly PodObjectJson[];
  readonly node: NodeFacts;
}

const nodeName = (told: Told): string => told.node.name;

/** Every set that ought to be there, by Heapster's key. */
export function expectedSets(told: Told): ReadonlyMap<string, ExpectedSet> {
  const pods = podSets(told);
  const sets = [nodeSet(told, pods), ...daemonSets(told), ...pods, ...containerSets(told), ...summedSets(told, pods)];
  return new Map(sets.map((set) => [keyOf(set.entity), set]));
}

const resources: Readonly<Record<string, string>> = {
  cpu: 'cpu',
  memory: 'memory',
  ephemeral_storage: 'ephemeral-storage',
};

const one = (value: number | undefined): Values => (value === undefined ? {} : { '': value });

function labeled(pairs: readonly (readonly [string, number | undefined])[]): Values {
  return Object.fromEntries(pairs.filter((pair): pair is readonly [string, number] => pair[1] !== undefined));
}

/** The promise that a metric such as `cpu/limit` is about. */
function promiseIn(metric: string): readonly [which: 'requests' | 'limits', resource: string] | undefined {
  const [, prefix = '', kind] = /^(\w+)\/(request|limit)$/.exec(metric) ?? [];
  const resource = resources[prefix];
  return resource === undefined ? undefined : [kind === 'request' ? 'requests' : 'limits', resource];
}

function nodeSet(told: Told, pods: readonly ExpectedSet[]): ExpectedSet {
  const own = told.summaries.map(({ node }) => node);
  const [now = {}] = own;
  const values = (metric: string): Values => {
    if (metric.startsWith('filesystem/')) return labeled([['/', filesystem(metric, now['fs'] as Json)]]);
    if (metric === 'ephemeral_storage/usage') return one(ephemeralUsage('node', now));
    if (promiseIn(metric) !== undefined) return one(sumOf(pods.flatMap((pod) => pod.values(metric)[''] ?? [])));
    return metric.includes('/node_') ? one(share(metric, told.node, values)) : one(measured(metric, own));
  };
  return { entity: { type: 'node', node: nodeName(told) }, values };
}

/** Capacity, allocatable, and the shares of it. */
function share(metric: string, node: NodeFacts, values: (metric: string) => Values): number | undefined {
  const [, prefix = '', what = ''] = /^(\w+)\/node_(\w+)$/.exec(metric) ?? [];
  const resource = prefix === 'ephemeral_storage' ? 'ephemeralStorage' : (prefix as 'cpu' | 'memory');
  if (what === 'capacity' || what === 'allocatable') return node[what][resource];
  const used = what === 'reservation' ? 'request' : prefix === 'cpu' ? 'usage_rate' : 'usage';
  const [amount, whole] = [values(`${prefix}/${used}`)[''], node.allocatable[resource]];
  return amount === undefined || whole === undefined ? undefined : round(amount / whole, 6);
}

function daemonSets(told: Told): ExpectedSet[] {
  const [now] = told.summaries;
  return (now?.node.systemContainers ?? []).map((daemon) => {
    const own = contiguous(told, ({ node }) => node.systemContainers?.find(({ name }) => name === daemon['name']));
    const container = { runtime: 'docker-daemon', misc: 'system' }[String(daemon['name'])] ?? String(daemon['name']);
    const entity = { type: 'sys_container', node: nodeName(told), container } as const;
    return { entity, values: (metric: string) => one(measured(metric, own)) };
  });
}

function podSets(told: Told): ExpectedSet[] {
  const [now] = told.summaries;
  const names = new Map<string, readonly [string, string]>();
  for (const { podRef } of now?.pods ?? [])
    names.set(`${podRef.namespace}/${podRef.name}`, [podRef.namespace, podRef.name]);
  for (const { metadata } of told.pods)
    names.set(`${metadata.namespace}/${metadata.name}`, [metadata.namespace, metadata.name]);
  return [...names.values()].map(([namespace, pod]) => podSet(told, namespace, pod));
}

function podSet(told: Told, namespace: string, pod: string): ExpectedSet {
  const own = contiguous(told, (summary) => podIn(summary, namespace, pod));
  const [now] = own;
  const object = objectOf(told, namespace, pod);
  const values = (metric: string): Values => {
    const promise = promiseIn(metric);
    if (promise !== undefined) return one(object && promised(object.spec, ...promise));
    if (metric === 'restart_count') return one(object && restarts(object));
    if (now === undefined) return {};
    if (metric.startsWith('filesystem/'))
      return labeled(
        (now.volume ?? []).map((volume) => [`Volume:${String(volume['name'])}`, filesystem(metric, volume)]),
      );
    const said = metric === 'ephemeral_storage/usage' ? ephemeralUsage('pod', now) : measured(metric, own);
    return one(said ?? ofContainers(told, { namespace, pod, metric }));
  };
  return { entity: { type: 'pod', namespace, pod }, values };
}

/** What kubelets of old say of containers only. */
const summed = new Set([
  ...['cpu/usage_rate', 'memory/usage', 'memory/working_set', 'memory/rss', 'memory/swap_usage'],
  ...['memory/page_faults_rate', 'memory/major_page_faults_rate', 'ephemeral_storage/usage'],
]);

function ofContainers(
  told: Told,
  { namespace, pod, metric }: { readonly namespace: string; readonly pod: string; readonly metric: string },
): number | undefined {
  if (!summed.has(metric)) return undefined;
  const [now] = told.summaries;
  const containers = (now && podIn(now, namespace, pod)?.containers) ?? [];
  return sumOf(
    containers.map(({ name }) => {
      const own = contiguous(told, (summary) => containerIn(podIn(summary, namespace, pod), String(name)));
      return metric === 'ephemeral_storage/usage' ? ephemeralUsage('container', own[0] ?? {}) : measured(metric, own);
    }),
  );
}

function containerSets(told: Told): ExpectedSet[] {
  const [now] = told.summaries;
  const measuredOnes = (now?.pods ?? []).flatMap(({ podRef, containers = [] }) =>
    containers.map(({ name }) => ({ ...podRef, container: String(name) })),
  );
  const promisedOnes = told.pods.flatMap(({ metadata, spec }) =>
    [...staying(spec), ...spec.containers].map(({ name }) => ({ ...metadata, container: name })),
  );
  const all = new Map(
    [...promisedOnes, ...measuredOnes].map((ref) => [JSON.stringify([ref.namespace, ref.name, ref.container]), ref]),
  );
  return [...all.values()].map(({ namespace, name, container }) =>
    containerSet(told, { namespace, pod: name, container }),
  );
}

const staying = ({ initContainers = [] }: SpecJson): readonly ContainerJson[] =>
  initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');

function containerSet(
  told: Told,
  ref: { readonly namespace: string; readonly pod: string; readonly container: string },
): ExpectedSet {
  const { namespace, pod, container } = ref;
  const own = contiguous(told, (summary) => containerIn(podIn(summary, namespace, pod), container));
  const [now] = own;
  const object = objectOf(told, namespace, pod);
  const specs = [...(object?.spec.initContainers ?? []), ...(object?.spec.containers ?? [])];
  const spec = specs.find(({ name }) => name === container);
  const values = (metric: string): Values => {
    const promise = promiseIn(metric);
    if (promise !== undefined) return one(spec && amountOf(spec.resources?.[promise[0]]?.[promise[1]]));
    if (metric === 'restart_count') return one(object && restarts(object, container));
    if (now === undefined) return {};
    if (metric === 'ephemeral_storage/usage') return one(ephemeralUsage('container', now));
    if (!metric.startsWith('filesystem/')) return one(measured(metric, own));
    return labeled([
      ['/', filesystem(metric, now['rootfs'] as Json | undefined)],
      ['logs', filesystem(metric, now['logs'] as Json | undefined)],
    ]);
  };
  return { entity: { type: 'pod_container', ...ref }, values };
}

function restarts({ status }: PodObjectJson, container?: string): number {
  return [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])]
    .filter(({ name }) => container === undefined || name === container)
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
}

/** Namespaces are the sums of those of their pods that say anything; the cluster is the sum of the namespaces. */
function summedSets(told: Told, pods: readonly ExpectedSet[]): ExpectedSet[] {
  const sum = (metric: string, wanted: (namespace: string) => boolean): Values =>
    one(
      sumOf(
        pods.flatMap(({ entity, values }) =>
          entity.type === 'pod' && wanted(entity.namespace) ? (values(metric)[''] ?? []) : [],
        ),
      ),
    );
  const namespaces = [...new Set(pods.flatMap(({ entity }) => (entity.type === 'pod' ? entity.namespace : [])))];
  const node = nodeSet(told, pods);
  return [
    ...namespaces.map((namespace) => ({
      entity: { type: 'ns', namespace } as const,
      values: (metric: string) => sum(metric, (own) => own === namespace),
    })),
    {
      entity: { type: 'cluster' },
      // The cluster of these recordings is one node.
      values: (metric: string) => (metric.includes('/node_') ? node.values(metric) : sum(metric, () => true)),
    },
  ];
}

const podIn = (summary: SummaryJson, namespace: string, name: string): PodJson | undefined =>
  summary.pods.find(({ podRef }) => podRef.namespace === namespace && podRef.name === name);

const containerIn = (pod: PodJson | undefined, name: string): Json | undefined =>
  pod?.containers?.find((container) => container['name'] === name);

const objectOf = ({ pods }: Told, namespace: string, name: string): PodObjectJson | undefined =>
  pods.find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);

/** A part of each answer, the newest first, as far back as it was told of without a gap. */
function contiguous<Part>(told: Told, part: (summary: SummaryJson) => Part | undefined): Part[] {
  const parts: Part[] = [];
  for (const summary of told.summaries) {
    const found = part(summary);
    if (found === undefined) break;
    parts.push(found);
  }
  return parts;
}
