import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { Allowance } from './allowance.ts';

const periodMs = 15_000;

describe('an allowance', () => {
  it('lets so many through in each period, in the long run', async () => {
    for (const perPeriod of [1, 10, 260]) {
      const clock = new WoundClock();
      const allowance = new Allowance(clock, periodMs, () => perPeriod);
      let taken = 0;
      for (let turn = 0; turn < 4 * 1_500; turn++) {
        if (allowance.take()) taken++;
        await clock.wind(10);
      }
      assert.ok(taken >= 4 * perPeriod && taken <= 5 * perPeriod, `${taken} at ${perPeriod}`);
    }
  });

  it('keeps what a quiet period earned, and no more', async () => {
    const clock = new WoundClock();
    const allowance = new Allowance(clock, periodMs, () => 30);
    const burst = (): number => Array.from({ length: 100 }, () => allowance.take()).filter(Boolean).length;
    assert.equal(burst(), 30);
    await clock.wind(periodMs / 3);
    assert.equal(burst(), 10);
    await clock.wind(3_600_000);
    assert.equal(burst(), 30);
  });

  it('follows the cluster as it grows and shrinks', async () => {
    const clock = new WoundClock();
    let perPeriod = 100;
    const allowance = new Allowance(clock, periodMs, () => perPeriod);
    assert.ok(allowance.take());
    perPeriod = 2;
    assert.deepEqual(
      Array.from({ length: 3 }, () => allowance.take()),
      [true, true, false],
    );
  });
});
