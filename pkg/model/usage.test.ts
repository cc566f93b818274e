import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Sample } from './sample.ts';
import { as, type CoreNanoseconds, type EpochMs, type EpochNs, type Nanoseconds } from './units.ts';
import { cpuRate, samplesApart, usageBetween, usageSinceStart, windowBetween } from './usage.ts';

describe('a CPU rate', () => {
  it('is cut to whole nanocores, never rounded', () => {
    assert.equal(rate(2, 3e9), 0);
    assert.equal(rate(5, 3e9), 1);
    assert.equal(rate(200, 10e6), 20_000);
  });

  it('divides by whole and fractional seconds added apart, as Go does', () => {
    assert.equal(rate(1_118_000_000, 1_118e6), 1_000_000_000);
    assert.equal(rate(1_128_000_000, 1_128e6), 999_999_999);
    // One division by the window gives the neighbouring nanocore for both.
    assert.equal(Math.trunc(1_118_000_000 / 1.118), 999_999_999);
    assert.equal(Math.trunc(1_128_000_000 / 1.128), 1_000_000_000);
  });

  it('equals whole-number arithmetic for ordinary windows and counters', () => {
    for (let seed = 1; seed <= 20_000; seed++) {
      const random = dice(seed);
      const window = (1 + random(600_000)) * 1e6;
      const used = random(4_000_000_000) * 64;
      const exact = Number((BigInt(used) * 1_000_000_000n) / BigInt(window));
      assert.ok(Math.abs(rate(used, window) - exact) <= 1, `seed ${seed}: ${rate(used, window)}, exactly ${exact}`);
    }
  });
});

describe('a window', () => {
  it('between samples is exact in nanoseconds', () => {
    assert.equal(samplesApart(as<EpochMs>(1_795_231_545_274), as<EpochMs>(1_795_231_569_557)), 24_283_000_000);
  });

  it('from a start is exact where floating point is not', () => {
    // As a recorded kubelet printed them: 1.7952315572148046e+09 s and 1795231569557 ms.
    const startedAt = as<EpochNs>(Math.trunc(1.7952315572148046e9 * 1e9));
    const sampledAt = as<EpochMs>(1_795_231_569_557);
    const exact = 1_795_231_569_557_000_000n - BigInt(startedAt);
    assert.equal(windowBetween(startedAt, sampledAt), Number(exact));
    assert.notEqual(sampledAt * 1e6 - startedAt, Number(exact));
  });
});

describe('usage between two samples', () => {
  it('is the slope of CPU and the newer memory', () => {
    assert.deepEqual(usageBetween(sample(10, 10, 2), sample(20, 20, 3)), {
      sampledAt: 20_000,
      windowNs: 10e9,
      cpu: 1e9,
      memory: 3,
    });
  });

  it('keeps swap where it is reported, zero included', () => {
    const later = { ...sample(20, 20, 3), swap: as<Sample['memory']>(0) };
    assert.equal(usageBetween(sample(10, 10, 2), later)?.swap, 0);
  });

  it('does not exist when the counter fell or no time passed', () => {
    assert.equal(usageBetween(sample(10, 20, 2), sample(20, 10, 3)), undefined);
    assert.equal(usageBetween(sample(10, 10, 2), sample(10, 20, 3)), undefined);
    assert.equal(usageBetween(sample(20, 10, 2), sample(10, 20, 3)), undefined);
  });

  it('may be zero: an idle container is a value', () => {
    assert.equal(usageBetween(sample(10, 10, 0), sample(20, 10, 0))?.cpu, 0);
  });
});

describe('usage since the start', () => {
  it('counts from zero at the start', () => {
    const newborn = { ...sample(10, 5, 1), startedAt: as<EpochNs>(0) };
    assert.deepEqual(usageSinceStart(newborn), { sampledAt: 10_000, windowNs: 10e9, cpu: 5e8, memory: 1 });
  });

  it('does not exist without a start, or when the start is not in the past', () => {
    assert.equal(usageSinceStart(sample(10, 5, 1)), undefined);
    assert.equal(usageSinceStart({ ...sample(10, 5, 1), startedAt: as<EpochNs>(10e9) }), undefined);
  });
});

const rate = (used: number, window: number): number => cpuRate(as<CoreNanoseconds>(used), as<Nanoseconds>(window));

/** A sample taken `at` seconds after 1970, with `cpu` core-seconds used. */
function sample(at: number, cpu: number, memory: number): Sample {
  return { sampledAt: as(at * 1e3), cpu: as(cpu * 1e9), memory: as(memory) };
}

/** Small deterministic generator: a failing seed is a failing test you can keep. */
function dice(seed: number): (below: number) => number {
  let state = Math.imul(seed, 2_654_435_761) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
