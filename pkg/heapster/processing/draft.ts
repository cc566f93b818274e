import { columnsOf, type RowKind } from '../rows/columns.ts';
import { type Layout, type Row, timesPerEntity } from '../rows/layout.ts';

/** What was measured when: positions in the times of an entity. */
export const timeOf = { start: 0, cpu: 1, memory: 2, network: 3 } as const;

/** A frame while it is being made: cells of rows that already exist, and of new ones that are found on the way. */
export class Draft {
  readonly layout: Layout;
  readonly #rows = new Set<Row>();
  #cells: Float64Array;
  #times: Float64Array;

  constructor(layout: Layout) {
    this.layout = layout;
    this.#cells = new Float64Array(layout.cells).fill(Number.NaN);
    this.#times = new Float64Array(layout.times).fill(Number.NaN);
  }

  /** The cells, as many as the layout has by now. */
  get cells(): Float64Array {
    this.#cells = stretched(this.#cells, this.layout.cells, true);
    return this.#cells;
  }

  /** Epoch milliseconds by the clock of the node, `timesPerEntity` for each entity. */
  get times(): Float64Array {
    this.#times = stretched(this.#times, this.layout.times, true);
    return this.#times;
  }

  /** The row of a subject that this frame tells of. */
  row(kind: RowKind, name: string, parent?: Row): Row {
    const row = this.layout.rowFor(kind, name, parent);
    this.#cells = stretched(this.#cells, this.layout.cells, false);
    this.#times = stretched(this.#times, this.layout.times, false);
    this.#rows.add(row);
    return row;
  }

  /** Rows that this frame tells of, in the order in which they were found. */
  get rows(): ReadonlySet<Row> {
    return this.#rows;
  }

  /** A value in the unit of its metric; NaN = not known. */
  get(row: Row, column: number): number {
    return (this.#cells[row.at + column] ?? Number.NaN) / (row.columns.scales[column] ?? 1);
  }

  set(row: Row, column: number, value: number): void {
    const scale = row.columns.scales[column] ?? 1;
    this.#cells[row.at + column] = scale === 1 ? Math.round(value) : Math.round(value * scale);
  }

  /** Sets a value by name; a metric that such rows do not have is left out. */
  setNamed(row: Row, metric: string, value: number | undefined): void {
    const column = row.columns.columnOf(metric);
    if (column !== undefined && value !== undefined) this.set(row, column, value);
  }

  /** Takes a value over from a frame before. */
  keep(row: Row, column: number, before: Float64Array): void {
    this.#cells[row.at + column] = before[row.at + column] ?? Number.NaN;
  }

  getNamed(row: Row, metric: string): number {
    const column = columnsOf(row.kind).columnOf(metric);
    return column === undefined ? Number.NaN : this.get(row, column);
  }

  setTime(row: Row, which: keyof typeof timeOf, at: number): void {
    this.#times[row.timesAt + timeOf[which]] = at;
  }

  getTime(row: Row, which: keyof typeof timeOf): number {
    return this.#times[row.timesAt + timeOf[which]] ?? Number.NaN;
  }
}

/** With room for `size` numbers: some more while it grows, exactly so many at the end. */
function stretched(numbers: Float64Array, size: number, exactly: boolean): Float64Array {
  if (exactly ? numbers.length === size : numbers.length >= size) return numbers;
  const larger = new Float64Array(exactly ? size : size + Math.max(16 * timesPerEntity, size >> 1)).fill(Number.NaN);
  larger.set(numbers.subarray(0, Math.min(numbers.length, size)));
  return larger;
}
