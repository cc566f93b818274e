import { problemOfFailure } from '../kube/connection/problem.ts';
import type { KubeTransport } from '../kube/connection/transport.ts';
import type { Clock } from '../lifecycle/clock.ts';
import { deadline } from '../lifecycle/deadline.ts';
import { parseQuantity } from '../model/quantity.ts';
import type { Asked, ModelClient } from './model-client.ts';
import { saidIn } from './said.ts';

/** Where the figures of one pod come from. */
export interface PodAccount {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly phase: string;
  /** What metrics.k8s.io says; or why it says nothing, in its own words. */
  readonly measured: Measured | { readonly whyNot: string };
  /** What memory is made of, container by container, the pod as a whole last; or why that is not known. */
  readonly memory: readonly MemoryParts[] | { readonly whyNot: string };
}

/** One answer of metrics.k8s.io about one pod. */
export interface Measured {
  /** Epoch milliseconds by the clock of the node. */
  readonly at: number;
  /** Over how long CPU is the mean, as the API prints it. */
  readonly window: string;
  readonly containers: readonly ContainerFigures[];
}

/** What one container uses, as kubectl top shows it. */
export interface ContainerFigures {
  readonly name: string;
  readonly millicores: number;
  readonly memoryBytes: number;
}

/** Memory of one container, or of the pod as a whole, in bytes; what its kubelet does not say is not there. */
export interface MemoryParts {
  /** Absent = the cgroup of the pod, which holds more than its containers. */
  readonly container?: string;
  readonly workingSet?: number;
  readonly usage?: number;
  readonly rss?: number;
  readonly cache?: number;
}

/** Whom to ask. */
export interface PodAccountMeans {
  readonly transport: KubeTransport;
  readonly model: ModelClient;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** Gathers the account of a pod; fails where there is no such pod or nobody to ask. */
export async function podAccount(
  means: PodAccountMeans,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  signal: AbortSignal,
): Promise<Asked<PodAccount>> {
  const place = `namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}`;
  const found = await read(means, `/api/v1/${place}`, signal);
  if (found.kind === 'failed') {
    const hint = found.status === 404 ? '; -n names another namespace' : '';
    return { kind: 'failed', message: `cannot look at pod ${name} in namespace ${namespace}: ${found.message}${hint}` };
  }
  const { spec, status } = found.value as { readonly spec?: PodSpec; readonly status?: { readonly phase?: string } };
  const answered = await read(means, `/apis/metrics.k8s.io/v1beta1/${place}`, signal);
  const containers = containersIn(spec);
  const measured = answered.kind === 'failed' ? { whyNot: answered.message } : measuredOf(answered.value, containers);
  const memory = await memoryOf(means.model, `/${place}`, containers, signal);
  const { nodeName: node = '', phase = 'Unknown' } = { ...spec, ...status };
  return { kind: 'told', value: { namespace, name, node, phase, measured, memory } };
}

interface PodSpec {
  readonly nodeName?: string;
  readonly initContainers?: readonly { readonly name?: string; readonly restartPolicy?: string }[];
  readonly containers?: readonly { readonly name?: string }[];
}

/** Those that stay, in the order of the spec. */
const containersIn = ({ initContainers = [], containers = [] }: PodSpec = {}): readonly string[] =>
  [...containers, ...initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always')].flatMap(
    ({ name }) => name ?? [],
  );

async function read(
  { transport, clock, timeoutMs }: PodAccountMeans,
  path: string,
  signal: AbortSignal,
): Promise<Asked<unknown> & { readonly status?: number }> {
  using limit = deadline(signal, timeoutMs, clock);
  try {
    using response = await transport.request({ method: 'GET', path, signal: limit.signal });
    if (response.status === 200) return { kind: 'told', value: await response.json() };
    const said = saidIn(await response.text(64 * 1024).catch(() => ''));
    const { status } = response;
    return { kind: 'failed', message: `the kube-apiserver answered ${status}: ${said}`, status };
  } catch (cause) {
    return { kind: 'failed', message: problemOfFailure(cause, transport).message };
  }
}

interface PodMetricsObject {
  readonly timestamp?: string;
  readonly window?: string;
  readonly containers?: readonly { readonly name?: string; readonly usage?: Readonly<Record<string, string>> }[];
}

/** The API lists containers by name; here they stand as the spec has them, those it does not name last. */
function measuredOf(answer: unknown, order: readonly string[]): Measured {
  const { timestamp = '', window = '', containers = [] } = answer as PodMetricsObject;
  const place = ({ name = '' }: { readonly name?: string }): number =>
    order.includes(name) ? order.indexOf(name) : order.length;
  return {
    at: Date.parse(timestamp),
    window,
    containers: containers
      .toSorted((a, b) => place(a) - place(b))
      .map(({ name = '', usage = {} }) => ({
        name,
        millicores: amountOf(usage['cpu']) * 1000,
        memoryBytes: amountOf(usage['memory']),
      })),
  };
}

function amountOf(text = ''): number {
  const parsed = parseQuantity(text);
  return parsed.kind === 'quantity' ? Number(parsed.quantity.nanos) / 1e9 : Number.NaN;
}

const memoryMetrics = {
  workingSet: 'memory/working_set',
  usage: 'memory/usage',
  rss: 'memory/rss',
  cache: 'memory/cache',
} as const;

async function memoryOf(
  model: ModelClient,
  place: string,
  containers: readonly string[],
  signal: AbortSignal,
): Promise<PodAccount['memory']> {
  const parts: MemoryParts[] = [];
  for (const container of [...containers, undefined]) {
    const path = container === undefined ? place : `${place}/containers/${encodeURIComponent(container)}`;
    const amounts: Partial<Record<keyof typeof memoryMetrics, number>> = {};
    for (const [name, metric] of Object.entries(memoryMetrics) as [keyof typeof memoryMetrics, string][]) {
      const series = await model.series(`/api/v1/model${path}/metrics/${metric}`, signal);
      if (series.kind === 'failed') return { whyNot: series.message };
      const last = series.value[0]?.at(-1);
      if (last !== undefined) amounts[name] = last.value;
    }
    parts.push({ ...(container !== undefined && { container }), ...amounts });
  }
  return parts;
}
