import type { NodeRecord } from '../../model/cluster.ts';
import type { ScrapeTargets, TargetChange } from '../scraper.ts';

/** Nodes that come and go as a test says. */
export class FakeTargets implements ScrapeTargets {
  readonly #nodes = new Map<string, NodeRecord>();
  readonly #listeners = new Set<(change: TargetChange) => void>();

  constructor(...nodes: readonly NodeRecord[]) {
    for (const node of nodes) this.#nodes.set(node.name, node);
  }

  list(): Iterable<NodeRecord> {
    return this.#nodes.values();
  }

  onChange(listener: (change: TargetChange) => void): Disposable {
    this.#listeners.add(listener);
    return { [Symbol.dispose]: () => this.#listeners.delete(listener) };
  }

  put(node: NodeRecord): void {
    const kind = this.#nodes.has(node.name) ? 'changed' : 'added';
    this.#nodes.set(node.name, node);
    for (const listener of this.#listeners) listener({ kind, node });
  }

  remove(name: string): void {
    const node = this.#nodes.get(name);
    this.#nodes.delete(name);
    if (node) for (const listener of this.#listeners) listener({ kind: 'removed', node });
  }

  get listeners(): number {
    return this.#listeners.size;
  }
}

/** A Ready node that is reached by its name. */
export function nodeNamed(name: string, changes: Partial<NodeRecord> = {}): NodeRecord {
  const addresses = [{ type: 'Hostname', address: name }];
  return { name, uid: `uid-${name}`, labels: {}, addresses, kubeletPort: 0, ready: true, ...changes };
}
