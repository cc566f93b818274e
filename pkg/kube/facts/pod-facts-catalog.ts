import type { PodFacts, PodShape } from '../../model/pod-facts.ts';
import { LabelSets } from '../label-sets.ts';
import type { WatchReader } from '../watch/two-readers.ts';
import { atOnce, type WatchTarget } from '../watch/watch-target.ts';
import { decodePodFacts } from './decode-pod.ts';

/** Below this many, tidying is not worth the walk. */
const fewestShapes = 1_000;

const keyOf = ({ namespace, name }: Pick<PodFacts, 'namespace' | 'name'>): string => `${namespace}/${name}`;

/**
 * The pods that are bound to a node and have not ended: what they request, and how often their containers restarted. It
 * reads what a watch of whole pods finds.
 */
export class PodFactsCatalog implements WatchReader<PodFacts> {
  readonly #labels = new LabelSets();
  /** By their text: pods of one template share a shape. */
  #shapes = new Map<string, PodShape>();
  #shapeLimit = fewestShapes;
  readonly #pods = new Map<string, PodFacts>();
  readonly #byNode = new Map<string, Map<string, PodFacts>>();
  readonly target: WatchTarget<PodFacts> = {
    listing: atOnce((all) => this.#replace(all)),
    put: (pod) => this.#put(pod),
    remove: (pod) => this.#remove(keyOf(pod)),
  };

  get size(): number {
    return this.#pods.size;
  }

  /** How many different shapes are held. */
  get shapes(): number {
    return this.#shapes.size;
  }

  get(namespace: string, name: string): PodFacts | undefined {
    return this.#pods.get(keyOf({ namespace, name }));
  }

  /** Pods bound to a node, in no order. */
  onNode(node: string): Iterable<PodFacts> {
    return this.#byNode.get(node)?.values() ?? [];
  }

  decode(object: unknown): PodFacts | undefined {
    const pod = decodePodFacts(object);
    return pod && { ...pod, labels: this.#labels.share(pod.labels), shape: this.#share(pod.shape) };
  }

  #share(shape: PodShape): PodShape {
    const text = JSON.stringify(shape);
    const known = this.#shapes.get(text);
    if (known === undefined) this.#shapes.set(text, shape);
    return known ?? shape;
  }

  #replace(all: readonly PodFacts[]): void {
    const names = new Set(all.map(keyOf));
    for (const key of [...this.#pods.keys()]) if (!names.has(key)) this.#remove(key);
    for (const pod of all) this.#put(pod);
    this.#tidy();
  }

  #put(pod: PodFacts): void {
    const key = keyOf(pod);
    const known = this.#pods.get(key);
    if (known !== undefined && known.node !== pod.node) this.#remove(key);
    this.#pods.set(key, pod);
    let onNode = this.#byNode.get(pod.node);
    if (onNode === undefined) {
      onNode = new Map();
      this.#byNode.set(pod.node, onNode);
    }
    onNode.set(key, pod);
    if (this.#shapes.size > this.#shapeLimit || this.#labels.overgrown) this.#tidy();
  }

  #remove(key: string): void {
    const pod = this.#pods.get(key);
    if (pod === undefined) return;
    this.#pods.delete(key);
    const onNode = this.#byNode.get(pod.node);
    onNode?.delete(key);
    if (onNode?.size === 0) this.#byNode.delete(pod.node);
  }

  /** Forgets shapes and labels that no pod has any more. */
  #tidy(): void {
    const pods = [...this.#pods.values()];
    this.#shapes = new Map(pods.map(({ shape }) => [JSON.stringify(shape), shape]));
    this.#shapeLimit = Math.max(fewestShapes, 2 * this.#shapes.size);
    this.#labels.keepOnly(pods.map(({ labels }) => labels));
  }
}
