import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dice } from '../shape/dice.ts';
import { lastSampleAt, type Rhythm, samplesBetween } from './housekeeping.ts';

const birth = 1_795_231_446_022.25;

test('a container is sampled at once when it starts, and not before', () => {
  assert.equal(lastSampleAt(rhythm(1), birth), undefined);
  assert.equal(lastSampleAt(rhythm(1), birth + 1), Math.ceil(birth));
  assert.equal(lastSampleAt(rhythm(1), birth + 9_000), Math.ceil(birth));
});

test('the gaps between samples stay within the bounds and differ', () => {
  for (let seed = 1; seed <= 200; seed++) {
    const samples = samplesBetween(rhythm(seed), birth, birth + 600_000);
    const gaps = samples.slice(1).map((at, index) => at - (samples[index] ?? 0));
    for (const gap of gaps) assert.ok(gap >= 9_999 && gap <= 20_001, `seed ${seed}: a gap of ${gap} ms`);
    assert.ok(new Set(gaps).size > gaps.length / 2, `seed ${seed}: gaps ${gaps.join()}`);
  }
});

test('equal bounds make an exact rhythm', () => {
  const samples = samplesBetween({ ...rhythm(7), minMs: 10_000, maxMs: 10_000 }, birth, birth + 95_000);
  assert.deepEqual(
    samples.map((at) => at - Math.ceil(birth)),
    [0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 70_000, 80_000, 90_000],
  );
});

test('the last sample before any moment is the last of all samples before it, for the very old too', () => {
  for (let seed = 1; seed <= 500; seed++) {
    const random = dice(`housekeeping/${seed}`);
    const now = birth + random() * 10 ** Math.floor(random() * 11);
    const all = samplesBetween(rhythm(seed), now - 60_000, now);
    assert.equal(lastSampleAt(rhythm(seed), now), all.at(-1), `seed ${seed}`);
  }
});

function rhythm(seed: number): Rhythm {
  return { bornAt: birth, seed, minMs: 10_000, maxMs: 20_000 };
}
