import { longMetrics, metricNamed, metricsAt } from '../catalogue/catalogue.ts';
import { acceleratorMetrics, diskMetrics, filesystemMetrics } from '../catalogue/labeled.ts';
import type { Metric } from '../catalogue/metric.ts';
import type { EntityType } from '../entity.ts';

/** What a row of cells is of: an entity, one of its resources, or one of its metrics whose name is not ours to know. */
export type RowKind = EntityType | 'filesystem' | 'disk' | 'accelerator' | 'extra';

/** Positions in the times of an entity: its start, and when what was measured. A kubelet measures CPU, memory and network apart. */
export const timeOf = { start: 0, cpu: 1, memory: 2, network: 3 } as const;

/** Which metric each cell of a row holds. */
export interface Columns {
  readonly kind: RowKind;
  readonly metrics: readonly Metric[];
  readonly width: number;
  /** Cells are whole numbers: a value times this. */
  readonly scales: Float64Array;
  /** Columns that a day is remembered of. */
  readonly long: readonly number[];
  /** Columns that are the increase per second of another. */
  readonly rates: readonly RateColumn[];
  /** Where a metric is; undefined for one that such rows do not have. */
  columnOf(metric: string): number | undefined;
}

/** A column computed from two samples. */
export interface RateColumn {
  readonly column: number;
  readonly counter: number;
  /** By whose time the counter was read: one of `timeOf`. */
  readonly clock: number;
  /** Milli-units, cut to whole ones: CPU as Heapster counted it. Otherwise units, to three digits. */
  readonly inMillicores: boolean;
}

const extra: Metric = {
  name: 'value',
  kind: 'gauge',
  value: 'double',
  unit: '',
  levels: ['pod_container', 'pod'],
  decimals: 3,
  description: 'A metric with a name of its own.',
};

const columns: Readonly<Record<RowKind, Columns>> = {
  cluster: columnsFrom('cluster', metricsAt('cluster')),
  ns: columnsFrom('ns', metricsAt('ns')),
  node: columnsFrom('node', metricsAt('node')),
  sys_container: columnsFrom('sys_container', metricsAt('sys_container')),
  pod: columnsFrom('pod', metricsAt('pod')),
  pod_container: columnsFrom('pod_container', metricsAt('pod_container')),
  filesystem: columnsFrom('filesystem', filesystemMetrics),
  disk: columnsFrom('disk', diskMetrics),
  accelerator: columnsFrom('accelerator', acceleratorMetrics),
  extra: columnsFrom('extra', [extra]),
};

/** Every kind there is. */
export const rowKinds = Object.keys(columns) as readonly RowKind[];

/** The columns of rows of a kind: always the same object. */
export const columnsOf = (kind: RowKind): Columns => columns[kind];

/** The kind of row that holds a labeled metric; undefined for one without labels. */
export function rowKindOf(metric: Metric): 'filesystem' | 'disk' | 'accelerator' | undefined {
  if (filesystemMetrics.includes(metric)) return 'filesystem';
  if (diskMetrics.includes(metric)) return 'disk';
  return acceleratorMetrics.includes(metric) ? 'accelerator' : undefined;
}

function columnsFrom(kind: RowKind, metrics: readonly Metric[]): Columns {
  const byName = new Map(metrics.map(({ name }, column) => [name, column]));
  return {
    kind,
    metrics,
    width: metrics.length,
    scales: Float64Array.from(metrics, ({ decimals }) => 10 ** decimals),
    long: metrics.flatMap(({ name }, column) => (longMetrics.includes(name) ? [column] : [])),
    rates: metrics.flatMap(({ name, rateOf, unit }, column) => {
      const counter = rateOf === undefined ? undefined : byName.get(rateOf);
      if (counter === undefined) return [];
      return [{ column, counter, clock: clockOf(name), inMillicores: unit === 'millicores' }];
    }),
    columnOf: (metric) => byName.get(metric),
  };
}

function clockOf(metric: string): number {
  if (metric.startsWith('memory/')) return timeOf.memory;
  return metric.startsWith('network/') ? timeOf.network : timeOf.cpu;
}

/** How many digits of a metric are kept; those of open-ended ones too. */
export const scaleOf = (metric: string): number => 10 ** (metricNamed(metric)?.decimals ?? extra.decimals);
