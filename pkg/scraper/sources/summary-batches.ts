import type { ContainerLayout, NodeBatch } from '../../model/batch.ts';
import { type KubeletSummary, place, type SubjectSummary } from '../../model/kubelet-summary.ts';
import type { Sample } from '../../model/sample.ts';
import { as, type EpochMs } from '../../model/units.ts';

interface Row {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
  readonly told: Told;
}

/** What is read of a subject; NaN = not said. */
interface Told {
  readonly startedAt: number;
  /** Of CPU, or else of memory. */
  readonly sampledAt: number;
  readonly cpu: number;
  readonly memory: number;
  readonly swap: number;
}

/** As many as are read of resource metrics. */
const mostContainers = 20_000;

/** Makes batches of one node's summaries, one after the other: the same layout while the containers are the same. */
export class SummaryBatches {
  #layout: ContainerLayout = { namespaces: [], pods: [], containers: [] };

  /** `receivedAt` is the sample time of what bears none. */
  of({ figures, node, pods }: KubeletSummary, receivedAt: EpochMs): Omit<NodeBatch, 'node'> {
    const rows = pods
      .flatMap(({ namespace, name, containers }) =>
        containers
          .map((one): Row => ({ namespace, pod: name, container: one.name, told: toldOf(figures, one) }))
          .filter(({ told }) => isMeasured(told)),
      )
      .slice(0, mostContainers)
      // Kubelets put pods in an order of their own making, another one each time.
      .sort(byName);
    const nodeSample = nodeSampleOf(toldOf(figures, node), receivedAt);
    return {
      ...(nodeSample && { nodeSample }),
      layout: this.#layoutOf(rows),
      sampledAt: Float64Array.from(rows, ({ told }) => sampledAt(told, receivedAt)),
      startedAt: Float64Array.from(rows, ({ told }) => told.startedAt * 1e6),
      cpu: Float64Array.from(rows, ({ told }) => count(told.cpu)),
      memory: Float64Array.from(rows, ({ told }) => count(told.memory)),
      swap: Float64Array.from(rows, ({ told }) => count(told.swap)),
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

function toldOf(figures: Float64Array, { at }: SubjectSummary): Told {
  const figure = (which: number): number => figures[at + which] ?? Number.NaN;
  const cpuAt = figure(place.cpu.sampledAt);
  return {
    startedAt: figure(place.startedAt),
    // CPU's time decides, as for resource metrics: rates are computed from it.
    sampledAt: Number.isNaN(cpuAt) ? figure(place.memory.sampledAt) : cpuAt,
    cpu: figure(place.cpu.usage),
    memory: figure(place.memory.workingSet),
    swap: figure(place.swap.usage),
  };
}

/** Of a container that has ended nothing of it is told. */
const isMeasured = ({ sampledAt: at, cpu, memory }: Told): boolean =>
  !(Number.isNaN(at) && Number.isNaN(cpu) && Number.isNaN(memory));

function nodeSampleOf(node: Told, receivedAt: EpochMs): Sample | undefined {
  const [cpu, memory, swap] = [count(node.cpu), count(node.memory), count(node.swap)];
  if (Number.isNaN(cpu) || Number.isNaN(memory)) return undefined;
  return {
    sampledAt: as(sampledAt(node, receivedAt)),
    cpu: as(cpu),
    memory: as(memory),
    ...(!Number.isNaN(swap) && { swap: as(swap) }),
  };
}

const sampledAt = ({ sampledAt: at }: Told, receivedAt: EpochMs): number => (Number.isNaN(at) ? receivedAt : at);

/** Beyond 2^63 it is no count of bytes or nanoseconds, whatever the text says. */
const count = (value: number): number => (value >= 0 && value < 2 ** 63 ? Math.trunc(value) : Number.NaN);

const byName = (a: Row, b: Row): number =>
  compare(a.namespace, b.namespace) || compare(a.pod, b.pod) || compare(a.container, b.container);

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
