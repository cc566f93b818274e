import type { NodeWindow } from './node-window.ts';

/** Where pods are: namespace, name, and the nodes that speak of it, nearly always one. */
export class PodIndex {
  readonly #namespaces = new Map<string, Map<string, NodeWindow | readonly NodeWindow[]>>();

  /** How many namespaces and pods are known. */
  get size(): { readonly namespaces: number; readonly pods: number } {
    return {
      namespaces: this.#namespaces.size,
      pods: this.#namespaces.values().reduce((sum, { size }) => sum + size, 0),
    };
  }

  /** The nodes that speak of this pod. */
  find(namespace: string, pod: string): NodeWindow | readonly NodeWindow[] | undefined {
    return this.#namespaces.get(namespace)?.get(pod);
  }

  add(window: NodeWindow): void {
    for (const { first } of window.order.pods()) {
      const pods = this.#podsOf(window.order.namespace(first));
      const pod = window.order.pod(first);
      const before = pods.get(pod);
      pods.set(pod, before === undefined ? window : [before, window].flat());
    }
  }

  remove(window: NodeWindow): void {
    for (const { first } of window.order.pods()) {
      const namespace = window.order.namespace(first);
      const pods = this.#podsOf(namespace);
      const pod = window.order.pod(first);
      const others = [pods.get(pod) ?? []].flat().filter((other) => other !== window);
      pods.delete(pod);
      if (others.length > 0) pods.set(pod, only(others) ?? others);
      if (pods.size === 0) this.#namespaces.delete(namespace);
    }
  }

  #podsOf(namespace: string): Map<string, NodeWindow | readonly NodeWindow[]> {
    let pods = this.#namespaces.get(namespace);
    if (pods === undefined) {
      pods = new Map();
      this.#namespaces.set(namespace, pods);
    }
    return pods;
  }
}

const only = (windows: readonly NodeWindow[]): NodeWindow | undefined =>
  windows.length === 1 ? windows[0] : undefined;
