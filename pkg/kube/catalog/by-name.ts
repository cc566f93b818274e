import { SortedRuns } from './sorted-runs.ts';

/** Things by name, and in the order of their names. */
export class ByName<T extends { readonly name: string }> {
  readonly #all = new Map<string, T>();
  readonly #order = new SortedRuns<T>();

  get size(): number {
    return this.#all.size;
  }

  get(name: string): T | undefined {
    return this.#all.get(name);
  }

  put(thing: T): void {
    this.#all.set(thing.name, thing);
    this.#order.put(thing);
  }

  /** What had this name. */
  remove(name: string): T | undefined {
    const thing = this.#all.get(name);
    if (thing === undefined) return undefined;
    this.#all.delete(name);
    this.#order.remove(name);
    return thing;
  }

  /** In no particular order, for next to nothing. */
  values(): MapIterator<T> {
    return this.#all.values();
  }

  /** In the order of their names. What is handed out never changes. */
  sorted(): Iterable<T> {
    return this.#order.now();
  }
}
