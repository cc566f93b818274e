import { parseQuantity } from '../../pkg/model/quantity.ts';
import type { MetricsItem, MetricsReader, ResourceUsage } from './metrics-reader.ts';
import { table } from './table.ts';

/** What `kubectl top nodes` and `kubectl top pods -A` print, for machines without kubectl. */
export async function topWithoutKubectl(reader: MetricsReader, signal: AbortSignal): Promise<string> {
  const [nodes, pods] = await Promise.all([reader.nodes(signal), reader.pods(signal)]);
  return `${topNodes(nodes)}\n${topPods(pods)}`;
}

/** Nodes as kubectl top prints them, without percentages. */
export function topNodes(nodes: readonly MetricsItem[]): string {
  const rows = nodes.map(({ metadata, usage }) => [metadata.name, ...cells(usage === undefined ? [] : [usage])]);
  return table([['NAME', 'CPU(cores)', 'MEMORY(bytes)'], ...rows]);
}

/** Pods of all namespaces as kubectl top prints them, their containers added up. */
export function topPods(pods: readonly MetricsItem[]): string {
  const rows = pods.map(({ metadata, containers = [] }) => [
    metadata.namespace ?? '',
    metadata.name,
    ...cells(containers.map(({ usage }) => usage)),
  ]);
  return table([['NAMESPACE', 'NAME', 'CPU(cores)', 'MEMORY(bytes)'], ...rows]);
}

/** Millicores rounded up and mebibytes cut off, as kubectl does. */
function cells(usages: readonly ResourceUsage[]): [string, string] {
  const cpu = usages.reduce((sum, usage) => sum + nanosOf(usage.cpu), 0n);
  const memory = usages.reduce((sum, usage) => sum + nanosOf(usage.memory), 0n);
  return [`${(cpu + nanosPerMillicore - 1n) / nanosPerMillicore}m`, `${memory / nanosPerMebibyte}Mi`];
}

/** Quantities count in units of 10^-9. */
const nanosPerMillicore = 1_000_000n;
const nanosPerMebibyte = 2n ** 20n * 1_000_000_000n;

function nanosOf(text: string): bigint {
  const parsed = parseQuantity(text);
  if (parsed.kind === 'invalid')
    throw new Error(`metrics.k8s.io answered with the quantity "${text}": ${parsed.message}`);
  return parsed.quantity.nanos;
}
