import type { ContainerLayout, NodeBatch } from '../../model/batch.ts';
import type { KubeletSummary, SubjectSummary } from '../../model/kubelet-summary.ts';
import type { Sample } from '../../model/sample.ts';
import { as, type EpochMs } from '../../model/units.ts';

interface Row {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly told: SubjectSummary;
}

/** As many as are read of resource metrics. */
const mostContainers = 20_000;

/** Makes batches of one node's summaries, one after the other: the same layout while the containers are the same. */
export class SummaryBatches {
  #layout: ContainerLayout = { namespaces: [], pods: [], containers: [] };

  /** `receivedAt` is the sample time of what bears none. */
  of({ node, pods }: KubeletSummary, receivedAt: EpochMs): Omit<NodeBatch, 'node'> {
    const rows = pods
      .flatMap(({ namespace, name, containers }) =>
        containers
          .filter(({ cpu, memory }) => cpu !== undefined || memory !== undefined)
          .map((told): Row => ({ namespace, pod: name, container: told.name, told })),
      )
      .slice(0, mostContainers)
      // Kubelets put pods in an order of their own making, another one each time.
      .sort(byName);
    const nodeSample = nodeSampleOf(node, receivedAt);
    return {
      ...(nodeSample && { nodeSample }),
      layout: this.#layoutOf(rows),
      sampledAt: Float64Array.from(rows, ({ told }) => sampledAt(told, receivedAt)),
      startedAt: Float64Array.from(rows, ({ told }) => told.startedAt * 1e6),
      cpu: Float64Array.from(rows, ({ told }) => count(told.cpu?.usage)),
      memory: Float64Array.from(rows, ({ told }) => count(told.memory?.workingSet)),
      swap: Float64Array.from(rows, ({ told }) => count(told.swap?.usage)),
    };
  }

  #layoutOf(rows: readonly Row[]): ContainerLayout {
    const { namespaces, pods, containers } = this.#layout;
    const isKnown = rows.every(
      ({ namespace, pod, container }, at) =>
        namespace === namespaces[at] && pod === pods[at] && container === containers[at],
    );
    if (isKnown && rows.length === containers.length) return this.#layout;
    this.#layout = {
      namespaces: rows.map(({ namespace }) => namespace),
      pods: rows.map(({ pod }) => pod),
      containers: rows.map(({ container }) => container),
    };
    return this.#layout;
  }
}

function nodeSampleOf(node: SubjectSummary, receivedAt: EpochMs): Sample | undefined {
  const [cpu, memory, swap] = [node.cpu?.usage, node.memory?.workingSet, node.swap?.usage].map(count);
  if (cpu === undefined || memory === undefined || Number.isNaN(cpu) || Number.isNaN(memory)) return undefined;
  return {
    sampledAt: as(sampledAt(node, receivedAt)),
    cpu: as(cpu),
    memory: as(memory),
    ...(swap !== undefined && !Number.isNaN(swap) && { swap: as(swap) }),
  };
}

/** CPU's time decides, as for resource metrics: rates are computed from it. */
function sampledAt({ cpu, memory }: SubjectSummary, receivedAt: EpochMs): number {
  const times = [cpu?.sampledAt, memory?.sampledAt, receivedAt];
  return times.find((at) => at !== undefined && !Number.isNaN(at)) ?? Number.NaN;
}

/** Beyond 2^63 it is no count of bytes or nanoseconds, whatever the text says. */
const count = (value = Number.NaN): number => (value >= 0 && value < 2 ** 63 ? Math.trunc(value) : Number.NaN);

const byName = (a: Row, b: Row): number =>
  compare(a.namespace, b.namespace) || compare(a.pod, b.pod) || compare(a.container, b.container);

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
