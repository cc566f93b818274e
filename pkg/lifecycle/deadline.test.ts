import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it } from 'node:test';
import { deadline } from './deadline.ts';
import { WoundClock } from './wound-clock.ts';

describe('a deadline', () => {
  it('aborts when time is up and says that it expired', async () => {
    const clock = new WoundClock();
    using limit = deadline(new AbortController().signal, 1_000, clock);
    await clock.wind(999);
    assert.equal(limit.signal.aborted, false);
    await clock.wind(1);
    assert.equal(limit.signal.aborted, true);
    assert.equal(limit.expired, true);
    assert.match(String(limit.signal.reason), /no answer within 1 s/);
  });

  it('aborts with its parent and then has not expired', () => {
    const parent = new AbortController();
    using limit = deadline(parent.signal, 1_000, new WoundClock());
    parent.abort();
    assert.equal(limit.signal.aborted, true);
    assert.equal(limit.expired, false);
  });

  it('is over at once under a parent that is over', () => {
    using limit = deadline(AbortSignal.abort(), 1_000, new WoundClock());
    assert.equal(limit.signal.aborted, true);
    assert.equal(limit.expired, false);
  });

  it('that is renewed runs out after a silence as long as itself', async () => {
    const clock = new WoundClock();
    using limit = deadline(new AbortController().signal, 1_000, clock);
    for (let beat = 0; beat < 5; beat++) {
      await clock.wind(900);
      limit.renew();
      assert.equal(clock.waiting, 1);
    }
    await clock.wind(999);
    assert.equal(limit.expired, false);
    await clock.wind(1);
    assert.equal(limit.expired, true);
    assert.match(String(limit.signal.reason), /silent for 1 s/);
  });

  it('leaves no timer and no listener behind', () => {
    const clock = new WoundClock();
    const parent = new AbortController();
    {
      using _limit = deadline(parent.signal, 1_000, clock);
      assert.equal(clock.waiting, 1);
    }
    assert.equal(clock.waiting, 0);
    assert.equal(getEventListeners(parent.signal, 'abort').length, 0);
  });
});
