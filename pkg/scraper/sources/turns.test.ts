import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { Turns } from './turns.ts';

describe('turns', () => {
  it('come one after the other, and at once when nobody has had one for a while', async () => {
    const clock = new WoundClock();
    const turns = new Turns(clock, 20);
    assert.deepEqual([turns.next(1_000), turns.next(1_000), turns.next(1_000)], [0, 50, 100]);
    await clock.wind(10_000);
    assert.deepEqual([turns.next(1_000), turns.next(1_000)], [0, 50]);
  });

  it('are not taken by whoever could not wait for them', () => {
    const turns = new Turns(new WoundClock(), 20);
    for (let turn = 0; turn < 20; turn++) assert.equal(turns.next(1_000), 50 * turn);
    assert.equal(turns.next(1_000), undefined);
    assert.equal(turns.next(1_001), 1_000);
  });
});
