import {
  type ContainerSummary,
  figuresPerFilesystem,
  figuresPerSubject,
  type KubeletSummary,
  type PodSummary,
  place,
  placesOfFilesystem,
} from '../../model/kubelet-summary.ts';

/** What a made kubelet tells of, in figures that are easy to reckon with. Moments are epoch milliseconds by its clock. */
export interface MadeNode {
  readonly name?: string;
  readonly at: number;
  readonly bootedAt?: number;
  /** CPU time used since the boot, in core-seconds. */
  readonly cpuSeconds: number;
  readonly pods?: readonly MadePod[];
}

/** A pod of one container per entry. */
export interface MadePod {
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
  readonly at?: number;
  readonly startedAt?: number;
  /** By name of the container. */
  readonly cpuSeconds: Readonly<Record<string, number>>;
  readonly memoryBytes?: number;
  readonly rx?: number;
}

const GiB = 2 ** 30;

/** A summary as a decoder gives it. */
export function madeSummary({ name = 'n1', at, bootedAt = 0, cpuSeconds, pods = [] }: MadeNode): KubeletSummary {
  const figures = new Figures();
  const node = figures.subject({ at, startedAt: bootedAt, cpuSeconds, memoryBytes: 2 * GiB });
  figures.network(node, { at, bytes: cpuSeconds });
  figures.filesystem(node + place.filesystem, { at, used: 10 * GiB });
  figures.set(node + place.processes.count, 100);
  figures.set(node + place.processes.limit, 32_768);
  const told = pods.map((pod) => madePod(figures, pod, at));
  return { figures: figures.all, node: { name, at: node, systemContainers: [] }, pods: told };
}

function madePod(figures: Figures, pod: MadePod, now: number): PodSummary {
  const { namespace = 'web', name, uid = `uid-${name}`, at = now, startedAt = 0, memoryBytes = GiB, rx = 0 } = pod;
  const containers = Object.entries(pod.cpuSeconds).map(([container, seconds]): ContainerSummary => {
    const own = figures.subject({ at, startedAt, cpuSeconds: seconds, memoryBytes });
    figures.filesystem(own + place.filesystem, { at, used: 4_096 });
    figures.filesystem(own + place.logs, { at, used: 4_096 });
    return { name: container, at: own, accelerators: [], custom: [] };
  });
  const all = Object.values(pod.cpuSeconds).reduce((sum, seconds) => sum + seconds, 0);
  const own = figures.subject({ at, startedAt, cpuSeconds: all, memoryBytes: memoryBytes * containers.length });
  figures.network(own, { at, bytes: rx });
  figures.filesystem(own + place.filesystem, { at, used: 8_192 });
  figures.set(own + place.processes.count, containers.length + 1);
  const data = figures.reserve(figuresPerFilesystem);
  figures.filesystem(data, { at, used: 12_288 });
  return { namespace, name, uid, at: own, containers, volumes: [{ name: 'data', at: data }] };
}

interface MadeSubject {
  readonly at: number;
  readonly startedAt: number;
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

/** The figures of a summary in the making. */
class Figures {
  readonly #all: number[] = [];

  get all(): Float64Array {
    return Float64Array.from(this.#all);
  }

  reserve(many: number): number {
    const at = this.#all.length;
    for (let more = 0; more < many; more++) this.#all.push(Number.NaN);
    return at;
  }

  set(at: number, value: number): void {
    this.#all[at] = value;
  }

  subject({ at, startedAt, cpuSeconds, memoryBytes }: MadeSubject): number {
    const own = this.reserve(figuresPerSubject);
    this.set(own + place.startedAt, startedAt);
    this.set(own + place.cpu.sampledAt, at);
    this.set(own + place.cpu.usage, cpuSeconds * 1e9);
    this.set(own + place.memory.sampledAt, at);
    this.set(own + place.memory.usage, memoryBytes + 4_096);
    this.set(own + place.memory.workingSet, memoryBytes);
    this.set(own + place.memory.rss, memoryBytes / 2);
    this.set(own + place.memory.pageFaults, 1_000);
    this.set(own + place.memory.majorPageFaults, 0);
    return own;
  }

  network(own: number, { at, bytes }: { readonly at: number; readonly bytes: number }): void {
    this.set(own + place.network.sampledAt, at);
    this.set(own + place.network.rx, bytes);
    this.set(own + place.network.tx, bytes / 2);
    this.set(own + place.network.rxErrors, 0);
    this.set(own + place.network.txErrors, 0);
  }

  filesystem(from: number, { at, used }: { readonly at: number; readonly used: number }): void {
    this.set(from + placesOfFilesystem.sampledAt, at);
    this.set(from + placesOfFilesystem.used, used);
    this.set(from + placesOfFilesystem.capacity, 100 * GiB);
    this.set(from + placesOfFilesystem.available, 50 * GiB);
    this.set(from + placesOfFilesystem.inodes, 1_000_000);
    this.set(from + placesOfFilesystem.inodesFree, 900_000);
  }
}
