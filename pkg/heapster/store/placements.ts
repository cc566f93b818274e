import type { MonotonicMs } from '../../model/units.ts';
import type { NodeSeries } from './node-series.ts';

/** Where a pod is, and where it was. */
export interface Placement {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  /** The node that told of it last. */
  readonly series: NodeSeries;
  readonly seenAt: MonotonicMs;
  /** Nodes on which a pod of this name was before, oldest first. */
  readonly past: readonly NodeSeries[];
}

/** Nearly always the same pod is where it was. Only `Placements` change it. */
export type Placed = Omit<Placement, 'seenAt'> & { seenAt: MonotonicMs };

/** A pod that moves from node to node without end is followed over so many. */
const longestPast = 8;

/** Roughly: the record, its three texts and its place in the map. */
const bytesPerPlacement = 320;

/** Every pod that some node told of within the last hour, by namespace and name. */
export class Placements {
  readonly #namespaces = new Map<string, Map<string, Placed>>();
  #size = 0;

  /** Roughly, what it takes of memory. */
  get bytes(): number {
    return this.#size * bytesPerPlacement;
  }

  get(namespace: string, pod: string): Placed | undefined {
    return this.#namespaces.get(namespace)?.get(pod);
  }

  /** Pods of a namespace, unsorted. */
  in(namespace: string): Iterable<Placement> {
    return this.#namespaces.get(namespace)?.values() ?? [];
  }

  *all(): Generator<Placement> {
    for (const pods of this.#namespaces.values()) yield* pods.values();
  }

  /**
   * Notes that a pod is where it was, without looking for it again; false where it is not. `known` is what was found of it,
   * and nothing was forgotten since.
   */
  isStill(known: Placed | undefined, { series, uid, seenAt }: Omit<Placement, 'past'>): boolean {
    if (known?.series !== series || known.uid !== uid) return false;
    known.seenAt = seenAt;
    return true;
  }

  /** A node told of the pod at `seenAt`. */
  put(told: Omit<Placement, 'past'>): void {
    let pods = this.#namespaces.get(told.namespace);
    if (pods === undefined) {
      pods = new Map();
      this.#namespaces.set(told.namespace, pods);
    }
    const known = pods.get(told.pod);
    if (known?.series === told.series && known.uid === told.uid) known.seenAt = told.seenAt;
    else pods.set(told.pod, { ...told, past: pastOf(known, told.series) });
    if (known === undefined) this.#size++;
  }

  /** Forgets pods that nobody told of since `beat`. */
  forgetBefore(beat: number): void {
    for (const [namespace, pods] of this.#namespaces) {
      for (const { pod, seenAt } of pods.values()) if (seenAt < beat && pods.delete(pod)) this.#size--;
      if (pods.size === 0) this.#namespaces.delete(namespace);
    }
  }
}

function pastOf(known: Placement | undefined, series: NodeSeries): readonly NodeSeries[] {
  if (known === undefined) return [];
  if (known.series === series) return known.past;
  return [...known.past, known.series].filter((one) => one !== series).slice(-longestPast);
}
