import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { as, type CoreNanoseconds, type EpochMs, type EpochNs, type Nanoseconds } from './units.ts';
import { cpuRate, samplesApart, windowBetween } from './usage.ts';

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

describe('a rate of nothing used', () => {
  it('is zero: an idle container is a value', () => {
    assert.equal(rate(0, 10e9), 0);
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

const rate = (used: number, window: number): number => cpuRate(as<CoreNanoseconds>(used), as<Nanoseconds>(window));

/** Small deterministic generator: a failing seed is a failing test you can keep. */
function dice(seed: number): (below: number) => number {
  let state = Math.imul(seed, 2_654_435_761) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
