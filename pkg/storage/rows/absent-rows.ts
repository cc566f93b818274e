import type { Limits } from '../rules/limits.ts';
import type { Slots } from './slots.ts';

/** What rows are kept by: their containers' full names, whatever characters are in them. */
export const keyOf = (namespace: string, pod: string, container: string): string =>
  `${namespace.length} ${pod.length} ${namespace}${pod}${container}`;

/** More than a node runs: whoever names other containers in each answer is not remembered without end. */
const mostAbsent = 1_000;

/** What keeping rows takes. */
export interface AbsentRowsParts {
  readonly slots: Slots;
  readonly limits: Limits;
  /** Takes back a row of which nothing is of use any more. */
  readonly release: (row: number) => void;
}

/**
 * Rows of containers of which a kubelet has just stopped speaking. They are not served, for a container that is gone
 * looks the same; but one that was only missing from an answer or two comes back with a rate. Times are monotonic.
 */
export class AbsentRows {
  readonly #parts: AbsentRowsParts;
  /** By `keyOf`, who went first first. Undefined nearly always: nodes are many. */
  #rows: Map<string, number> | undefined;
  /** Before this nothing expires. */
  #dueAt = Number.NEGATIVE_INFINITY;

  constructor(parts: AbsentRowsParts) {
    this.#parts = parts;
  }

  /** Keeps a row for the case that its container comes back, if that is likely at all. */
  keep(key: string, row: number, now: number): void {
    if (!this.#isOfUse(row, now)) return this.#parts.release(row);
    this.#rows ??= new Map();
    this.#rows.set(key, row);
    if (this.#rows.size > mostAbsent) this.#releaseFirst(this.#rows);
  }

  /** The row of a container that is back; undefined where there is none of any use. */
  take(key: string, now: number): number | undefined {
    const row = this.#rows?.get(key);
    if (row === undefined) return undefined;
    this.#rows?.delete(key);
    if (this.#isOfUse(row, now)) return row;
    this.#parts.release(row);
    return undefined;
  }

  /** Lets go of those that are of no use any more; of some a little later, behind others that went before them. */
  expire(now: number): void {
    if (this.#rows === undefined || now <= this.#dueAt) return;
    for (const [key, row] of this.#rows) {
      if (this.#isOfUse(row, now)) {
        this.#dueAt = this.#parts.slots.seek(row).confirmedAt + this.#parts.limits.serveMs;
        return;
      }
      this.#rows.delete(key);
      this.#parts.release(row);
    }
    this.#rows = undefined;
  }

  /** Names every row anew. */
  renumber(rowOf: (row: number) => number): void {
    for (const [key, row] of this.#rows ?? []) this.#rows?.set(key, rowOf(row));
  }

  #isOfUse(row: number, now: number): boolean {
    return this.#parts.slots.seek(row).confirmedAt >= now - this.#parts.limits.serveMs;
  }

  #releaseFirst(rows: Map<string, number>): void {
    for (const [key, row] of rows) {
      rows.delete(key);
      return this.#parts.release(row);
    }
  }
}
