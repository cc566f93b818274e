import type { ContainerShape, Housekeeping, PodShape } from '../shape/cluster-shape.ts';
import { dice } from '../shape/dice.ts';
import { lastSampleAt, type Rhythm } from './housekeeping.ts';
import { containerLabels, podLabels, type ResourceRow } from './resource-metrics.ts';
import { cpuUsedBy } from './true-usage.ts';

/** One life of a container, from a start to the next. Its own counter begins at zero. */
export interface ContainerLife extends Rhythm {
  readonly shape: ContainerShape;
  readonly labels: string;
  /** Epoch milliseconds; Infinity while it runs. */
  endedAt: number;
}

/** A pod's stay on a node: the lives of its containers, one after another, and its cgroup, whose counter survives them. */
export interface PodStay extends Rhythm {
  readonly shape: PodShape;
  readonly labels: string;
  /** The running life of each container, in the order of the shape. */
  current: readonly ContainerLife[];
  /** Lives that ended lately enough to be asked about. */
  past: readonly ContainerLife[];
  /** Core-nanoseconds of lives that are forgotten. */
  forgotten: number;
  /** Epoch milliseconds; Infinity while the pod is there. */
  endedAt: number;
}

/** How a life is to begin. */
export interface Birth extends Housekeeping {
  /** Epoch milliseconds, with a fraction as real starts have one. */
  readonly bornAt: number;
  /** Names the schedule: equal seeds and names sample at equal moments. */
  readonly seed: string;
}

/** A pod whose containers all start at `birth.bornAt`. */
export function beginStay(shape: PodShape, birth: Birth): PodStay {
  return {
    shape,
    labels: podLabels(shape.namespace, shape.name),
    current: shape.containers.map((container) => beginLife(container, shape, birth)),
    past: [],
    forgotten: 0,
    endedAt: Number.POSITIVE_INFINITY,
    ...rhythm(birth, `${shape.namespace}/${shape.name}`),
  };
}

/** A container of `pod` that starts now. */
export function beginLife(shape: ContainerShape, pod: PodShape, birth: Birth): ContainerLife {
  return {
    shape,
    labels: containerLabels(shape.name, pod.namespace, pod.name),
    endedAt: Number.POSITIVE_INFINITY,
    ...rhythm(birth, `${pod.namespace}/${pod.name}/${shape.name}`),
  };
}

function rhythm({ bornAt, minMs, maxMs, seed }: Birth, name: string): Rhythm {
  return { bornAt, minMs, maxMs, seed: Math.floor(dice(`${seed}/${name}/${bornAt}`)() * 2 ** 32) };
}

/** Core-nanoseconds of one life up to `at`. */
export function cpuOfLife(life: ContainerLife, at: number): number {
  return cpuUsedBy(life.shape.cpuCores, Math.min(at, life.endedAt) - life.bornAt);
}

/** Core-nanoseconds of a pod up to `at`, over all lives of its containers. */
export function cpuOfStay(stay: PodStay, at: number): number {
  const until = Math.min(at, stay.endedAt);
  let used = stay.forgotten;
  for (const life of stay.past) used += cpuOfLife(life, until);
  for (const life of stay.current) used += cpuOfLife(life, until);
  return used;
}

/** The container's row as of the last sample at or before `now`; undefined when there is none. */
export function rowOfLife(life: ContainerLife, now: number): ResourceRow | undefined {
  const at = lastSampleAt(life, now);
  return at === undefined ? undefined : rowOfLifeAt(life, at);
}

/** The container's row for a sample taken at `at`. */
export function rowOfLifeAt(life: ContainerLife, at: number): ResourceRow {
  const { memoryBytes, swapBytes = 0, swapLimitBytes } = life.shape;
  return {
    labels: life.labels,
    sampledAt: at,
    cpu: Math.floor(cpuOfLife(life, at)),
    memory: memoryBytes,
    swap: swapBytes,
    ...(swapLimitBytes === undefined ? {} : { swapLimit: swapLimitBytes }),
    startedAt: life.bornAt / 1000,
  };
}

/** The pod's row as of the last look at its cgroup at or before `now`; undefined when there is none. */
export function rowOfStay(stay: PodStay, now: number): ResourceRow | undefined {
  const at = lastSampleAt(stay, now);
  if (at === undefined) return undefined;
  return {
    labels: stay.labels,
    sampledAt: at,
    cpu: Math.floor(cpuOfStay(stay, at)),
    memory: memoryOfStay(stay),
    swap: stay.shape.containers.reduce((sum, { swapBytes = 0 }) => sum + swapBytes, 0),
  };
}

/** Working set of all containers of a pod. */
export function memoryOfStay(stay: PodStay): number {
  return stay.shape.containers.reduce((sum, { memoryBytes }) => sum + memoryBytes, 0);
}
