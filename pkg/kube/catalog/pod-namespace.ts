import type { PodRecord } from '../../model/cluster.ts';
import type { LabelSelector } from '../../model/label-selector.ts';
import { byCodeUnit } from '../metadata.ts';
import { ByName } from './by-name.ts';
import { LabelIndex } from './label-index.ts';

/** Below this many pods, looking at all of them takes no longer than finding some and sorting those. */
const worthIndexing = 1_000;

/** The pods of one namespace. */
export class PodNamespace {
  readonly name: string;
  readonly #pods = new ByName<PodRecord>();
  readonly #index = new LabelIndex();

  constructor(name: string) {
    this.name = name;
  }

  get size(): number {
    return this.#pods.size;
  }

  get(name: string): PodRecord | undefined {
    return this.#pods.get(name);
  }

  put(pod: PodRecord): void {
    const before = this.#pods.get(pod.name);
    if (before !== undefined) this.#index.remove(before);
    this.#pods.put(pod);
    this.#index.add(pod);
  }

  /** What had this name. */
  remove(name: string): PodRecord | undefined {
    const pod = this.#pods.remove(name);
    if (pod !== undefined) this.#index.remove(pod);
    return pod;
  }

  /** In no particular order, for next to nothing. */
  pods(): MapIterator<PodRecord> {
    return this.#pods.values();
  }

  /**
   * Sorted by name, pods among which are those that `labels` matches: all, where looking them up takes longer than looking
   * at each. Never changes; to be walked once.
   */
  sorted(labels?: LabelSelector): Iterable<PodRecord> {
    if (labels === undefined || this.size < worthIndexing) return this.#pods.sorted();
    const candidates = this.#index.candidates(labels, this.#pods);
    if (candidates === undefined) return this.#pods.sorted();
    return candidates.filter((pod) => labels.matches(pod.labels)).sort((a, b) => byCodeUnit(a.name, b.name));
  }
}
