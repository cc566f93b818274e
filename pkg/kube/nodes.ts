import type { Clock } from '../lifecycle/clock.ts';
import type { NodeRecord } from '../model/cluster.ts';
import type { Logger } from '../telemetry/logger.ts';
import { ByName } from './catalog/by-name.ts';
import type { KubeTransport } from './connection/transport.ts';
import { decodeNode, sameNode } from './node-record.ts';
import { readsNothing, twoReaders, type WatchReader } from './watch/two-readers.ts';
import { Watch } from './watch/watch.ts';
import { atOnce } from './watch/watch-target.ts';

/** What happened to a node. For `removed` the record is the last one known. */
export interface NodeChange {
  readonly kind: 'added' | 'changed' | 'removed';
  readonly node: NodeRecord;
}

/** What following a kind of object takes. */
export interface CatalogOptions {
  readonly connection: KubeTransport;
  readonly clock: Clock;
  readonly log: Logger;
  /** Gives [0, 1); only tests throw their own dice. */
  readonly random?: () => number;
}

/** Nodes are asked for whole, and are large: 20 KB is ordinary. */
const pageSize = 100;

/** The nodes of the cluster, as the kube-apiserver last told. */
export class NodeCatalog {
  readonly #watch: Pick<Watch<unknown>, 'run' | 'synced'>;
  readonly #nodes = new ByName<NodeRecord>();
  readonly #listeners = new Set<(change: NodeChange) => void>();

  /** `also` reads the same nodes. */
  constructor({ connection, ...rest }: CatalogOptions, also: WatchReader<unknown> = readsNothing) {
    const own: WatchReader<NodeRecord> = {
      decode: decodeNode,
      target: {
        listing: atOnce((all) => this.#replace(all)),
        put: (node) => this.#put(node),
        remove: ({ name }) => this.#remove(name),
      },
    };
    const { decode, target } = twoReaders(own, also);
    const resource = { what: 'nodes', path: '/api/v1/nodes', pageSize, decode };
    this.#watch = new Watch({ transport: connection, resource, target, ...rest });
  }

  /** Follows the nodes until `signal` aborts; waits for a kube-apiserver that is away. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#watch.run(signal);
  }

  /** True once all nodes are known; stays true. */
  get synced(): boolean {
    return this.#watch.synced;
  }

  get size(): number {
    return this.#nodes.size;
  }

  get(name: string): NodeRecord | undefined {
    return this.#nodes.get(name);
  }

  /** Sorted by name. What is handed out never changes. */
  list(): readonly NodeRecord[] {
    return [...this.#nodes.sorted()];
  }

  /** Calls `listener` at each change from now on, until disposed. What it throws ends `run`. */
  onChange(listener: (change: NodeChange) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) };
  }

  #replace(all: readonly NodeRecord[]): void {
    const names = new Set(all.map(({ name }) => name));
    for (const { name } of [...this.#nodes.values()]) if (!names.has(name)) this.#remove(name);
    for (const node of all) this.#put(node);
  }

  #put(node: NodeRecord): void {
    const known = this.#nodes.get(node.name);
    if (known !== undefined && sameNode(known, node)) return;
    const isAnother = known !== undefined && known.uid !== node.uid;
    // What was measured of the machine that had this name says nothing about this one: its counters began elsewhere.
    if (isAnother) this.#remove(node.name);
    this.#nodes.put(node);
    this.#tell({ kind: known === undefined || isAnother ? 'added' : 'changed', node });
  }

  #remove(name: string): void {
    const node = this.#nodes.remove(name);
    if (node !== undefined) this.#tell({ kind: 'removed', node });
  }

  #tell(change: NodeChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}
