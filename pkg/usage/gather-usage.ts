import type { Asked, ModelClient, Point } from './model-client.ts';
import type { ResourceUsage, UsageKind, UsageRow } from './usage-row.ts';

/** What is to be gathered. */
export interface UsageQuestion {
  readonly of: UsageKind;
  /** Only pods of this namespace; absent = all. */
  readonly namespace?: string;
  readonly sinceMs: number;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Told how many of how many requests have been answered. */
  readonly onProgress?: (done: number, all: number) => void;
}

/** Entities that one request can ask for at once. */
interface Batch {
  readonly namespace?: string;
  readonly names: readonly string[];
  /** `/node-list/a,b`; empty for the cluster. */
  readonly path: string;
}

/** Names in one path: of the longest there are, still far below what a request line may have. */
const namesAtOnce = 100;
/** Requests under way at once. */
const lanes = 4;
/** So old may be what is shown as the value of now. */
const freshMs = 10 * 60_000;

/** Asks for names first, then for curves, peaks, requests and limits, many names at a time; any failure ends it. */
export async function gatherUsage(
  client: ModelClient,
  question: UsageQuestion,
  signal: AbortSignal,
): Promise<Asked<readonly UsageRow[]>> {
  const batches = await batchesOf(client, question, signal);
  if (batches.kind === 'failed') return batches;
  const rows: UsageRow[][] = [];
  const waiting = [...batches.value.entries()];
  let failure: Asked<never> | undefined;
  let done = 0;
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && failure === undefined; next = waiting.shift()) {
      const [at, batch] = next;
      const told = await rowsOf(client, batch, question, signal);
      if (told.kind === 'failed') failure = told;
      else rows[at] = [...told.value];
      question.onProgress?.(++done, batches.value.length);
    }
  };
  await Promise.all(Array.from({ length: lanes }, work));
  return failure ?? { kind: 'told', value: rows.flat() };
}

async function batchesOf(
  client: ModelClient,
  { of, namespace }: UsageQuestion,
  signal: AbortSignal,
): Promise<Asked<readonly Batch[]>> {
  if (of === 'cluster') return { kind: 'told', value: [{ names: ['cluster'], path: '' }] };
  if (of === 'pods') return await podBatches(client, namespace, signal);
  const names = await client.names(`/api/v1/model/${of}`, signal);
  if (names.kind === 'failed') return names;
  const list = of === 'nodes' ? '/node-list/' : '/namespace-list/';
  const value = chunks(names.value).map((some): Batch => ({ names: some, path: list + some.map(encodeURIComponent) }));
  return { kind: 'told', value };
}

async function podBatches(
  client: ModelClient,
  only: string | undefined,
  signal: AbortSignal,
): Promise<Asked<readonly Batch[]>> {
  const namespaces = only === undefined ? await client.names('/api/v1/model/namespaces', signal) : told([only]);
  if (namespaces.kind === 'failed') return namespaces;
  const batches: Batch[] = [];
  for (const namespace of namespaces.value) {
    const root = `/namespaces/${encodeURIComponent(namespace)}`;
    const pods = await client.names(`/api/v1/model${root}/pods`, signal);
    if (pods.kind === 'failed') return pods;
    for (const names of chunks(pods.value))
      batches.push({ namespace, names, path: `${root}/pod-list/${names.map(encodeURIComponent)}` });
  }
  return told(batches);
}

const told = <T>(value: T): Asked<T> => ({ kind: 'told', value });

function chunks(names: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(names.length / namesAtOnce) }, (_, at) =>
    names.slice(at * namesAtOnce, (at + 1) * namesAtOnce),
  );
}

/** The metrics behind the columns of one resource. */
interface ResourceMetrics {
  readonly used: string;
  readonly request: string;
  readonly limit: string;
  readonly allocatable: string;
}

const cpuMetrics: ResourceMetrics = {
  used: 'cpu/usage_rate',
  request: 'cpu/request',
  limit: 'cpu/limit',
  allocatable: 'cpu/node_allocatable',
};
const memoryMetrics: ResourceMetrics = {
  used: 'memory/working_set',
  request: 'memory/request',
  limit: 'memory/limit',
  allocatable: 'memory/node_allocatable',
};

async function rowsOf(
  client: ModelClient,
  batch: Batch,
  question: UsageQuestion,
  signal: AbortSignal,
): Promise<Asked<readonly UsageRow[]>> {
  const cpu = await usagesOf(client, batch, { ...question, metrics: cpuMetrics }, signal);
  if (cpu.kind === 'failed') return cpu;
  const memory = await usagesOf(client, batch, { ...question, metrics: memoryMetrics }, signal);
  if (memory.kind === 'failed') return memory;
  const nothing: ResourceUsage = { points: [] };
  return told(
    batch.names.map(
      (name, at): UsageRow => ({
        ...(batch.namespace !== undefined && { namespace: batch.namespace }),
        name,
        cpu: cpu.value[at] ?? nothing,
        memory: memory.value[at] ?? nothing,
      }),
    ),
  );
}

async function usagesOf(
  client: ModelClient,
  { path }: Batch,
  { of, metrics, now, sinceMs }: UsageQuestion & { readonly metrics: ResourceMetrics },
  signal: AbortSignal,
): Promise<Asked<readonly ResourceUsage[]>> {
  const root = `/api/v1/historical${path}`;
  const start = `?start=${new Date(now - sinceMs).toISOString()}`;
  const lately = `?start=${new Date(now - freshMs).toISOString()}`;
  const newest = (metric: string) => client.series(`/api/v1/model${path}/metrics/${metric}${lately}`, signal);
  const curves = await client.series(`${root}/metrics/${metrics.used}${start}`, signal);
  if (curves.kind === 'failed') return curves;
  const peaks = await client.peaks(`${root}/metrics-aggregated/max/${metrics.used}${start}`, signal);
  if (peaks.kind === 'failed') return peaks;
  const requests = await newest(metrics.request);
  const limits = await newest(metrics.limit);
  const allocatable = of === 'nodes' || of === 'cluster' ? await newest(metrics.allocatable) : told([]);
  for (const each of [requests, limits, allocatable]) if (each.kind === 'failed') return each;
  return told(
    curves.value.map((points, at) => ({
      points,
      ...given('now', lastOf(points, now - freshMs)),
      ...given('peak', peaks.value[at]),
      ...given('request', lastOf(pointsAt(requests, at))),
      ...given('limit', lastOf(pointsAt(limits, at))),
      ...given('allocatable', lastOf(pointsAt(allocatable, at))),
    })),
  );
}

const pointsAt = (asked: Asked<readonly (readonly Point[])[]>, at: number): readonly Point[] =>
  asked.kind === 'told' ? (asked.value[at] ?? []) : [];

function lastOf(points: readonly Point[], notBefore = 0): number | undefined {
  const last = points.at(-1);
  return last !== undefined && last.at >= notBefore ? last.value : undefined;
}

const given = <Name extends string>(name: Name, value: number | undefined): { readonly [_ in Name]?: number } =>
  value === undefined ? {} : ({ [name]: value } as { readonly [_ in Name]: number });
