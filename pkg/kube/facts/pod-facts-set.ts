import type { PodFacts } from '../../model/pod-facts.ts';
import { LabelSets } from '../label-sets.ts';

const keyOf = ({ namespace, name }: Pick<PodFacts, 'namespace' | 'name'>): string => `${namespace}/${name}`;

/** What is known of pods, by their names and by their nodes. Equal labels are one object. */
export class PodFactsSet {
  readonly #labels = new LabelSets();
  readonly #pods = new Map<string, PodFacts>();
  readonly #byNode = new Map<string, Map<string, PodFacts>>();

  get size(): number {
    return this.#pods.size;
  }

  get(namespace: string, name: string): PodFacts | undefined {
    return this.#pods.get(keyOf({ namespace, name }));
  }

  /** Pods bound to a node, in no order. */
  onNode(node: string): Iterable<PodFacts> {
    return this.#byNode.get(node)?.values() ?? [];
  }

  /** Takes in a pod, in place of what was known of it. */
  put(pod: PodFacts): void {
    const key = keyOf(pod);
    const labels = this.#labels.share(pod.labels);
    this.#forget(key, pod.node);
    const kept = { ...pod, labels };
    this.#pods.set(key, kept);
    let onNode = this.#byNode.get(pod.node);
    if (onNode === undefined) {
      onNode = new Map();
      this.#byNode.set(pod.node, onNode);
    }
    onNode.set(key, kept);
  }

  remove(pod: Pick<PodFacts, 'namespace' | 'name'>): void {
    const key = keyOf(pod);
    this.#forget(key);
    this.#pods.delete(key);
  }

  /** Nobody is to find what was known of a pod any more, except that it keeps its place on a node where it `staysOn`. */
  #forget(key: string, staysOn?: string): void {
    const known = this.#pods.get(key);
    if (known === undefined) return;
    this.#labels.release(known.labels);
    if (known.node === staysOn) return;
    const onNode = this.#byNode.get(known.node);
    onNode?.delete(key);
    if (onNode?.size === 0) this.#byNode.delete(known.node);
  }
}
