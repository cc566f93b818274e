import type { PodRecord } from '../../model/cluster.ts';
import type { LabelSelector } from '../../model/label-selector.ts';
import { LabelSets, sameLabelSet } from '../label-sets.ts';
import { ByName } from './by-name.ts';
import { PodNamespace } from './pod-namespace.ts';

/** Pods by namespace and name; their namespaces' names and their label sets are held once. */
export class PodSet {
  readonly #namespaces = new ByName<PodNamespace>();
  readonly #labels = new LabelSets();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** How many different label sets there are. */
  get labelSets(): number {
    return this.#labels.size;
  }

  get(namespace: string, name: string): PodRecord | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }

  /**
   * Sorted by namespace, then name; may leave out those that `labels` does not match. Safe to walk slowly, and once, while
   * pods come and go.
   */
  list(namespace?: string, labels?: LabelSelector): Iterable<PodRecord> {
    if (namespace === undefined) return this.#listAll(labels);
    return this.#namespaces.get(namespace)?.sorted(labels) ?? [];
  }

  *#listAll(labels: LabelSelector | undefined): Generator<PodRecord, void, undefined> {
    for (const namespace of this.#namespaces.sorted()) for (const pod of namespace.sorted(labels)) yield pod;
  }

  /** A pod that came, or what it is like from now on. */
  put(pod: PodRecord): void {
    const namespace = this.#namespace(pod.namespace);
    const known = namespace.get(pod.name);
    if (known !== undefined && sameLabelSet(known.labels, pod.labels)) return;
    const { name } = known ?? pod;
    namespace.put({ namespace: namespace.name, name, labels: this.#labels.share(pod.labels), place: undefined });
    if (known === undefined) this.#size++;
    else this.#labels.release(known.labels);
  }

  /** Puts a pod, for which the record of another set serves as well where that says the same: then it is held once. */
  putLike(known: PodRecord | undefined, pod: PodRecord): void {
    const isNews = known === undefined || !sameLabelSet(known.labels, pod.labels);
    const namespace = this.#namespace(pod.namespace);
    if (isNews || namespace.get(pod.name) !== undefined) return this.put(pod);
    const labels = this.#labels.share(known.labels);
    namespace.put(labels === known.labels ? known : { ...known, labels });
    this.#size++;
  }

  remove({ namespace: space, name }: Omit<PodRecord, 'labels'>): void {
    const namespace = this.#namespaces.get(space);
    const pod = namespace?.remove(name);
    if (namespace === undefined || pod === undefined) return;
    this.#size--;
    this.#labels.release(pod.labels);
    if (namespace.size === 0) this.#namespaces.remove(space);
  }

  #namespace(name: string): PodNamespace {
    const known = this.#namespaces.get(name);
    if (known !== undefined) return known;
    const namespace = new PodNamespace(name);
    this.#namespaces.put(namespace);
    return namespace;
  }
}
