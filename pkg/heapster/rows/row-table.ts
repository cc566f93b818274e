import { type Columns, columnsOf, rowKinds } from './columns.ts';

/** What is kept of a row, and where among its numbers. */
const field = { kind: 0, parent: 1, cell: 2, longCell: 3, times: 4, first: 5, last: 6, next: 7 } as const;
const fields = 8;

const none = -1;

/** Columns by the number of their kind. */
const columnsByNumber: readonly Columns[] = rowKinds.map(columnsOf);
const numberByKind = new Map(rowKinds.map((kind, number) => [kind, number]));

/** Where what belongs to a row begins. */
export interface RowStarts {
  readonly cell: number;
  readonly longCell: number;
  readonly times: number;
}

/** Rows as numbers: of which kind each is, under which other one, and where its cells are. */
export class RowTable {
  #numbers: Int32Array<ArrayBuffer>;
  #length = 0;
  /** Of those under no other. */
  #first = none;
  #last = none;

  /** With room for so many rows at first. */
  constructor(room: number) {
    this.#numbers = new Int32Array(room * fields);
  }

  get bytes(): number {
    return this.#numbers.byteLength;
  }

  /** Adds a row under another one, or under none where `parent` is negative. */
  add(columns: Columns, parent: number, { cell, longCell, times }: RowStarts): void {
    const index = this.#length++;
    if (this.#numbers.length < this.#length * fields) this.#grow();
    const kind = numberByKind.get(columns.kind) ?? 0;
    this.#numbers.set([kind, parent, cell, longCell, times, none, none, none], index * fields);
    this.#append(index, parent);
  }

  columnsOf(row: number): Columns {
    return columnsByNumber[this.#get(row, field.kind)] ?? columnsOf('extra');
  }

  /** Negative where there is none, as everywhere here. */
  parentOf(row: number): number {
    return this.#get(row, field.parent);
  }

  cellOf(row: number): number {
    return this.#get(row, field.cell);
  }

  longCellOf(row: number): number {
    return this.#get(row, field.longCell);
  }

  timesOf(row: number): number {
    return this.#get(row, field.times);
  }

  firstUnder(parent: number): number {
    return parent < 0 ? this.#first : this.#get(parent, field.first);
  }

  /** The next one under the same parent. */
  after(row: number): number {
    return this.#get(row, field.next);
  }

  #append(index: number, parent: number): void {
    const numbers = this.#numbers;
    const last = parent < 0 ? this.#last : this.#get(parent, field.last);
    if (last >= 0) numbers[last * fields + field.next] = index;
    if (parent >= 0) {
      if (last < 0) numbers[parent * fields + field.first] = index;
      numbers[parent * fields + field.last] = index;
      return;
    }
    if (last < 0) this.#first = index;
    this.#last = index;
  }

  #get(row: number, which: number): number {
    return this.#numbers[row * fields + which] ?? none;
  }

  /** By a quarter: most rows come with the first frame, and later ones one by one. */
  #grow(): void {
    const larger = new Int32Array(Math.ceil((this.#length * 5) / 4) * fields);
    larger.set(this.#numbers);
    this.#numbers = larger;
  }
}
