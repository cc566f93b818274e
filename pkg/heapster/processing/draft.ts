import { columnsOf, type RowKind, timeOf } from '../rows/columns.ts';
import { Layout, type Row, timesPerEntity } from '../rows/layout.ts';
import type { Readings } from './readings.ts';

/** When what was measured, in epoch milliseconds by the clock of the node; NaN = not known. */
export type Times = Readonly<Record<keyof typeof timeOf, number>>;

/**
 * A frame while it is being made: cells of rows that already exist, and of new ones that are found on the way. One draft
 * serves for all frames, one after the other: fresh memory for each would be most of what the catalogue throws away.
 */
export class Draft {
  #layout = new Layout();
  readonly #rows: Row[] = [];
  /** By row, where this frame tells of it. */
  readonly #told: (Row | undefined)[] = [];
  #cells = new Float64Array(1024);
  #times = new Float64Array(64 * timesPerEntity);
  /** From here on, in rows, cells and times, stands what is left of frames before. */
  #end = { length: 0, cells: 0, times: 0 };

  /** Begins a frame of a layout; that of before is gone. */
  begin(layout: Layout): this {
    this.#layout = layout;
    this.#rows.length = 0;
    this.#told.fill(undefined);
    this.#end = { length: 0, cells: 0, times: 0 };
    this.#extend();
    return this;
  }

  get layout(): Layout {
    return this.#layout;
  }

  /** The cells, as many as the layout has by now. Copy what you keep. */
  get cells(): Float64Array {
    return this.#cells.subarray(0, this.#layout.cells);
  }

  /** Epoch milliseconds by the clock of the node, `timesPerEntity` for each entity. Copy what you keep. */
  get times(): Float64Array {
    return this.#times.subarray(0, this.#layout.times);
  }

  /** The row of a subject that this frame tells of. */
  row(kind: RowKind, name: string, parent?: Row): Row {
    const index = this.#layout.indexFor(kind, name, parent);
    if (index >= this.#end.length) this.#extend();
    const known = this.#told[index];
    if (known !== undefined) return known;
    const row = this.#layout.row(index, parent);
    this.#told[index] = row;
    this.#rows.push(row);
    return row;
  }

  /** Rows under one, as far as this frame tells of them. */
  under(parent: Row): readonly Row[] {
    const layout = this.#layout;
    const rows: Row[] = [];
    for (let index = layout.firstUnder(parent); index >= 0; index = layout.after(index)) {
      const row = this.#told[index];
      if (row !== undefined) rows.push(row);
    }
    return rows;
  }

  /** Rows that this frame tells of, in the order in which they were found. */
  get rows(): readonly Row[] {
    return this.#rows;
  }

  /** True when this frame tells of the row. */
  tells(row: Row): boolean {
    return this.#told[row.index] !== undefined;
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

  /** As far as the layout goes by now, with nothing known yet of its new rows. */
  #extend(): void {
    const { length, cells, times } = this.#layout;
    const before = this.#end;
    this.#end = { length, cells, times };
    while (this.#told.length < length) this.#told.push(undefined);
    this.#cells = stretched(this.#cells, cells);
    this.#times = stretched(this.#times, times);
    this.#cells.fill(Number.NaN, before.cells, cells);
    this.#times.fill(Number.NaN, before.times, times);
  }
}

/** With room for `size` numbers, and as many more when it grows. */
function stretched(numbers: Float64Array<ArrayBuffer>, size: number): Float64Array<ArrayBuffer> {
  if (numbers.length >= size) return numbers;
  const larger = new Float64Array(2 * size);
  larger.set(numbers);
  return larger;
}
