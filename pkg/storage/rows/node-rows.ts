import type { ContainerLayout } from '../../model/batch.ts';
import type { NodeWindow } from '../node-window.ts';
import type { Limits } from '../rules/limits.ts';
import { AbsentRows, keyOf } from './absent-rows.ts';
import type { PodIndex } from './pod-index.ts';
import { PodRows } from './pod-rows.ts';
import { isSameLayout, noRow, RowClaims } from './row-claims.ts';
import { Slots } from './slots.ts';

/** The row of the node itself. */
export const ownRow = 0;

const noContainers: ContainerLayout = { namespaces: [], pods: [], containers: [] };

/** What keeping rows takes. */
export interface NodeRowsParts {
  /** Whose rows they are. */
  readonly window: NodeWindow;
  readonly limits: Limits;
  /** Is told of every pod that comes and goes. */
  readonly index: PodIndex;
}

/**
 * Which row each container of a node has. It keeps its row for as long as it is named, wherever it stands in the layout,
 * so that another layout costs what is different in it. A row that is free goes to whoever comes next.
 *
 * ```text
 *   layout   a  b  x  d           slots, in the order in which the kubelet names them
 *   rows     1  2  5  4           row 0 is the node's own; c is not named any more, and row 3 waits for it a while
 * ```
 */
export class NodeRows {
  readonly window: NodeWindow;
  readonly slots: Slots;
  readonly #index: PodIndex;
  readonly #absent: AbsentRows;
  #layout = noContainers;
  /** By slot; `noRow` where a name stands for the second time. */
  #rows: number[] = [];
  /** The containers' names by row. */
  #names: string[] = [];
  #free: number[] = [];
  /** All from this one on were never used. */
  #unused = ownRow + 1;

  constructor({ window, limits, index }: NodeRowsParts) {
    this.window = window;
    this.#index = index;
    this.slots = new Slots(this.#unused, limits);
    this.#absent = new AbsentRows({ slots: this.slots, limits, release: (row) => this.#free.push(row) });
  }

  /** How many slots the layout has. */
  get size(): number {
    return this.#rows.length;
  }

  /** Bytes of the arrays, names excluded. */
  get bytes(): number {
    return this.slots.bytes + 8 * this.#rows.length;
  }

  /** The row of a slot; `noRow` where its container has a slot before it. */
  at(slot: number): number {
    return this.#rows[slot] ?? noRow;
  }

  /** The name of the container of a row. */
  nameOf(row: number): string {
    return this.#names[row] ?? '';
  }

  /** The row of a container; `noRow` where the layout does not name it. */
  find({ namespaces, pods, containers }: ContainerLayout, slot: number): number {
    const pod = this.#index.on(this, namespaces[slot] ?? '', pods[slot] ?? '');
    return pod?.rowOf(containers[slot] ?? '') ?? noRow;
  }

  /** Whether this layout names the containers we have rows for, slot by slot. */
  fits(layout: ContainerLayout): boolean {
    return layout === this.#layout || isSameLayout(layout, this.#layout);
  }

  /** Finds rows for a layout: who stays or comes back keeps what is known, who is gone is not served. */
  adopt(layout: ContainerLayout, now: number): void {
    const before = this.#layout;
    if (layout === before) return;
    const claims = new RowClaims(before, this.#rows);
    if (before.containers.length === 0) this.#makeRoom(layout.containers.length);
    this.#rows = layout.containers.map((_, slot) => {
      const row = claims.follow(layout, slot);
      return row === noRow ? this.#rowFor(layout, slot, claims, now) : row;
    });
    for (let slot = 0; slot < claims.size; slot++) {
      const row = claims.at(slot);
      if (row !== noRow) this.#retire(before, slot, row, now);
    }
    this.#layout = layout;
    this.#shrink();
  }

  /** Lets go of what is of no use any more. */
  expire(now: number): void {
    this.#absent.expire(now);
    this.#shrink();
  }

  /** Takes all pods out of the index. */
  forget(): void {
    const { namespaces, pods } = this.#layout;
    for (const [slot, pod] of pods.entries()) {
      const namespace = namespaces[slot] ?? '';
      const rows = this.#index.on(this, namespace, pod);
      if (rows !== undefined) this.#index.remove(namespace, pod, rows);
    }
  }

  /** The row for a container that is not where the last layout had it. */
  #rowFor(layout: ContainerLayout, slot: number, claims: RowClaims, now: number): number {
    const [namespace = '', pod = '', name = ''] = [layout.namespaces[slot], layout.pods[slot], layout.containers[slot]];
    const known = this.#index.on(this, namespace, pod);
    const named = known?.rowOf(name);
    if (named !== undefined) return claims.claim(named) ? named : noRow;
    const row = this.#absent.take(keyOf(namespace, pod, name), now) ?? this.#newRow();
    this.#names[row] = name;
    if (known === undefined) this.#index.add(namespace, pod, new PodRows(this, row));
    else known.add(row);
    return row;
  }

  #retire({ namespaces, pods, containers }: ContainerLayout, slot: number, row: number, now: number): void {
    const [namespace = '', pod = '', name = ''] = [namespaces[slot], pods[slot], containers[slot]];
    const known = this.#index.on(this, namespace, pod);
    known?.remove(row);
    if (known?.isEmpty) this.#index.remove(namespace, pod, known);
    this.#absent.keep(keyOf(namespace, pod, name), row, now);
  }

  #newRow(): number {
    const row = this.#free.pop() ?? this.#unused++;
    if (row >= this.slots.rows) this.#resize(row + Math.max(4, row >>> 3));
    this.slots.seek(row).clear();
    return row;
  }

  /** For a node whose containers come all at once: most never have many more. */
  #makeRoom(containers: number): void {
    const rows = this.#unused - this.#free.length + containers;
    if (rows > this.slots.rows) this.#resize(rows);
  }

  #resize(rows: number): void {
    this.slots.resize(rows);
    this.#names = Array.from({ length: rows }, (_, row) => this.nameOf(row));
  }

  /** Moves what stands behind into free rows in front, where more than half of all are free. */
  #shrink(): void {
    const used = this.#unused - this.#free.length;
    if (this.slots.rows <= 2 * used + 8) return;
    const free = this.#free.filter((row) => row < used);
    const moved = (row: number): number => (row < used ? row : this.#move(row, free.pop() ?? noRow));
    for (const [slot, row] of this.#rows.entries()) {
      if (row < used) continue;
      const { namespaces, pods } = this.#layout;
      this.#rows[slot] = moved(row);
      this.#index.on(this, namespaces[slot] ?? '', pods[slot] ?? '')?.renumber(row, this.at(slot));
    }
    this.#absent.renumber(moved);
    this.#free = [];
    this.#unused = used;
    this.#resize(used);
  }

  #move(from: number, to: number): number {
    this.slots.seek(to).copy(from);
    this.#names[to] = this.nameOf(from);
    return to;
  }
}
