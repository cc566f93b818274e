import type { NodeRows } from './node-rows.ts';
import type { PodRows } from './pod-rows.ts';

/** A pod as its node knows it; or, rarely, as each of several does. */
type Found = PodRows | readonly PodRows[];

/** Where pods are: namespace, name, and the rows on the node that speaks of it, nearly always one. */
export class PodIndex {
  readonly #namespaces = new Map<string, Map<string, Found>>();

  /** How many namespaces and pods are known. */
  get size(): { readonly namespaces: number; readonly pods: number } {
    return {
      namespaces: this.#namespaces.size,
      pods: this.#namespaces.values().reduce((sum, { size }) => sum + size, 0),
    };
  }

  /** The pod on the nodes that speak of it. */
  find(namespace: string, pod: string): Found | undefined {
    return this.#namespaces.get(namespace)?.get(pod);
  }

  /** The pod as this node knows it. */
  on(node: NodeRows, namespace: string, pod: string): PodRows | undefined {
    const found = this.find(namespace, pod);
    if (isOne(found)) return found?.node === node ? found : undefined;
    return found.find((rows) => rows.node === node);
  }

  add(namespace: string, pod: string, rows: PodRows): void {
    let pods = this.#namespaces.get(namespace);
    if (pods === undefined) {
      pods = new Map();
      this.#namespaces.set(namespace, pods);
    }
    const others = pods.get(pod);
    this.#put(pods, pod, others === undefined ? rows : [others, rows].flat());
  }

  remove(namespace: string, pod: string, rows: PodRows): void {
    const pods = this.#namespaces.get(namespace);
    const found = pods?.get(pod);
    if (pods === undefined || found === undefined) return;
    rows.soleIn = undefined;
    if (found === rows) pods.delete(pod);
    else if (!isOne(found)) this.#put(pods, pod, oneOrAll(found.filter((other) => other !== rows)));
    if (pods.size === 0) this.#namespaces.delete(namespace);
  }

  #put(pods: Map<string, Found>, pod: string, found: Found): void {
    pods.set(pod, found);
    if (isOne(found)) found.soleIn = this;
    else for (const rows of found) rows.soleIn = undefined;
  }
}

const isOne = (found: Found | undefined): found is PodRows | undefined => !Array.isArray(found);

const oneOrAll = (all: readonly PodRows[]): Found => (all.length === 1 && all[0]) || all;
