import type { ContainerLayout } from '../../model/batch.ts';

/** What stands for a row where there is none. */
export const noRow = -1;

/** So many rows that are claimed already are passed by at a time; whoever stands behind more of them is found by name. */
const mostPassed = 8;

/**
 * The rows of one layout, while they are handed on to the containers of the next. Each is claimed once.
 *
 * ```text
 *   before   a  b  c  d  e     a kubelet names containers in one order: who is found by name tells where the
 *   after    a  b  x  d  e     two go on together, and all behind are compared with the one that comes next
 * ```
 */
export class RowClaims {
  readonly #layout: ContainerLayout;
  /** By slot; `noRow` where it was claimed, or never was one. */
  readonly #rows: number[];
  /** Slots by row, as they were when the first row was found by name. */
  #slots: number[] | undefined;
  #next = 0;

  /** Takes `rows` for its own. */
  constructor(layout: ContainerLayout, rows: number[]) {
    this.#layout = layout;
    this.#rows = rows;
  }

  /** The row that comes next, if it is that of this slot's container; `noRow` otherwise. */
  follow(layout: ContainerLayout, slot: number): number {
    for (let passed = 0; passed < mostPassed && this.#rows[this.#next] === noRow; passed++) this.#next++;
    if (this.at(this.#next) === noRow || !isSameSlot(layout, slot, this.#layout, this.#next)) return noRow;
    return this.#take(this.#next);
  }

  /** Claims a row found by name. False when it is claimed already: then its container is named twice. */
  claim(row: number): boolean {
    this.#slots ??= slotsByRow(this.#rows);
    const slot = this.#slots[row] ?? noRow;
    if (this.at(slot) !== row) return false;
    this.#take(slot);
    return true;
  }

  /** How many slots the layout has. */
  get size(): number {
    return this.#rows.length;
  }

  /** The row of a slot; `noRow` once it is claimed, or where it never was one. */
  at(slot: number): number {
    return this.#rows[slot] ?? noRow;
  }

  #take(slot: number): number {
    const row = this.at(slot);
    this.#rows[slot] = noRow;
    this.#next = slot + 1;
    return row;
  }
}

/** A kubelet that names thousands of containers in another order each time must not cost the square of that. */
function slotsByRow(rows: readonly number[]): number[] {
  const slots: number[] = [];
  for (const [slot, row] of rows.entries()) if (row !== noRow) slots[row] = slot;
  return slots;
}

/** Whether two layouts name the same containers in the same slots. */
export function isSameLayout(a: ContainerLayout, b: ContainerLayout): boolean {
  const { length } = a.containers;
  if (length !== b.containers.length) return false;
  for (let slot = 0; slot < length; slot++) if (!isSameSlot(a, slot, b, slot)) return false;
  return true;
}

function isSameSlot(a: ContainerLayout, slot: number, b: ContainerLayout, other: number): boolean {
  return (
    a.pods[slot] === b.pods[other] &&
    a.containers[slot] === b.containers[other] &&
    a.namespaces[slot] === b.namespaces[other]
  );
}
