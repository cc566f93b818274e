import type { ByteReader, ByteWriter } from './byte-writer.ts';

/*
 * A row of cells as the difference to the row before. Cells are whole numbers nearly always, NaN where nothing is known,
 * and most of them stay as they are or move a little:
 *
 *   odd code      (code + 1) / 2 cells are as before
 *   even code > 0 one cell has moved: code / 2 is the distance, zigzag
 *   0, then       0 = nothing is known now; 1 = zero, where nothing was known; 2 = eight bytes of a double
 */
const special = 0;
const unknown = 0;
const zero = 1;
const raw = 2;

/** Beyond this distance a code would not be exact. */
const farthest = 2 ** 50;

/** Which cells of a frame make up a row. */
export interface CellRange {
  readonly at: number;
  readonly width: number;
}

/** Both the same number, or both NaN. */
const same = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

/** True when a row is as it was. */
export function isUnchanged(before: Float64Array, after: Float64Array, { at, width }: CellRange): boolean {
  for (let cell = at; cell < at + width; cell++) if (!same(cellOf(before, cell), cellOf(after, cell))) return false;
  return true;
}

/** Writes what became of the row `before`. What lies beyond the end of `before` was not known. */
export function writeCells(before: Float64Array, after: Float64Array, range: CellRange, writer: ByteWriter): void {
  let run = 0;
  for (let cell = range.at; cell < range.at + range.width; cell++) {
    const was = cellOf(before, cell);
    const is = cellOf(after, cell);
    if (same(was, is)) {
      run++;
      continue;
    }
    if (run > 0) writer.varint(2 * run - 1);
    run = 0;
    writeCell(was, is, writer);
  }
  // What follows the last change needs no words: the row ends there.
}

/** Turns the row `cells` into what became of it, up to the byte `end`. */
export function readCells(cells: Float64Array, reader: ByteReader, end: number): void {
  let cell = 0;
  while (reader.at < end) {
    const code = reader.varint();
    if (code % 2 === 1) {
      cell += (code + 1) / 2;
      continue;
    }
    cells[cell] = code === special ? readSpecial(reader) : known(cellOf(cells, cell)) + unzigzag(code / 2);
    cell++;
  }
}

function writeCell(was: number, is: number, writer: ByteWriter): void {
  const distance = is - known(was);
  if (Number.isNaN(is)) {
    writer.varint(special);
    writer.varint(unknown);
  } else if (distance === 0) {
    writer.varint(special);
    writer.varint(zero);
  } else if (Number.isInteger(distance) && Math.abs(distance) < farthest && known(was) + distance === is) {
    writer.varint(2 * zigzag(distance));
  } else {
    writer.varint(special);
    writer.varint(raw);
    writer.double(is);
  }
}

function readSpecial(reader: ByteReader): number {
  switch (reader.varint()) {
    case unknown:
      return Number.NaN;
    case zero:
      return 0;
    default:
      return reader.double();
  }
}

const cellOf = (cells: Float64Array, at: number): number => cells[at] ?? Number.NaN;

/** Where nothing was known, distances are counted from zero. */
const known = (value: number): number => (Number.isNaN(value) ? 0 : value);

const zigzag = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value);
const unzigzag = (code: number): number => (code % 2 === 1 ? -(code + 1) / 2 : code / 2);
