import type { NodeFacts } from '../../model/pod-facts.ts';
import type { WatchReader } from '../watch/two-readers.ts';
import { atOnce, type WatchTarget } from '../watch/watch-target.ts';
import { decodeNodeFacts } from './decode-node.ts';

/** What nodes have to give to pods. It reads what a watch of nodes finds. */
export class NodeFactsCatalog implements WatchReader<NodeFacts> {
  readonly #hostIdAnnotation: string;
  #nodes = new Map<string, NodeFacts>();
  readonly target: WatchTarget<NodeFacts> = {
    listing: atOnce((all) => {
      this.#nodes = new Map(all.map((node) => [node.name, node]));
    }),
    put: (node) => void this.#nodes.set(node.name, node),
    remove: ({ name }) => void this.#nodes.delete(name),
  };

  /** `hostIdAnnotation` names the annotation that holds a node's host id; empty = none does. */
  constructor(hostIdAnnotation: string) {
    this.#hostIdAnnotation = hostIdAnnotation;
  }

  decode(object: unknown): NodeFacts | undefined {
    return decodeNodeFacts(object, this.#hostIdAnnotation);
  }

  get(name: string): NodeFacts | undefined {
    return this.#nodes.get(name);
  }
}
