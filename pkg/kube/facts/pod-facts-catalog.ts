import type { PodFacts } from '../../model/pod-facts.ts';
import type { WatchReader } from '../watch/two-readers.ts';
import type { Listing, WatchTarget } from '../watch/watch-target.ts';
import { decodePodFacts } from './decode-pod.ts';
import { PodFactsSet } from './pod-facts-set.ts';
import { PodShapes } from './pod-shapes.ts';

/**
 * The pods that are bound to a node and have not ended: what they request, and how often their containers restarted. It
 * reads what a watch of whole pods finds.
 */
export class PodFactsCatalog implements WatchReader<PodFacts> {
  readonly #shapes = new PodShapes();
  #pods = new PodFactsSet();
  readonly target: WatchTarget<PodFacts> = {
    listing: () => this.#listing(),
    put: (pod) => this.#pods.put(pod),
    remove: (pod) => this.#pods.remove(pod),
  };

  get size(): number {
    return this.#pods.size;
  }

  /** How many different shapes are remembered. */
  get shapes(): number {
    return this.#shapes.size;
  }

  get(namespace: string, name: string): PodFacts | undefined {
    return this.#pods.get(namespace, name);
  }

  /** Pods bound to a node, in no order. */
  onNode(node: string): Iterable<PodFacts> {
    return this.#pods.onNode(node);
  }

  decode(object: unknown): PodFacts | undefined {
    return decodePodFacts(object, this.#shapes);
  }

  /** Another set grows beside the one in use. */
  #listing(): Listing<PodFacts> {
    const next = new PodFactsSet();
    return {
      add: (pod) => next.put(pod),
      complete: () => {
        this.#pods = next;
      },
    };
  }
}
