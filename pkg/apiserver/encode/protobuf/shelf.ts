/** Where objects wait until the size of all of them is known. */
export interface Shelf<T> {
  put(object: T): void;
  /** All that was put here, in that order; what was drawn is let go of, so this can be had once. */
  taken(): Iterable<T>;
}

/** A shelf that keeps objects as they are. */
export function plainShelf<T>(): Shelf<T> {
  const objects: T[] = [];
  return { put: (object) => void objects.push(object), taken: () => objects };
}
