import { as, type EpochMs, type EpochNs } from '../../model/units.ts';
import type { ContainerRef, NodeShape, PodRef, PodShape } from '../shape/cluster-shape.ts';
import { dice } from '../shape/dice.ts';
import { lastSampleAt, type Rhythm, samplesBetween } from './housekeeping.ts';
import type { InsideNode, InsidePod } from './inside-node.ts';
import {
  type Birth,
  beginLife,
  beginStay,
  type ContainerLife,
  cpuOfLife,
  cpuOfStay,
  memoryOfStay,
  type PodStay,
  rowOfLife,
  rowOfLifeAt,
  rowOfStay,
} from './life.ts';
import type { ResourceReport, ResourceRow } from './resource-metrics.ts';
import type { ServedSample, TrueUsage } from './running-kubelets.ts';
import { cpuUsedBy, meanCores } from './true-usage.ts';

/** How long the end of a life is remembered exactly; older ends are folded into one sum. */
const memoryMs = 120_000;

/** How long before its first pod a node was switched on. */
const bootMs = 60_000;

/** What runs on one pretend node and what it truly uses, now and a while ago. */
export class NodeWorkload {
  readonly #shape: NodeShape;
  readonly #seed: string;
  readonly #bootedAt: number;
  readonly #cgroup: Rhythm;
  readonly #stays = new Map<string, PodStay>();
  /** Pods that went lately enough to be asked about. */
  #gone: readonly PodStay[] = [];
  /** Core-nanoseconds of pods that are forgotten. */
  #forgotten = 0;
  /** No exact answer for a node or pod reaches back beyond this. */
  #exactSince = Number.NEGATIVE_INFINITY;
  /** Running containers as Prometheus sorts them; made anew after a change. */
  #sorted: { readonly lives: readonly ContainerLife[]; readonly stays: readonly PodStay[] } | undefined;

  /** The node as it is at `now` (epoch milliseconds). */
  constructor(shape: NodeShape, seed: number, now: number) {
    this.#shape = shape;
    this.#seed = `${seed}/${shape.name}`;
    const oldest = shape.pods.reduce((most, { startedAgoMs }) => Math.max(most, startedAgoMs), 0);
    this.#bootedAt = now - oldest - shape.housekeeping.maxMs - bootMs;
    this.#cgroup = { ...shape.housekeeping, bornAt: this.#bootedAt, seed: Math.floor(dice(this.#seed)() * 2 ** 32) };
    const random = dice(`${this.#seed}/ages`);
    for (const pod of shape.pods) this.#begin(pod, now - pod.startedAgoMs - random() * shape.housekeeping.maxMs);
  }

