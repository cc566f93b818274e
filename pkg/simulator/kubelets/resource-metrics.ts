import { goFloat } from './go-float.ts';

/** One line's worth of what a kubelet knows, with its labels already in the kubelet's order and form. */
export interface ResourceRow {
  /** `container="c",namespace="n",pod="p"`, or without the container for a pod; empty for the node. */
  readonly labels: string;
  /** Epoch milliseconds. */
  readonly sampledAt: number;
  /** Whole core-nanoseconds. */
  readonly cpu: number;
  readonly memory: number;
  readonly swap: number;
  /** Bytes; absent where the runtime sets none. Containers only. */
  readonly swapLimit?: number;
  /** Epoch seconds. Containers only. */
  readonly startedAt?: number;
}

/** Everything one answer of `/metrics/resource` says. Rows come sorted by label values, as Prometheus registries sort them. */
export interface ResourceReport {
  readonly containers: readonly ResourceRow[];
  readonly node: ResourceRow;
  readonly pods: readonly ResourceRow[];
}

/** The labels of a container's row. */
export function containerLabels(container: string, namespace: string, pod: string): string {
  return `container="${container}",${podLabels(namespace, pod)}`;
}

/** The labels of a pod's row. */
export function podLabels(namespace: string, pod: string): string {
  return `namespace="${namespace}",pod="${pod}"`;
}

type Line = (name: string, row: ResourceRow) => string;

const cpu: Line = (name, row) => `${series(name, row)} ${goFloat(row.cpu / 1e9)} ${row.sampledAt}\n`;
const memory: Line = (name, row) => `${series(name, row)} ${goFloat(row.memory)} ${row.sampledAt}\n`;
const swap: Line = (name, row) => `${series(name, row)} ${goFloat(row.swap)} ${row.sampledAt}\n`;
const swapLimit: Line = (name, row) =>
  row.swapLimit === undefined ? '' : `${series(name, row)} ${goFloat(row.swapLimit)} ${row.sampledAt}\n`;
const started: Line = (name, row) =>
  row.startedAt === undefined ? '' : `${series(name, row)} ${goFloat(row.startedAt)}\n`;

interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly rows: (report: ResourceReport) => readonly ResourceRow[];
  readonly line: Line;
}

const containers = (report: ResourceReport): readonly ResourceRow[] => report.containers;
const node = (report: ResourceReport): readonly ResourceRow[] => [report.node];
const pods = (report: ResourceReport): readonly ResourceRow[] => report.pods;
const family = (
  [name, type, help]: readonly [string, Family['type'], string],
  rows: Family['rows'],
  line: Line,
): Family => ({ name, type, help, rows, line });

/** Names, types, texts and order are those of a kubelet 1.36. */
const families: readonly Family[] = [
  family(
    [
      'container_cpu_usage_seconds_total',
      'counter',
      '[STABLE] Cumulative cpu time consumed by the container in core-seconds',
    ],
    containers,
    cpu,
  ),
  family(
    ['container_memory_working_set_bytes', 'gauge', '[STABLE] Current working set of the container in bytes'],
    containers,
    memory,
  ),
  family(
    ['container_start_time_seconds', 'gauge', '[STABLE] Start time of the container since unix epoch in seconds'],
    containers,
    started,
  ),
  family(
    [
      'container_swap_limit_bytes',
      'gauge',
      '[ALPHA] Current amount of the container swap limit in bytes. Reported only on non-windows systems',
    ],
    containers,
    swapLimit,
  ),
  family(
    [
      'container_swap_usage_bytes',
      'gauge',
      '[ALPHA] Current amount of the container swap usage in bytes. Reported only on non-windows systems',
    ],
    containers,
    swap,
  ),
  family(
    ['node_cpu_usage_seconds_total', 'counter', '[STABLE] Cumulative cpu time consumed by the node in core-seconds'],
    node,
    cpu,
  ),
  family(['node_memory_working_set_bytes', 'gauge', '[STABLE] Current working set of the node in bytes'], node, memory),
  family(
    [
      'node_swap_usage_bytes',
      'gauge',
      '[ALPHA] Current swap usage of the node in bytes. Reported only on non-windows systems',
    ],
    node,
    swap,
  ),
  family(
    ['pod_cpu_usage_seconds_total', 'counter', '[STABLE] Cumulative cpu time consumed by the pod in core-seconds'],
    pods,
    cpu,
  ),
  family(['pod_memory_working_set_bytes', 'gauge', '[STABLE] Current working set of the pod in bytes'], pods, memory),
  family(
    [
      'pod_swap_usage_bytes',
      'gauge',
      '[ALPHA] Current amount of the pod swap usage in bytes. Reported only on non-windows systems',
    ],
    pods,
    swap,
  ),
];

const scrapeError = `# HELP resource_scrape_error [STABLE] 1 if there was an error while getting container metrics, 0 otherwise
# TYPE resource_scrape_error gauge
resource_scrape_error 0
`;

/** The answer in the layout of a kubelet 1.36; a family without a line is left out. */
export function resourceMetricsText(report: ResourceReport): string {
  return families.map((each) => familyText(each, report)).join('') + scrapeError;
}

function familyText({ name, type, help, rows, line }: Family, report: ResourceReport): string {
  let lines = '';
  for (const row of rows(report)) lines += line(name, row);
  return lines === '' ? '' : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines}`;
}

const series = (name: string, { labels }: ResourceRow): string => (labels === '' ? name : `${name}{${labels}}`);
