import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { Allowance } from './allowance.ts';

describe('an allowance', () => {
  it('lets so many through in each second, in the long run', async () => {
    for (const perSecond of [0.2, 2, 50]) {
      const clock = new WoundClock();
      const allowance = new Allowance(clock, () => perSecond);
      let taken = 0;
      for (let turn = 0; turn < 6_000; turn++) {
        if (allowance.take()) taken++;
        await clock.wind(10);
      }
      assert.ok(Math.abs(taken - 60 * perSecond) <= Math.max(1, perSecond), `${taken} at ${perSecond}`);
    }
  });

  it('does not save up', async () => {
    const clock = new WoundClock();
    const allowance = new Allowance(clock, () => 3);
    await clock.wind(3_600_000);
    const taken = Array.from({ length: 10 }, () => allowance.take());
    assert.deepEqual(taken.filter(Boolean).length, 3);
  });
});
