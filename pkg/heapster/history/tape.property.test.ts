import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, type MonotonicMs } from '../../model/units.ts';
import type { RowRanges } from './chunk.ts';
import { Tape } from './tape.ts';

/** Rows of differing widths; more come while frames are added. */
class Rows implements RowRanges {
  readonly #widths: number[] = [];

  get length(): number {
    return this.#widths.length;
  }

  get cells(): number {
    return this.#widths.reduce((sum, width) => sum + width, 0);
  }

  add(width: number): void {
    this.#widths.push(width);
  }

  get bytes(): number {
    return 100 * this.length;
  }

  startOf(row: number): number {
    return this.#widths.slice(0, row).reduce((sum, width) => sum + width, 0);
  }
}

test('a tape gives back what was put on it, whatever the numbers', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = dice(seed);
    const tape = new Tape<Rows>(1 + random(6));
    let rows = new Rows();
    const frames: { readonly rows: Rows; readonly length: number; readonly frame: Float64Array }[] = [];
    for (let beat = 0; beat < 20; beat++) {
      if (tape.isAtSeam && random(3) === 0) rows = new Rows();
      if (rows.length === 0 || random(3) === 0) rows.add(1 + random(5));
      const before = frames.at(-1)?.frame;
      const frame = nextFrame(rows, before, random);
      frames.push({ rows, length: rows.length, frame });
      tape.add(as<MonotonicMs>(beat), rows, frame);
      const from = random(rows.length);
      const to = from + random(rows.length - from + 1);
      const [at, end] = [rows.startOf(from), rows.startOf(to)];
      const part = tape.newest({ from, to }).slice(at, end);
      assert.deepEqual(part, frame.slice(at, end), `seed ${seed}, beat ${beat}, rows ${from} to ${to}`);
      assert.deepEqual(tape.newest(), frame, `seed ${seed}, beat ${beat}`);
    }
    for (const { beat, row, cells, rows } of everyRow(tape)) {
      const told = frames[beat]?.frame.slice(rows.startOf(row), rows.startOf(row + 1));
      assert.deepEqual(cells, told, `seed ${seed}, beat ${beat}, row ${row}`);
    }
  }
});

test('tapes that are written in turns each know their own newest frame', () => {
  const rows = new Rows();
  rows.add(3);
  const tapes = [new Tape<Rows>(4), new Tape<Rows>(4)];
  for (let beat = 0; beat < 10; beat++) {
    for (const [at, tape] of tapes.entries())
      tape.add(as<MonotonicMs>(beat), rows, new Float64Array(3).fill(beat * (at + 1)));
    for (const [at, tape] of tapes.entries()) assert.equal(tape.newest()[2], beat * (at + 1));
  }
  assert.equal(new Tape<Rows>(4).newest().length, 0, 'there is none');
});

test('a tape is as large as it says, and becomes smaller when it forgets', () => {
  const rows = new Rows();
  rows.add(10);
  const tape = new Tape<Rows>(5);
  const row = (beat: number) => new Float64Array(10).fill(beat * 1_000_000);
  for (let beat = 0; beat < 50; beat++) tape.add(as<MonotonicMs>(beat), rows, row(beat));
  const before = tape.bytes;
  assert.equal(tape.oldest, 0);
  const freed = tape.dropOldest();
  assert.equal(tape.bytes, before - freed);
  assert.equal(tape.oldest, 5);
  tape.forgetBefore(30);
  assert.equal(tape.oldest, 30);
  while (tape.dropOldest() > 0);
  assert.equal(tape.oldest, 45, 'the newest chunk stays');
});

test('who comes with nothing but zeros, and who goes, takes a few bytes', () => {
  const rows = new Rows();
  rows.add(100);
  const tape = new Tape<Rows>(10);
  const [nobody, idle] = [Number.NaN, 0].map((value) => new Float64Array(100).fill(value));
  const frames = [nobody, idle, nobody, idle, idle, nobody].filter((frame) => frame !== undefined);
  for (const [beat, frame] of frames.entries()) tape.add(as<MonotonicMs>(beat), rows, frame);
  assert.deepEqual(
    [...everyRow(tape)].map(({ cells }) => cells[99]),
    frames.map((frame) => frame[99]),
  );
  const [chunk] = tape.chunks;
  assert.ok((chunk?.size ?? Number.NaN) <= 6 * 5, `${chunk?.size} bytes`);
});

test('who rests on the way through a row goes on reading, however many frames are added meanwhile', () => {
  const rows = new Rows();
  rows.add(50);
  const tape = new Tape<Rows>(60);
  const frame = (beat: number) => new Float64Array(50).fill(beat * 1_000);
  const add = (beat: number): void => tape.add(as<MonotonicMs>(beat), rows, frame(beat));
  for (let beat = 0; beat < 3; beat++) add(beat);
  const walk = tape.chunks[0]?.walk(0);
  assert.equal(walk?.next().value?.cells[49], 0);
  for (let beat = 3; beat < 60; beat++) add(beat);
  for (let beat = 1; beat < 60; beat++) assert.equal(walk?.next().value?.cells[49], beat * 1_000);
});

test('rows that only frames of before have are counted with these, until they are forgotten', () => {
  const frame = new Float64Array(4).fill(1);
  const [before, after] = [new Rows(), new Rows()];
  before.add(4);
  after.add(4);
  const tapeOf = (rowsAt: (beat: number) => Rows): Tape<Rows> => {
    const tape = new Tape<Rows>(2);
    for (let beat = 0; beat < 8; beat++) tape.add(as<MonotonicMs>(beat), rowsAt(beat), frame);
    return tape;
  };
  const [same, other] = [tapeOf(() => before), tapeOf((beat) => (beat < 4 ? before : after))];
  assert.equal(other.bytes, same.bytes + before.bytes);
  for (const tape of [same, other]) tape.forgetBefore(4);
  assert.equal(other.bytes, same.bytes);
});

function* everyRow(tape: Tape<Rows>) {
  for (const chunk of tape.chunks)
    for (let row = 0; row < chunk.rows.length; row++)
      for (const { beat, cells } of chunk.walk(row)) yield { beat, row, cells: cells.slice(), rows: chunk.rows };
}

function nextFrame(rows: Rows, before: Float64Array | undefined, random: (below: number) => number): Float64Array {
  const frame = new Float64Array(rows.cells).fill(Number.NaN);
  for (let cell = 0; cell < frame.length; cell++) frame[cell] = nextCell(before?.[cell] ?? Number.NaN, random);
  return frame;
}

const oddities = [
  0,
  1,
  -1,
  0.1,
  2 ** 53,
  2 ** 62,
  -(2 ** 62),
  1e300,
  127,
  128,
  2 ** 28,
  2 ** 50,
  -(2 ** 50),
  Number.NaN,
];

function nextCell(before: number, random: (below: number) => number): number {
  const kind = random(4);
  if (kind === 0) return oddities[random(oddities.length)] ?? 0;
  if (kind === 1) return before + random(1_000_000) - 500_000;
  return before;
}

/** Small deterministic generator: a failing seed is a failing test you can keep. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
