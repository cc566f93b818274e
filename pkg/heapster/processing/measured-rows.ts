import {
  type ContainerSummary,
  type KubeletSummary,
  type PodSummary,
  place,
  placesOfFilesystem,
} from '../../model/kubelet-summary.ts';
import { columnsOf } from '../rows/columns.ts';
import { podKey, type Row } from '../rows/layout.ts';
import type { Draft } from './draft.ts';
import { readings } from './readings.ts';

/** Heapster's names for the daemons that kubelets call by others. */
const daemonNames: Readonly<Record<string, string>> = { runtime: 'docker-daemon', misc: 'system' };

/** Rows of what a kubelet's summary tells, before anything is computed of it. Returns that of the node. */
export function addMeasured(draft: Draft, name: string, summary: KubeletSummary): Row {
  return new MeasuredRows(draft, summary.figures).add(name, summary);
}

/** Where the columns are that are computed of what was measured. */
const columns = {
  node: computedIn('node'),
  sys_container: computedIn('sys_container'),
  pod: computedIn('pod'),
  pod_container: computedIn('pod_container'),
};

function computedIn(kind: 'node' | 'sys_container' | 'pod' | 'pod_container') {
  const { columnOf } = columnsOf(kind);
  return { uptime: columnOf('uptime'), ephemeral: columnOf('ephemeral_storage/usage') };
}

/** The figures of one answer on their way into a frame. */
class MeasuredRows {
  readonly #draft: Draft;
  readonly #figures: Float64Array;

  constructor(draft: Draft, figures: Float64Array) {
    this.#draft = draft;
    this.#figures = figures;
  }

  add(name: string, { node, pods }: KubeletSummary): Row {
    const row = this.#draft.row('node', name);
    this.#measure(row, 'node', node.at);
    this.#set(row, columns.node.ephemeral, this.#used(node.at + place.filesystem));
    this.#filesystem('/', node.at + place.filesystem, row);
    for (const { name: daemon, at } of node.systemContainers)
      this.#measure(this.#draft.row('sys_container', daemonNames[daemon] ?? daemon), 'sys_container', at);
    for (const pod of pods) this.#pod(pod);
    return row;
  }

  #pod({ namespace, name, at, volumes, containers }: PodSummary): void {
    const row = this.#draft.row('pod', podKey(namespace, name));
    this.#measure(row, 'pod', at);
    this.#set(row, columns.pod.ephemeral, this.#used(at + place.filesystem));
    for (const volume of volumes) this.#filesystem(`Volume:${volume.name}`, volume.at, row);
    for (const container of containers) this.#container(container, row);
  }

  #container({ name, at, accelerators, custom }: ContainerSummary, pod: Row): void {
    const draft = this.#draft;
    const row = draft.row('pod_container', name, pod);
    this.#measure(row, 'pod_container', at);
    // What it wrote into its own layer, and its logs where there are any.
    const logs = this.#used(at + place.logs);
    this.#set(
      row,
      columns.pod_container.ephemeral,
      this.#used(at + place.filesystem) + (Number.isNaN(logs) ? 0 : logs),
    );
    this.#filesystem('/', at + place.filesystem, row);
    this.#filesystem('logs', at + place.logs, row);
    for (const { make, model, id, memoryTotal, memoryUsed, dutyCycle } of accelerators) {
      const accelerator = draft.row('accelerator', acceleratorName(make, model, id), row);
      draft.setNamed(accelerator, 'accelerator/memory_total', memoryTotal);
      draft.setNamed(accelerator, 'accelerator/memory_used', memoryUsed);
      draft.setNamed(accelerator, 'accelerator/duty_cycle', dutyCycle);
    }
    for (const { name: metric, value } of custom) draft.set(draft.row('extra', `custom/${metric}`, row), 0, value);
  }

  #measure(row: Row, kind: keyof typeof columns, at: number): void {
    const figures = this.#figures;
    const start = figures[at + place.startedAt] ?? Number.NaN;
    const cpu = figures[at + place.cpu.sampledAt] ?? Number.NaN;
    const memory = figures[at + place.memory.sampledAt] ?? Number.NaN;
    const network = figures[at + place.network.sampledAt] ?? Number.NaN;
    this.#draft.setTimes(row, { start, cpu, memory, network });
    this.#draft.read(row, readings[kind], { figures, at });
    // By the clock of the node alone: ours may differ. A start after the sample was taken is none.
    const uptime = firstKnown(cpu, memory, network) - start;
    if (uptime >= 0) this.#set(row, columns[kind].uptime, uptime);
  }

  #filesystem(id: string, at: number, parent: Row): void {
    const figures = this.#figures;
    if (isUnknown(figures, at)) return;
    this.#draft.read(this.#draft.row('filesystem', id, parent), readings.filesystem, { figures, at });
  }

  #set(row: Row, column: number | undefined, value: number): void {
    if (column !== undefined) this.#draft.set(row, column, value);
  }

  #used(filesystem: number): number {
    return this.#figures[filesystem + placesOfFilesystem.used] ?? Number.NaN;
  }
}

/** True when nothing was said of a file system. */
function isUnknown(figures: Float64Array, at: number): boolean {
  for (const one of readings.filesystem.places) if (!Number.isNaN(figures[at + one] ?? Number.NaN)) return false;
  return true;
}

function firstKnown(first: number, second: number, third: number): number {
  if (!Number.isNaN(first)) return first;
  return Number.isNaN(second) ? third : second;
}

/** One name for the three labels of an accelerator; `acceleratorLabels` takes it apart again. */
const acceleratorName = (...parts: readonly string[]): string => parts.map(encodeURIComponent).join('/');

/** The labels of an accelerator by the name of its row. */
export function acceleratorLabels(name: string): Readonly<Record<string, string>> {
  const [make = '', model = '', id = ''] = name.split('/').map(decodeURIComponent);
  return { make, model, accelerator_id: id };
}
