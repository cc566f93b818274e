import { columnsOf, type RowKind, timeOf } from '../rows/columns.ts';
import { type Layout, type Row, timesPerEntity } from '../rows/layout.ts';
import type { Readings } from './readings.ts';

/** When what was measured, in epoch milliseconds by the clock of the node; NaN = not known. */
export type Times = Readonly<Record<keyof typeof timeOf, number>>;

/** A frame while it is being made: cells of rows that already exist, and of new ones that are found on the way. */
export class Draft {
  readonly layout: Layout;
  readonly #rows: Row[] = [];
  /** By row: 1 = this frame tells of it. */
  #told: Uint8Array;
  #cells: Float64Array;
  #times: Float64Array;
  /** Rows from this one on came with this frame. */
  #roomFor: number;

  constructor(layout: Layout) {
    this.layout = layout;
    this.#roomFor = layout.length;
    this.#told = new Uint8Array(layout.length);
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
    if (this.#told[row.index] === 1) return row;
    if (row.index >= this.#roomFor) this.#stretch();
    this.#told[row.index] = 1;
    this.#rows.push(row);
    return row;
  }

  /** Rows that this frame tells of, in the order in which they were found. */
  get rows(): readonly Row[] {
    return this.#rows;
  }

  /** True when this frame tells of the row. */
  tells(row: Row): boolean {
    return this.#told[row.index] === 1;
  }

  /** A value in the unit of its metric; NaN = not known. */
  get(row: Row, column: number): number {
    return (this.#cells[row.at + column] ?? Number.NaN) / (row.columns.scales[column] ?? 1);
  }

  set(row: Row, column: number, value: number): void {
    this.#cells[row.at + column] = Math.round(value * (row.columns.scales[column] ?? 1));
  }

  /** Sets what was measured of a subject, whose figures begin at `at`. */
  read(row: Row, readings: Readings, { figures, at }: { readonly figures: Float64Array; readonly at: number }): void {
    const { columns, places, scales } = readings;
    const cells = this.#cells;
    for (let one = 0; one < columns.length; one++) {
      const value = figures[at + (places[one] ?? 0)] ?? Number.NaN;
      cells[row.at + (columns[one] ?? 0)] = Math.round(value * (scales[one] ?? 1));
    }
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

  setTimes(row: Row, { start, cpu, memory, network }: Times): void {
    this.#times[row.timesAt + timeOf.start] = start;
    this.#times[row.timesAt + timeOf.cpu] = cpu;
    this.#times[row.timesAt + timeOf.memory] = memory;
    this.#times[row.timesAt + timeOf.network] = network;
  }

  /** One of `timeOf` an entity. */
  time(row: Row, which: number): number {
    return this.#times[row.timesAt + which] ?? Number.NaN;
  }

  /** There are new rows: makes room for them. */
  #stretch(): void {
    const { length, cells, times } = this.layout;
    this.#cells = stretched(this.#cells, cells, false);
    this.#times = stretched(this.#times, times, false);
    this.#roomFor = length;
    if (this.#told.length >= length) return;
    const told = new Uint8Array(length + Math.max(16, length >> 1));
    told.set(this.#told);
    this.#told = told;
  }
}

/** With room for `size` numbers: some more while it grows, exactly so many at the end. */
function stretched(numbers: Float64Array, size: number, exactly: boolean): Float64Array {
  if (exactly ? numbers.length === size : numbers.length >= size) return numbers;
  const larger = new Float64Array(exactly ? size : size + Math.max(16 * timesPerEntity, size >> 1)).fill(Number.NaN);
  larger.set(numbers.subarray(0, Math.min(numbers.length, size)));
  return larger;
}
