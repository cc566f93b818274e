import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Rings } from './rings.ts';

const windowMs = 300_000;
const start = Date.UTC(2026, 10, 21, 12);

describe('a ring', () => {
  it('keeps the newest points, oldest first', () => {
    const rings = new Rings(1, 3, windowMs);
    fill(rings, 0, [0, 15, 30, 45]);
    assert.deepEqual(read(rings, 0, 45), [
      { sampledAt: start + 15_000, cpu: 15, memory: 15 * 1024 },
      { sampledAt: start + 30_000, cpu: 30, memory: 30 * 1024 },
      { sampledAt: start + 45_000, cpu: 45, memory: 45 * 1024 },
    ]);
  });

  it('gives only what is young enough', () => {
    const rings = new Rings(1, 5, windowMs);
    fill(rings, 0, [0, 15, 30]);
    assert.deepEqual(
      rings.read(0, start + 30_000, start).map(({ cpu }) => cpu),
      [15, 30],
    );
  });

  it('starts again after a gap longer than the window, or when time went back', () => {
    const rings = new Rings(1, 5, windowMs);
    fill(rings, 0, [0, 15, 400]);
    assert.deepEqual(seconds(rings, 0, 400), [400]);
    fill(rings, 0, [100], 400);
    assert.deepEqual(seconds(rings, 0, 100), [100]);
  });

  it('is empty where nobody knows the time of its newest point, and starts again after that', () => {
    const rings = new Rings(1, 5, windowMs);
    fill(rings, 0, [0, 15]);
    assert.deepEqual(rings.read(0, Number.NaN, Number.NaN), []);
    fill(rings, 0, [30]);
    assert.deepEqual(seconds(rings, 0, 30), [30]);
  });

  it('moves to another row with all it knows', () => {
    const rings = new Rings(3, 3, windowMs);
    fill(rings, 0, [1, 2, 3]);
    fill(rings, 1, [0, 15, 30, 45]);
    rings.copy(2, 1);
    assert.deepEqual(seconds(rings, 2, 45), [15, 30, 45]);
    assert.deepEqual(seconds(rings, 0, 3), [1, 2, 3]);
  });

  it('keeps all it knows while there is room for it, and forgets on request', () => {
    const rings = new Rings(2, 3, windowMs);
    fill(rings, 0, [1, 2, 3]);
    fill(rings, 1, [0, 15, 30, 45]);
    rings.resize(5);
    assert.deepEqual(seconds(rings, 1, 45), [15, 30, 45]);
    assert.deepEqual(read(rings, 4, 45), []);
    rings.clear(1);
    assert.deepEqual(read(rings, 1, 45), []);
    rings.resize(1);
    assert.deepEqual(seconds(rings, 0, 3), [1, 2, 3]);
    assert.equal(rings.bytes, 3 * 10 + 4);
  });

  it('holds memory of up to 4 TiB, and says so of more', () => {
    const rings = new Rings(1, 1, windowMs);
    rings.push(0, Number.NaN, { sampledAt: start, memory: 2 ** 50 }, 1);
    assert.equal(rings.read(0, start, 0)[0]?.memory, (2 ** 32 - 1) * 1024);
  });

  it('costs ten bytes a point and four a row', () => {
    assert.equal(new Rings(10, 20, windowMs).bytes, 10 * (20 * 10 + 4));
  });

  it('tells the time to a 65,535th of the window, and errors do not add up', () => {
    for (const [window, tick] of [
      [60_000, 1],
      [300_000, 5],
      [3_600_000, 55],
    ] as const) {
      for (let seed = 1; seed <= 200; seed++) {
        const random = dice(seed);
        const rings = new Rings(1, 30, window);
        const times = [start];
        for (let point = 0; point < 40; point++) times.push((times.at(-1) ?? 0) + 1 + random(window / 40));
        for (const [index, time] of times.entries()) {
          rings.push(0, times[index - 1] ?? Number.NaN, { sampledAt: time, memory: 0 }, index);
        }
        const newest = times.at(-1) ?? 0;
        for (const { sampledAt, cpu } of rings.read(0, newest, 0)) {
          const off = Math.abs(sampledAt - (times[cpu] ?? 0));
          assert.ok(off <= tick / 2 + 1e-3, `seed ${seed}, window ${window}: point ${cpu} is ${off} ms off`);
        }
        assert.equal(rings.read(0, newest, 0).length, 30);
      }
    }
  });
});

/** Pushes points at these seconds; rate and KiB are the second, so that a mix-up shows. */
function fill(rings: Rings, row: number, at: readonly number[], before = Number.NaN): void {
  for (const [index, second] of at.entries()) {
    const previous = at[index - 1] ?? before;
    rings.push(row, start + previous * 1e3, { sampledAt: start + second * 1e3, memory: second * 1024 }, second);
  }
}

const read = (rings: Rings, row: number, newest: number) => rings.read(row, start + newest * 1e3, 0);

const seconds = (rings: Rings, row: number, newest: number): number[] =>
  read(rings, row, newest).map(({ sampledAt }) => (sampledAt - start) / 1e3);

/** Small deterministic generator: a failing seed is a failing test you can keep. */
function dice(seed: number): (below: number) => number {
  let state = Math.imul(seed, 2_654_435_761) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
