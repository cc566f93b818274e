import type { CellRange } from '../history/cells.ts';
import type { RowRanges } from '../history/chunk.ts';
import { type Columns, columnsOf, type RowKind } from './columns.ts';

/** One row of a layout. */
export interface Row {
  readonly kind: RowKind;
  /** The subject among those under its parent: a container's name, a resource's id. Of a pod `namespace/name`. */
  readonly name: string;
  readonly parent: Row | undefined;
  readonly columns: Columns;
  readonly index: number;
  /** First cell. */
  readonly at: number;
  /** First cell in frames of the long history, two per column that it has. */
  readonly longAt: number;
  /** First of the times that belong to an entity: see `Times`. */
  readonly timesAt: number;
}

/** The key of a pod's row. */
export const podKey = (namespace: string, pod: string): string => `${namespace}/${pod}`;

const none: readonly Row[] = [];

/** Roughly, what the engine takes for a row and its place in the lists. */
const bytesPerRow = 120;

/** Cells of times that an entity has: start, CPU, memory, network. */
export const timesPerEntity = 4;

/**
 * Which subjects a node's frames tell of, row after row. Rows are only ever added, so that frames of before can still be
 * read with it; when too many are of subjects long gone, the owner begins another layout.
 */
export class Layout implements RowRanges {
  readonly #rows: Row[] = [];
  readonly #roots: Row[] = [];
  /** By row; most have none. */
  readonly #children: (readonly Row[] | undefined)[] = [];
  /** Pods and namespaces are many, and looked for by name; the slash tells them apart. */
  readonly #byName = new Map<string, Row>();
  #cells = 0;
  #longCells = 0;
  #times = 0;
  #textBytes = 0;

  get length(): number {
    return this.#rows.length;
  }

  /** How many cells a frame has. */
  get cells(): number {
    return this.#cells;
  }

  get longCells(): number {
    return this.#longCells;
  }

  get times(): number {
    return this.#times;
  }

  /** Roughly, what it takes of memory. */
  get bytes(): number {
    return this.#rows.length * bytesPerRow + this.#textBytes;
  }

  get rows(): readonly Row[] {
    return this.#rows;
  }

  /** The same rows in frames of the long history; always the same object. */
  readonly long = new LongRows(this);

  range(row: number): CellRange {
    const { at = 0, columns } = this.#rows[row] ?? {};
    return { at, width: columns?.width ?? 0 };
  }

  /** The row of a subject, a new one where there is none yet. */
  rowFor(kind: RowKind, name: string, parent: Row | undefined): Row {
    return this.find(kind, name, parent) ?? this.#add(kind, name, parent);
  }

  /** The row of a subject, if there is one. */
  find(kind: RowKind, name: string, parent: Row | undefined): Row | undefined {
    if (kind === 'pod' || kind === 'ns') return this.#byName.get(name);
    for (const row of this.under(parent)) if (row.kind === kind && row.name === name) return row;
    return undefined;
  }

  /** Rows of subjects that belong to one; of the layout's own subjects where `parent` is undefined. */
  under(parent: Row | undefined): readonly Row[] {
    return parent === undefined ? this.#roots : (this.#children[parent.index] ?? none);
  }

  /** How many times belong to a row. */
  timesOf({ kind }: Row): number {
    return isEntity(kind) ? timesPerEntity : 0;
  }

  longRange(row: number): CellRange {
    const { longAt = 0, columns } = this.#rows[row] ?? {};
    return { at: longAt, width: 2 * (columns?.long.length ?? 0) };
  }

  #add(kind: RowKind, name: string, parent: Row | undefined): Row {
    const columns = columnsOf(kind);
    const row: Row = {
      kind,
      name,
      parent,
      columns,
      index: this.#rows.length,
      at: this.#cells,
      longAt: this.#longCells,
      timesAt: this.#times,
    };
    this.#rows.push(row);
    this.#cells += columns.width;
    this.#longCells += 2 * columns.long.length;
    if (isEntity(kind)) this.#times += timesPerEntity;
    this.#textBytes += name.length;
    this.#place(row);
    return row;
  }

  #place(row: Row): void {
    if (row.kind === 'pod' || row.kind === 'ns') this.#byName.set(row.name, row);
    this.#children.push(undefined);
    if (row.parent === undefined) this.#roots.push(row);
    // Most have one child, or two: a list that grows by itself would keep room for sixteen more.
    else this.#children[row.parent.index] = [...this.under(row.parent), row];
  }
}

/** The rows of a layout as the long history has them: two cells for each figure that it keeps. */
export class LongRows implements RowRanges {
  readonly layout: Layout;

  constructor(layout: Layout) {
    this.layout = layout;
  }

  get length(): number {
    return this.layout.length;
  }

  range(row: number): CellRange {
    return this.layout.longRange(row);
  }
}

/** True for rows of entities; the others are of something that an entity has. */
export const isEntity = (kind: RowKind): boolean =>
  kind !== 'filesystem' && kind !== 'disk' && kind !== 'accelerator' && kind !== 'extra';
