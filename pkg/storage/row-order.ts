import type { ContainerLayout } from '../model/batch.ts';

/** A run of rows. */
export interface RowRange {
  readonly first: number;
  /** One past the last. */
  readonly end: number;
}

/**
 * The slots of a layout sorted by namespace, pod and container, a slot per row: the containers of one pod stand
 * together, in the order in which they are published. A container named twice keeps its first slot only.
 */
export class RowOrder {
  readonly #layout: ContainerLayout;
  readonly #slots: Uint32Array;

  constructor(layout: ContainerLayout) {
    this.#layout = layout;
    const sorted = Uint32Array.from(layout.pods.keys()).sort((a, b) => compareSlots(layout, a, b));
    this.#slots = sorted.filter((slot, row) => row === 0 || compareSlots(layout, sorted[row - 1] ?? slot, slot) !== 0);
  }

  get rows(): number {
    return this.#slots.length;
  }

  get bytes(): number {
    return this.#slots.byteLength;
  }

  slot(row: number): number {
    return this.#slots[row] ?? 0;
  }

  namespace(row: number): string {
    return this.#layout.namespaces[this.slot(row)] ?? '';
  }

  pod(row: number): string {
    return this.#layout.pods[this.slot(row)] ?? '';
  }

  container(row: number): string {
    return this.#layout.containers[this.slot(row)] ?? '';
  }

  /** Negative, zero or positive as a row stands before, at or after the row of another order. */
  compareRow(row: number, other: RowOrder, otherRow: number): number {
    return (
      this.#compare(row, other.namespace(otherRow), other.pod(otherRow)) ||
      compare(this.container(row), other.container(otherRow))
    );
  }

  /** The rows of a pod; empty where there is none. */
  find(namespace: string, pod: string): RowRange {
    let first = 0;
    let beyond = this.rows;
    while (first < beyond) {
      const middle = (first + beyond) >>> 1;
      if (this.#compare(middle, namespace, pod) < 0) first = middle + 1;
      else beyond = middle;
    }
    return { first, end: this.#endOf(first, namespace, pod) };
  }

  /** The row for the container of another order's row; -1 where there is none. */
  rowOf(other: RowOrder, otherRow: number): number {
    const { first, end } = this.find(other.namespace(otherRow), other.pod(otherRow));
    for (let row = first; row < end; row++) if (this.container(row) === other.container(otherRow)) return row;
    return -1;
  }

  /** One range per pod. */
  *pods(): Iterable<RowRange> {
    for (let first = 0; first < this.rows; ) {
      const end = this.#endOf(first, this.namespace(first), this.pod(first));
      yield { first, end };
      first = end;
    }
  }

  #endOf(first: number, namespace: string, pod: string): number {
    let end = first;
    while (end < this.rows && this.#compare(end, namespace, pod) === 0) end++;
    return end;
  }

  #compare(row: number, namespace: string, pod: string): number {
    return compare(this.namespace(row), namespace) || compare(this.pod(row), pod);
  }
}

/** Whether two layouts name the same containers in the same slots. */
export function isSameLayout(a: ContainerLayout, b: ContainerLayout): boolean {
  return (
    isSameColumn(a.containers, b.containers) && isSameColumn(a.pods, b.pods) && isSameColumn(a.namespaces, b.namespaces)
  );
}

function isSameColumn(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, slot) => name === b[slot]);
}

function compareSlots({ namespaces, pods, containers }: ContainerLayout, a: number, b: number): number {
  return (
    compare(namespaces[a] ?? '', namespaces[b] ?? '') ||
    compare(pods[a] ?? '', pods[b] ?? '') ||
    compare(containers[a] ?? '', containers[b] ?? '')
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
