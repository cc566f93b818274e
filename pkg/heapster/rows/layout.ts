import type { RowRanges } from '../history/chunk.ts';
import { type Columns, columnsOf, type RowKind } from './columns.ts';
import { RowTable } from './row-table.ts';
import { sharedName } from './shared-names.ts';

/** One row of a layout, as somebody looks at it: layouts keep none of these. */
export interface Row {
  readonly kind: RowKind;
  /** The subject among those under its parent: a container's name, a resource's id. Of a pod `namespace/name`. */
  readonly name: string;
  readonly parent: Row | undefined;
  readonly columns: Columns;
  readonly index: number;
  /** First cell. */
  readonly at: number;
  /** First of the times that belong to an entity: see `Times`. */
  readonly timesAt: number;
}

/** The key of a pod's row. */
export const podKey = (namespace: string, pod: string): string => `${namespace}/${pod}`;

/** Roughly, what the engine takes for a name, beside its letters, and for finding a row by it. */
const bytesPerName = 48;

/** Cells of times that an entity has: start, CPU, memory, network. */
export const timesPerEntity = 4;

/**
 * Which subjects a node's frames tell of, row after row. Rows are only ever added, so that frames of before can still be
 * read with it; when too many are of subjects long gone, the owner begins another layout. A cluster has hundreds of
 * thousands of rows: as objects they would be most of what the collector of garbage has to walk through.
 */
export class Layout implements RowRanges {
  readonly #table: RowTable;
  readonly #names: string[] = [];
  /** Pods and namespaces are many, and looked for by name; the slash tells them apart. */
  readonly #byName = new Map<string, number>();
  #cells = 0;
  #longCells = 0;
  #times = 0;
  #ownTextBytes = 0;

  /** With room for so many rows, and for more when they come. */
  constructor(expectedRows = 64) {
    this.#table = new RowTable(expectedRows);
  }

  get length(): number {
    return this.#names.length;
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
    return this.#table.bytes + 8 * this.#names.length + bytesPerName * this.#byName.size + this.#ownTextBytes;
  }

  /** All rows, in their order. */
  *rows(): Generator<Row> {
    for (let index = 0; index < this.length; index++) yield this.row(index);
  }

  /** A row by its index, which is one of this layout; `parent` is what it is under. */
  row(index: number, parent = this.#parentOf(index)): Row {
    const table = this.#table;
    const columns = table.columnsOf(index);
    return {
      kind: columns.kind,
      name: this.#names[index] ?? '',
      parent,
      columns,
      index,
      at: table.cellOf(index),
      timesAt: table.timesOf(index),
    };
  }

  /** The same rows in frames of the long history; always the same object. */
  readonly long = new LongRows(this);

  startOf(row: number): number {
    return row < this.length ? this.#table.cellOf(row) : this.#cells;
  }

  /** First cell in frames of the long history, two per column that it has. */
  longStartOf(row: number): number {
    return row < this.length ? this.#table.longCellOf(row) : this.#longCells;
  }

  columnsOf(row: number): Columns {
    return this.#table.columnsOf(row);
  }

  /** The index of a subject's row, of a new one where there is none yet. */
  indexFor(kind: RowKind, name: string, parent: Row | undefined): number {
    const index = this.#indexOf(kind, name, parent);
    return index < 0 ? this.#add(columnsOf(kind), name, parent?.index ?? -1) : index;
  }

  /** Adds a row of another layout that is not here yet, under the row `parent`, or under none where that is negative. */
  adopt(other: Layout, row: number, parent: number): number {
    return this.#add(other.columnsOf(row), other.#names[row] ?? '', parent);
  }

  /** The row under which one is; negative where it is under none. */
  parentOf(row: number): number {
    return this.#table.parentOf(row);
  }

  /** Where the times of an entity begin. */
  timesOf(row: number): number {
    return this.#table.timesOf(row);
  }

  /** The row of a subject, if there is one. */
  find(kind: RowKind, name: string, parent: Row | undefined): Row | undefined {
    const index = this.#indexOf(kind, name, parent);
    return index < 0 ? undefined : this.row(index);
  }

  /** Rows of subjects that belong to one; of the layout's own subjects where `parent` is undefined. */
  under(parent: Row | undefined): readonly Row[] {
    const rows: Row[] = [];
    for (let index = this.firstUnder(parent); index >= 0; index = this.after(index)) rows.push(this.row(index));
    return rows;
  }

  /** The first row under one; negative where there is none. */
  firstUnder(parent: Row | undefined): number {
    return this.#table.firstUnder(parent?.index ?? -1);
  }

  /** The next row under the same parent; negative behind the last. */
  after(index: number): number {
    return this.#table.after(index);
  }

  #parentOf(index: number): Row | undefined {
    const parent = this.#table.parentOf(index);
    return parent < 0 ? undefined : this.row(parent);
  }

  /** -1 where there is none. */
  #indexOf(kind: RowKind, name: string, parent: Row | undefined): number {
    if (kind === 'pod' || kind === 'ns') return this.#byName.get(name) ?? -1;
    const table = this.#table;
    const columns = columnsOf(kind);
    let index = table.firstUnder(parent?.index ?? -1);
    while (index >= 0 && !(table.columnsOf(index) === columns && this.#names[index] === name))
      index = table.after(index);
    return index;
  }

  #add(columns: Columns, name: string, parent: number): number {
    const { kind } = columns;
    const index = this.length;
    const isFoundByName = kind === 'pod' || kind === 'ns';
    this.#table.add(columns, parent, { cell: this.#cells, longCell: this.#longCells, times: this.#times });
    this.#names.push(isFoundByName ? name : sharedName(name));
    if (isFoundByName) this.#byName.set(name, index);
    if (isFoundByName) this.#ownTextBytes += name.length;
    this.#cells += columns.width;
    this.#longCells += 2 * columns.long.length;
    if (isEntity(kind)) this.#times += timesPerEntity;
    return index;
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

  get bytes(): number {
    return this.layout.bytes;
  }

  startOf(row: number): number {
    return this.layout.longStartOf(row);
  }
}

/** True for rows of entities; the others are of something that an entity has. */
export const isEntity = (kind: RowKind): boolean =>
  kind !== 'filesystem' && kind !== 'disk' && kind !== 'accelerator' && kind !== 'extra';
