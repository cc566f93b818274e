import type { ContainerUsage, PodUsage, Usage } from './sample.ts';
import { as, type EpochMs } from './units.ts';

type Writable<T> = { -readonly [Member in keyof T]: T[Member] };

/** One container in a `PodReading`. */
export interface ContainerReading extends Writable<ContainerUsage> {
  usage: Writable<Usage>;
}

/**
 * What one pod used, to be filled again with the next: whoever reads 150,000 of them one after the other makes no objects
 * for each.
 */
export interface PodReading extends Writable<PodUsage> {
  readonly containers: ContainerReading[];
}

/** One of nothing yet. */
export function podReading(): PodReading {
  return { namespace: '', name: '', sampledAt: as<EpochMs>(0), windowNs: 0, containers: [] };
}

/** Makes room for so many containers; those that are there are filled again. */
export function resizeReading({ containers }: PodReading, count: number): void {
  while (containers.length > count) containers.pop();
  while (containers.length < count) containers.push({ name: '', usage: emptyUsage() });
}

/** A usage to be filled. */
export const emptyUsage = (): Writable<Usage> => ({ sampledAt: as<EpochMs>(0), windowNs: 0, cpu: 0, memory: 0 });
