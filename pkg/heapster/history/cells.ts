import { type ByteReader, type ByteWriter, fourDigits } from './byte-writer.ts';

/*
 * A row of cells as the difference to the row before. Cells are whole numbers nearly always, NaN where nothing is known,
 * and most of them stay as they are or move a little:
 *
 *   odd code      (code + 1) / 2 cells are as before
 *   even code > 0 one cell has moved: code / 2 is the distance d, zigzag: 2d, or -2d - 1 where it is negative
 *   0, then       0 = nothing is known now; 1 = zero, where nothing was known; 2 = eight bytes of a double;
 *                 3 = nothing is known of so many cells; 4 = so many are zero, whatever they were
 *
 * A pod that comes brings a hundred zeros, because most never wait for anything, and one that goes leaves nothing known.
 */
const special = 0;
const unknown = 0;
const zero = 1;
const raw = 2;
const manyUnknown = 3;
const manyZero = 4;

/** Beyond this distance a code would not be exact. */
const farthest = 2 ** 50;

/** Two frames, one after the other. */
export interface FramePair {
  readonly before: Float64Array;
  readonly after: Float64Array;
}

/**
 * Writes what became of a row, which is nothing if it is as it was; its cells are those from `at` up to `end`. What lies
 * beyond the end of `before` was not known.
 */
export function writeCells(frames: FramePair, at: number, end: number, writer: ByteWriter): void {
  const { before, after } = frames;
  let run = 0;
  for (let cell = at; cell < end; cell++) {
    const was = cellOf(before, cell);
    const is = cellOf(after, cell);
    if (was === is || (Number.isNaN(was) && Number.isNaN(is))) {
      run++;
      continue;
    }
    if (run > 0) writer.small(2 * run - 1);
    run = 0;
    const alike = Number.isNaN(is) || (is === 0 && Number.isNaN(was)) ? alikeFrom(after, cell, end) : 1;
    if (alike === 1) writeCell(frames, cell, writer);
    else writeAlike(is, alike, writer);
    cell += alike - 1;
  }
  // What follows the last change needs no words: the row ends there.
}

/** Turns the row whose cells begin at `at` into what became of it, up to the byte `end`. */
export function readCells(cells: Float64Array, at: number, reader: ByteReader, end: number): void {
  let cell = at;
  while (reader.at < end) {
    const low = reader.low();
    if ((low & 1) === 1) cell += (low + 1) >>> 1;
    else if (low === special && reader.high === 0) cell = readSpecial(cells, cell, reader);
    else {
      const half = (low >>> 1) + reader.high * (fourDigits / 2);
      // Whether it is odd is told by the low part alone: to divide what has a point would be most of what reading takes.
      cells[cell] = known(cellOf(cells, cell)) + ((low & 2) === 2 ? -(half + 1) / 2 : half / 2);
      cell++;
    }
  }
}

/**
 * Reads the cell again: numbers with a point, and large ones, would become objects on their way here, thousands of them in
 * each frame.
 */
function writeCell({ before, after }: FramePair, cell: number, writer: ByteWriter): void {
  const was = known(cellOf(before, cell));
  const is = cellOf(after, cell);
  const distance = is - was;
  const isWhole = distance !== 0 && Math.abs(distance) < farthest && Math.floor(distance) === distance;
  if (!isWhole || was + distance !== is) return writeSpecial(distance, is, writer);
  const code = distance < 0 ? -4 * distance - 2 : 4 * distance;
  if (code < fourDigits) writer.small(code);
  else writer.large(code % fourDigits, Math.floor(code / fourDigits));
}

function writeSpecial(distance: number, is: number, writer: ByteWriter): void {
  writer.varint(special);
  if (Number.isNaN(is)) writer.varint(unknown);
  else if (distance === 0) writer.varint(zero);
  else {
    writer.varint(raw);
    writer.double(is);
  }
}

/** Cells of which nothing is known, or that are zero, as the first of them is. */
function writeAlike(first: number, count: number, writer: ByteWriter): void {
  writer.varint(special);
  writer.varint(Number.isNaN(first) ? manyUnknown : manyZero);
  writer.varint(count);
}

/** How many cells from one on are as it is: unknown, or zero. */
function alikeFrom(cells: Float64Array, from: number, end: number): number {
  const isUnknown = Number.isNaN(cellOf(cells, from));
  let at = from + 1;
  while (at < end && (isUnknown ? Number.isNaN(cellOf(cells, at)) : cellOf(cells, at) === 0)) at++;
  return at - from;
}

/** Returns the cell behind those it has read. */
function readSpecial(cells: Float64Array, cell: number, reader: ByteReader): number {
  const what = reader.varint();
  const next = cell + (what === manyUnknown || what === manyZero ? reader.varint() : 1);
  cells.fill(what === raw ? reader.double() : what === zero || what === manyZero ? 0 : Number.NaN, cell, next);
  return next;
}

/** Looking beyond the end, which the engine allows, makes it prepare for everything: then each cell it reads is an object. */
const cellOf = (cells: Float64Array, at: number): number =>
  at < cells.length ? (cells[at] ?? Number.NaN) : Number.NaN;

/** Where nothing was known, distances are counted from zero. */
const known = (value: number): number => (Number.isNaN(value) ? 0 : value);