  /** The pods that are there now. */
  get pods(): readonly PodShape[] {
    return [...this.#stays.values()].map(({ shape }) => shape);
  }

  /** The pod is there from now on; its containers began `startedAgoMs` ago. */
  addPod(pod: PodShape, now: number): void {
    this.#begin(pod, now - pod.startedAgoMs);
  }

  /** The pod is gone; what it used stays in the node's counter. */
  removePod(pod: PodRef, now: number): void {
    const stay = this.#stays.get(keyOf(pod));
    if (stay === undefined) return;
    stay.endedAt = now;
    this.#stays.delete(keyOf(pod));
    if (runs(stay)) this.#gone = [...this.#gone, stay];
    this.#changed(now);
  }

  /** Ends the running life of a container and begins the next. */
  restartContainer(ref: ContainerRef, now: number): void {
    const stay = this.#stays.get(keyOf(ref));
    const ended = stay?.current.find(({ shape }) => shape.name === ref.container);
    if (stay === undefined || ended === undefined) return;
    ended.endedAt = now;
    const begun = beginLife(ended.shape, stay.shape, this.#birth(now));
    stay.current = stay.current.map((life) => (life === ended ? begun : life));
    stay.past = [...stay.past, ended];
    this.#changed(now);
  }

  /** What cAdvisor has to offer at `now`: of everything the last sample, with the sample's own time. */
  report(now: number): ResourceReport {
    const { lives, stays } = this.#inOrder();
    return {
      containers: present(lives.map((life) => rowOfLife(life, now))),
      node: this.#nodeRow(lastSampleAt(this.#cgroup, now) ?? this.#bootedAt),
      pods: present(stays.map((stay) => rowOfStay(stay, now))),
    };
  }

  /** The same, subject by subject: whatever else a kubelet tells follows from it. */
  inside(now: number): InsideNode {
    const row = this.#nodeRow(lastSampleAt(this.#cgroup, now) ?? this.#bootedAt);
    const { name, capacity, system } = this.#shape;
    const daemonsUsed = Math.floor(cpuUsedBy(system.cpuCores, row.sampledAt - this.#bootedAt));
    return {
      name,
      bootedAt: this.#bootedAt,
      row,
      system: { ...row, cpu: daemonsUsed, memory: system.memoryBytes },
      memoryBytes: capacity.memoryBytes,
      pods: this.#inOrder().stays.flatMap((stay) => insidePod(stay, now) ?? []),
    };
  }

  /** What the node truly used; undefined where the span reaches beyond what is remembered. */
  truthOfNode(from: number, to: number): TrueUsage | undefined {
    if (from < this.#bootedAt || from < this.#exactSince || to <= from) return undefined;
    return {
      cpuCores: meanCores(this.#cpu(to) - this.#cpu(from), to - from),
      memoryBytes: this.#memory(),
    };
  }

  /** What a pod truly used; undefined where it was not there throughout. */
  truthOfPod(ref: PodRef, from: number, to: number): TrueUsage | undefined {
    const stay = this.#stays.get(keyOf(ref));
    if (stay === undefined || from < stay.bornAt || from < this.#exactSince || to <= from) return undefined;
    return {
      cpuCores: meanCores(cpuOfStay(stay, to) - cpuOfStay(stay, from), to - from),
      memoryBytes: memoryOfStay(stay),
    };
  }

  /** What a container truly used; undefined where the span is not within its present life. */
  truthOfContainer(ref: ContainerRef, from: number, to: number): TrueUsage | undefined {
    const life = this.#stays.get(keyOf(ref))?.current.find(({ shape }) => shape.name === ref.container);
    if (life === undefined || from < life.bornAt || to <= from) return undefined;
    return {
      cpuCores: meanCores(cpuOfLife(life, to) - cpuOfLife(life, from), to - from),
      memoryBytes: life.shape.memoryBytes,
    };
  }

  /** Every sample of the running containers and of the node in [since, now]. */
  samples(since: number, now: number): ServedSample[] {
    const stays = [...this.#stays.values()].filter(runs);
    const ofContainers = stays.flatMap(({ shape, current }) =>
      current.flatMap((life) =>
        samplesBetween(life, since, now).map((at) => ({
          namespace: shape.namespace,
          pod: shape.name,
          container: life.shape.name,
          ...this.#served(rowOfLifeAt(life, at)),
        })),
      ),
    );
    const ofNode = samplesBetween(this.#cgroup, since, now).map((at) => this.#served(this.#nodeRow(at)));
    return [...ofNode, ...ofContainers];
  }

  #served({ sampledAt, cpu, memory, startedAt }: ResourceRow): ServedSample {
    return {
      node: this.#shape.name,
      sampledAt: as<EpochMs>(sampledAt),
      ...(startedAt === undefined ? {} : { startedAt: as<EpochNs>(Math.trunc(startedAt * 1e9)) }),
      cpu: Math.trunc((cpu / 1e9) * 1e9),
      memory,
    };
  }

  #begin(pod: PodShape, bornAt: number): void {
    this.#stays.set(keyOf({ namespace: pod.namespace, pod: pod.name }), beginStay(pod, this.#birth(bornAt)));
    this.#sorted = undefined;
  }

  #birth(bornAt: number): Birth {
    return { ...this.#shape.housekeeping, bornAt, seed: this.#seed };
  }

  #nodeRow(at: number): ResourceRow {
    return { labels: '', sampledAt: Math.ceil(at), cpu: Math.floor(this.#cpu(at)), memory: this.#memory(), swap: 0 };
  }

  #cpu(at: number): number {
    let used = this.#forgotten + cpuUsedBy(this.#shape.system.cpuCores, at - this.#bootedAt);
    for (const stay of this.#gone) used += cpuOfStay(stay, at);
    for (const stay of this.#stays.values()) if (runs(stay)) used += cpuOfStay(stay, at);
    return used;
  }

  #memory(): number {
    let used = this.#shape.system.memoryBytes;
    for (const stay of this.#stays.values()) if (runs(stay)) used += memoryOfStay(stay);
    return used;
  }

  /** Folds what ended long ago into sums, so that churn costs no memory. */
  #changed(now: number): void {
    const since = now - memoryMs;
    for (const stay of this.#stays.values()) {
      const old = stay.past.filter(({ endedAt }) => endedAt < since);
      if (old.length === 0) continue;
      stay.forgotten += old.reduce((sum, life) => sum + cpuOfLife(life, since), 0);
      stay.past = stay.past.filter(({ endedAt }) => endedAt >= since);
      this.#exactSince = since;
    }
    const old = this.#gone.filter(({ endedAt }) => endedAt < since);
    if (old.length > 0) {
      this.#forgotten += old.reduce((sum, stay) => sum + cpuOfStay(stay, since), 0);
      this.#gone = this.#gone.filter(({ endedAt }) => endedAt >= since);
      this.#exactSince = since;
    }
    this.#sorted = undefined;
  }

  #inOrder(): { readonly lives: readonly ContainerLife[]; readonly stays: readonly PodStay[] } {
    if (this.#sorted !== undefined) return this.#sorted;
    const stays = [...this.#stays.values()].filter(runs).sort(byLabels);
    this.#sorted = { stays, lives: stays.flatMap(({ current }) => current).sort(byLabels) };
    return this.#sorted;
  }
}

function insidePod(stay: PodStay, now: number): InsidePod | undefined {
  const row = rowOfStay(stay, now);
  if (row === undefined) return undefined;
  const containers = stay.current.flatMap((life) => {
    const own = rowOfLife(life, now);
    return own === undefined ? [] : [{ shape: life.shape, bornAt: life.bornAt, row: own }];
  });
  return { shape: stay.shape, bornAt: stay.bornAt, row, containers };
}

const keyOf = ({ namespace, pod }: PodRef): string => `${namespace}/${pod}`;

const runs = ({ shape }: PodStay): boolean => (shape.phase ?? 'Running') === 'Running';

const present = (rows: readonly (ResourceRow | undefined)[]): ResourceRow[] => rows.filter((row) => row !== undefined);

/** Label values decide, one label after the other; the quote that ends a value sorts before every letter a name may have. */
function byLabels(a: { readonly labels: string }, b: { readonly labels: string }): number {
  return a.labels < b.labels ? -1 : 1;
}
