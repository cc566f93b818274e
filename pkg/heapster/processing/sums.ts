import { type Columns, columnsOf } from '../rows/columns.ts';
import type { Row } from '../rows/layout.ts';
import type { Draft } from './draft.ts';

/** A metric in the rows that are added up, and in the row of their sum. */
interface SummedColumn {
  readonly from: number;
  readonly into: number;
}

/** What a pod uses is the sum over its containers, where its own cgroup does not say. Counters are never summed: they restart. */
const ofContainers = pairs(columnsOf('pod_container'), columnsOf('pod'), ({ kind, isNew, name }) =>
  kind === 'gauge' ? !isNew || name === 'memory/swap_usage' : false,
);

/** What is promised on a node is what its pods are promised. */
const ofNode = pairs(columnsOf('pod'), columnsOf('node'), ({ name }) => /\/(request|limit)$/.test(name));

const ofNamespace = pairs(columnsOf('pod'), columnsOf('ns'), () => true);

/** Fills in of a pod what only its containers told. When one of them does not say, the sum would be too small: there is none. */
export function sumContainers(draft: Draft, pod: Row, containers: readonly Row[]): void {
  for (const { from, into } of ofContainers) {
    if (!Number.isNaN(draft.get(pod, into))) continue;
    let sum = containers.length === 0 ? Number.NaN : 0;
    for (const container of containers) sum += draft.get(container, from);
    draft.set(pod, into, sum);
  }
}

/** Adds a pod to the sums of its node. */
export function addToNode(draft: Draft, pod: Row, node: Row): void {
  for (const { from, into } of ofNode) {
    const value = draft.get(pod, from);
    if (!Number.isNaN(value)) draft.set(node, into, known(draft.get(node, into)) + value);
  }
}

/** Sums of one round, by namespace, and of what nodes have. Values in the units of their metrics. */
export class RoundSums {
  readonly #namespaces = new Map<string, Float64Array>();
  readonly #nodes = new Map<string, number>();

  /** The columns of `ns`, by namespace. */
  get namespaces(): ReadonlyMap<string, Float64Array> {
    return this.#namespaces;
  }

  /** Sums over nodes by the names of node metrics. */
  get nodes(): ReadonlyMap<string, number> {
    return this.#nodes;
  }

  addPod(draft: Draft, pod: Row, namespace: string): void {
    let sums = this.#namespaces.get(namespace);
    if (sums === undefined) {
      sums = new Float64Array(columnsOf('ns').width).fill(Number.NaN);
      this.#namespaces.set(namespace, sums);
    }
    for (const { from, into } of ofNamespace) {
      const value = draft.get(pod, from);
      if (!Number.isNaN(value)) sums[into] = known(sums[into] ?? Number.NaN) + value;
    }
  }

  addNode(draft: Draft, node: Row): void {
    for (const metric of nodeSums) {
      const value = draft.getNamed(node, metric);
      if (!Number.isNaN(value)) this.#nodes.set(metric, (this.#nodes.get(metric) ?? 0) + value);
    }
  }
}

/** What the shares of the whole cluster are made of: the machines' own figures, daemons included. */
const nodeSums = ['cpu', 'memory', 'ephemeral_storage'].flatMap((resource) => [
  `${resource}/node_capacity`,
  `${resource}/node_allocatable`,
  `${resource}/request`,
  resource === 'cpu' ? 'cpu/usage_rate' : `${resource}/usage`,
]);

function pairs(
  from: Columns,
  into: Columns,
  wanted: (metric: Columns['metrics'][number]) => boolean,
): readonly SummedColumn[] {
  return into.metrics.flatMap((metric, column) => {
    const source = from.columnOf(metric.name);
    return source === undefined || !wanted(metric) ? [] : [{ from: source, into: column }];
  });
}

const known = (value: number): number => (Number.isNaN(value) ? 0 : value);
