import { jsonString } from '../../apiserver/encode/json/json-string.ts';
import type { Answer, ApiRequest } from '../../apiserver/exchange.ts';
import type { Labels } from '../../model/cluster.ts';
import { formatDuration } from '../../model/duration.ts';
import { parseLabelSelector } from '../../model/label-selector.ts';
import { cpuText, memoryText } from '../../model/quantity.ts';
import { timeText } from '../../model/time-text.ts';
import type { MetricSet, ModelSource } from '../model-source.ts';
import type { LegacyRoute } from './legacy-route.ts';
import { legacyTypeNames } from './legacy-types.ts';
import { itemsJson } from './model-routes.ts';
import { json, refusal } from './plain-answers.ts';
import { selectorParameter } from './series-parameters.ts';

/** Labels of objects, for selecting among them. */
export interface LabelSource {
  /** Undefined for an object that is not there. */
  nodeLabels(name: string): Labels | undefined;
  podLabels(namespace: string, name: string): Labels | undefined;
}

/** What the resource metrics API of old is made of. */
export interface UsageApiParts {
  readonly source: ModelSource;
  readonly labels: LabelSource;
  /** Over how long rates are taken: the period. */
  readonly resolutionMs: number;
  readonly clock: { now(): number };
}

/**
 * The metrics API that Heapster served before there was metrics.k8s.io, under both its names: `/apis/metrics/v1alpha1` up
 * to 1.5, then `/apis/metrics.k8s.io/v1alpha1`. A pod of which one container is not known is left out.
 */
export function usageRoutes(parts: UsageApiParts): readonly LegacyRoute[] {
  return [
    { root: '/apis/metrics/v1alpha1', idPrefix: 'MetricsV1alpha1' },
    { root: '/apis/metrics.k8s.io/v1alpha1', idPrefix: 'MetricsK8sIoV1alpha1' },
  ].flatMap((place) => [...nodeRoutes(parts, place), ...podRoutes(parts, place)]);
}

interface Place {
  readonly root: string;
  readonly idPrefix: string;
}

function nodeRoutes(parts: UsageApiParts, { root, idPrefix }: Place): readonly LegacyRoute[] {
  const { source, labels } = parts;
  return [
    {
      path: `${root}/nodes`,
      id: `list${idPrefix}Nodes`,
      description: 'List what nodes use.',
      query: [selectorParameter],
      answer: legacyTypeNames.nodeUsageList,
      handler: (request) =>
        ifSelectable(request, (isSelected) => {
          const chosen = source.nodes().filter((node) => isSelected(labels.nodeLabels(node)));
          return listOf(chosen.flatMap((node) => nodeJson(parts, node) ?? []));
        }),
    },
    {
      path: `${root}/nodes/{node}`,
      id: `read${idPrefix}Node`,
      description: 'Read what one node uses.',
      answer: legacyTypeNames.nodeUsage,
      handler: (_, { node = '' }) => oneOf(nodeJson(parts, node), `no metrics for node ${JSON.stringify(node)}`),
    },
  ];
}

function podRoutes(parts: UsageApiParts, { root, idPrefix }: Place): readonly LegacyRoute[] {
  const { source, labels } = parts;
  const podsIn = (request: ApiRequest, namespaces: readonly string[]): Answer =>
    ifSelectable(request, (isSelected) =>
      listOf(
        namespaces.flatMap((namespace) =>
          source
            .pods(namespace)
            .filter((pod) => isSelected(labels.podLabels(namespace, pod)))
            .flatMap((pod) => podJson(parts, namespace, pod) ?? []),
        ),
      ),
    );
  return [
    {
      path: `${root}/pods`,
      id: `list${idPrefix}Pods`,
      description: 'List what the pods of all namespaces use.',
      query: [selectorParameter],
      answer: legacyTypeNames.podUsageList,
      handler: (request) => podsIn(request, source.namespaces()),
    },
    {
      path: `${root}/namespaces/{namespace}/pods`,
      id: `list${idPrefix}NamespacedPods`,
      description: 'List what the pods of one namespace use.',
      query: [selectorParameter],
      answer: legacyTypeNames.podUsageList,
      handler: (request, { namespace = '' }) => podsIn(request, [namespace]),
    },
    {
      path: `${root}/namespaces/{namespace}/pods/{pod}`,
      id: `read${idPrefix}NamespacedPod`,
      description: 'Read what one pod uses.',
      answer: legacyTypeNames.podUsage,
      handler: (_, { namespace = '', pod = '' }) =>
        oneOf(podJson(parts, namespace, pod), `no metrics for pod ${JSON.stringify(`${namespace}/${pod}`)}`),
    },
  ];
}

function ifSelectable(
  { query }: ApiRequest,
  go: (isSelected: (labels: Labels | undefined) => boolean) => Answer,
): Answer {
  const text = query.get('labelSelector') ?? '';
  if (text === '') return go(() => true);
  const result = parseLabelSelector(text);
  if (result.kind === 'invalid') return refusal(400, result.message);
  return go((labels) => labels !== undefined && result.selector.matches(labels));
}

const listOf = (items: readonly string[]): Answer => json(`{"metadata":{},${itemsJson(items).slice(1)}`);

const oneOf = (text: string | undefined, message: string): Answer =>
  text === undefined ? refusal(404, message) : json(text);

function nodeJson(parts: UsageApiParts, node: string): string | undefined {
  const set = parts.source.current({ type: 'node', node });
  const usage = usageJson(set);
  if (set === undefined || usage === undefined) return undefined;
  return `{${headJson(parts, set, `"name":${jsonString(node)}`)},"usage":${usage}}`;
}

function podJson(parts: UsageApiParts, namespace: string, pod: string): string | undefined {
  const { source } = parts;
  const set = source.current({ type: 'pod', namespace, pod });
  const names = source.containers(namespace, pod);
  if (set === undefined || names.length === 0) return undefined;
  const containers: string[] = [];
  for (const container of names) {
    const usage = usageJson(source.current({ type: 'pod_container', namespace, pod, container }));
    if (usage === undefined) return undefined;
    containers.push(`{"name":${jsonString(container)},"usage":${usage}}`);
  }
  const name = `"name":${jsonString(pod)},"namespace":${jsonString(namespace)}`;
  return `{${headJson(parts, set, name)},"containers":[${containers.join(',')}]}`;
}

function headJson({ clock, resolutionMs }: UsageApiParts, { at }: MetricSet, name: string): string {
  const metadata = `"metadata":{${name},"creationTimestamp":"${timeText(clock.now())}"}`;
  return `${metadata},"timestamp":"${timeText(at)}","window":"${formatDuration(resolutionMs * 1e6)}"`;
}

/** Both figures or none. */
function usageJson(set: MetricSet | undefined): string | undefined {
  const millicores = set?.values.get('cpu/usage_rate');
  const bytes = set?.values.get('memory/working_set');
  if (millicores === undefined || bytes === undefined) return undefined;
  return `{"cpu":"${cpuText(Math.trunc(millicores) * 1e6)}","memory":"${memoryText(Math.trunc(bytes))}"}`;
}
