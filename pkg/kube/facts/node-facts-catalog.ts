import type { NodeFacts } from '../../model/pod-facts.ts';
import type { CatalogOptions } from '../nodes.ts';
import { Watch } from '../watch/watch.ts';
import { decodeNodeFacts } from './decode-node.ts';

/** Nodes are large: 20 KB is ordinary. */
const pageSize = 100;

/** What nodes have to give to pods. */
export class NodeFactsCatalog {
  readonly #watch: Watch<NodeFacts>;
  #nodes = new Map<string, NodeFacts>();

  /** `hostIdAnnotation` names the annotation that holds a node's host id; empty = none does. */
  constructor({ connection, ...rest }: CatalogOptions, hostIdAnnotation: string) {
    this.#watch = new Watch({
      transport: connection,
      resource: {
        what: 'nodes with their resources',
        path: '/api/v1/nodes',
        pageSize,
        decode: (object) => decodeNodeFacts(object, hostIdAnnotation),
      },
      target: {
        replace: (all) => {
          this.#nodes = new Map(all.map((node) => [node.name, node]));
        },
        put: (node) => void this.#nodes.set(node.name, node),
        remove: ({ name }) => void this.#nodes.delete(name),
      },
      ...rest,
    });
  }

  /** Follows the nodes until `signal` aborts; waits for a kube-apiserver that is away. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#watch.run(signal);
  }

  /** True once all nodes are known; stays true. */
  get synced(): boolean {
    return this.#watch.synced;
  }

  get(name: string): NodeFacts | undefined {
    return this.#nodes.get(name);
  }
}
