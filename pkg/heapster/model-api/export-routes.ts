import { chunkedBody } from '../../apiserver/encode/chunked.ts';
import type { Labels } from '../../model/cluster.ts';
import { catalogue, metricNamed } from '../catalogue/catalogue.ts';
import type { Metric } from '../catalogue/metric.ts';
import type { EntityType } from '../entity.ts';
import type { LabeledValue, MetricSet, ModelSource } from '../model-source.ts';
import { instantText } from './instant.ts';
import type { LegacyRoute } from './legacy-route.ts';
import { legacyTypeNames } from './legacy-types.ts';
import { json, listPieces } from './plain-answers.ts';
import { isFractional, wholeText } from './series-json.ts';

/** The metrics that are exported: what is measured, and limits. No rates but those of disks, no requests, no shares. */
const standard: readonly string[] = [
  'uptime',
  'cpu/usage',
  'cpu/load',
  'ephemeral_storage/usage',
  'memory/usage',
  'memory/rss',
  'memory/cache',
  'memory/working_set',
  'memory/page_faults',
  'memory/major_page_faults',
  'network/rx',
  'network/rx_errors',
  'network/tx',
  'network/tx_errors',
];
const exported: readonly Metric[] = [
  ...standard.flatMap((name) => metricNamed(name) ?? []),
  ...['cpu/limit', 'memory/limit'].flatMap((name) => metricNamed(name) ?? []),
  ...catalogue.filter(({ labels }) => labels !== undefined),
];
const exportedNames: ReadonlySet<string> = new Set(exported.map(({ name }) => name));

const commonLabels: Labels = {
  nodename: 'Name of the node.',
  hostname: "The node's own name for itself.",
  host_id: 'Identifier of the machine, where an annotation of the node gives one.',
  container_name: 'Name of the container; `machine` for a node, `/pod` for a pod.',
  container_base_image: 'Image of the container.',
};
const podLabels: Labels = {
  pod_name: 'Name of the pod.',
  pod_id: 'UID of the pod.',
  namespace_id: 'UID of the namespace.',
  labels: 'Labels of the object, as key:value pairs in order.',
};
const exportedLabels: readonly string[] = [...Object.keys(commonLabels), ...Object.keys(podLabels)];

const labelTexts: Labels = {
  resource_id: 'Which disk or file system: a device, `/`, `logs` or `Volume:<name>`.',
  make: 'Who made the accelerator.',
  model: 'Model of the accelerator.',
  accelerator_id: 'Which accelerator.',
};

const exportedTypes: ReadonlySet<EntityType> = new Set(['node', 'pod', 'pod_container', 'sys_container']);

/** The newest round as one document, and what is in it. */
export function exportRoutes(source: ModelSource): readonly LegacyRoute[] {
  return [
    {
      path: '/api/v1/metric-export',
      id: 'exportMetrics',
      description: 'Read everything measured of nodes, pods and containers in the newest round.',
      answer: legacyTypeNames.exportedSets,
      handler: () => json(chunkedBody(listPieces(exportedSets(source)))),
    },
    {
      path: '/api/v1/metric-export-schema',
      id: 'readExportSchema',
      description: 'Tell which metrics and labels an export has.',
      answer: legacyTypeNames.exportSchema,
      handler: () => json(JSON.stringify(schema)),
    },
  ];
}

function* exportedSets(source: ModelSource): Generator<string> {
  for (const set of source.sets()) if (exportedTypes.has(set.entity.type)) yield setJson(set);
}

function setJson(set: MetricSet): string {
  const labels = exportedLabels.flatMap((name) => {
    const value = name === 'container_name' ? containerName(set) : set.labels[name];
    return value === undefined ? [] : [[name, value]];
  });
  return `{"metrics":{${metricsJson(set)}},"labels":${JSON.stringify(Object.fromEntries(labels))}}`;
}

/** Nodes and pods stand where containers do. */
function containerName({ entity, labels }: MetricSet): string | undefined {
  if (entity.type === 'node') return 'machine';
  return entity.type === 'pod' ? '/pod' : labels['container_name'];
}

function metricsJson(set: MetricSet): string {
  const points = new Map<string, string[]>();
  for (const [metric, value] of set.values)
    if (exportedNames.has(metric)) points.set(metric, [pointJson(set, { metric, value })]);
  for (const one of set.labeled) {
    const others = points.get(one.metric) ?? [];
    others.push(pointJson(set, one));
    points.set(one.metric, others);
  }
  return [...points].map(([metric, each]) => `${JSON.stringify(metric)}:[${each.join(',')}]`).join(',');
}

/** A counter's point spans the time since it began; any other is a moment. */
function pointJson(
  set: MetricSet,
  { metric, labels, value }: Omit<LabeledValue, 'labels'> & { readonly labels?: Labels },
): string {
  const isCounter = metricNamed(metric)?.kind === 'cumulative';
  const start = isCounter && !Number.isNaN(set.startedAt) ? set.startedAt : set.at;
  const own = labels === undefined ? '' : `"labels":${JSON.stringify(labels)},`;
  const number = isFractional(metric) ? String(value) : wholeText(value);
  return `{"start":"${instantText(start)}","end":"${instantText(set.at)}",${own}"value":${number}}`;
}

const labelDescriptors = (labels: Labels) => Object.entries(labels).map(([key, description]) => ({ key, description }));

const schema = {
  metrics: exported.map(({ name, description, labels, kind, value, unit }) => ({
    name,
    description,
    ...(labels && { labels: labels.map((key) => ({ key, description: labelTexts[key] ?? '' })) }),
    type: kind,
    value_type: value,
    units: unit,
  })),
  common_labels: labelDescriptors(commonLabels),
  pod_labels: labelDescriptors(podLabels),
};
