import type { Limits } from './limits.ts';
import { RowOrder } from './row-order.ts';
import { Slots } from './slots.ts';

/** Rows of one node: whose they are, and what is remembered of each. */
export interface Rows {
  readonly order: RowOrder;
  readonly slots: Slots;
}

/** More than a node runs: whoever names other containers in each answer is not remembered without end. */
const mostAbsent = 1_000;

/**
 * Baselines of containers of which a kubelet has just stopped speaking. They are not served, for a container that is gone
 * looks the same; but one that was only missing from an answer or two comes back with a rate. Times are monotonic.
 */
export class AbsentRows {
  readonly #limits: Limits;
  /** Undefined nearly always: nodes are many. */
  #rows: Rows | undefined;
  #until = Number.NEGATIVE_INFINITY;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  get bytes(): number {
    return this.#rows === undefined ? 0 : this.#rows.slots.bytes + this.#rows.order.bytes;
  }

  /** Gives those rows what was known of them whose containers are back. */
  returnTo(rows: Rows, now: number): void {
    if (this.#rows !== undefined) takeOver(rows, this.#rows, now - this.#limits.serveMs);
  }

  /** Keeps what of `before`, and of what is kept already, has no row any more. */
  keep(before: Rows, after: RowOrder, now: number): void {
    const since = now - this.#limits.serveMs;
    const sources = this.#rows === undefined ? [before] : [before, this.#rows];
    const absent = sources.flatMap(({ order, slots }) =>
      Array.from({ length: order.rows }, (_, row) => ({ row, order, at: slots.seek(row).confirmedAt })),
    );
    const kept = absent.filter(({ row, order, at }) => at >= since && after.rowOf(order, row) < 0).slice(0, mostAbsent);
    this.#until = now + this.#limits.serveMs;
    this.#rows = undefined;
    if (kept.length === 0) return;
    const rows = rowsOf(kept, this.#limits);
    for (const source of sources) takeOver(rows, source, since);
    this.#rows = rows;
  }

  /** Lets go of those that are of no use any more. */
  expire(now: number): void {
    if (now > this.#until) this.#rows = undefined;
  }
}

/** Copies rows of containers that both have, if their newest sample was confirmed since then. */
export function takeOver({ order, slots }: Rows, from: Rows, since = Number.NEGATIVE_INFINITY): void {
  let known = 0;
  for (let row = 0; row < order.rows; row++) {
    while (known < from.order.rows && from.order.compareRow(known, order, row) < 0) known++;
    if (known === from.order.rows) return;
    const isKnown = from.order.compareRow(known, order, row) === 0 && !(from.slots.seek(known).confirmedAt < since);
    if (isKnown) slots.seek(row).takeOver(from.slots, known);
  }
}

function rowsOf(kept: readonly { readonly order: RowOrder; readonly row: number }[], limits: Limits): Rows {
  const order = new RowOrder({
    namespaces: kept.map(({ order, row }) => order.namespace(row)),
    pods: kept.map(({ order, row }) => order.pod(row)),
    containers: kept.map(({ order, row }) => order.container(row)),
  });
  return { order, slots: new Slots(order.rows, limits) };
}
