import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { Alarms } from './alarms.ts';

describe('alarms', () => {
  it('wake all who are due at a moment with one timer, in the order in which they came', async () => {
    const clock = new WoundClock();
    const alarms = new Alarms(clock);
    const woken: string[] = [];
    for (const name of ['a', 'b', 'c']) alarms.at(1_000, () => woken.push(`${name} at ${clock.monotonic()}`));
    alarms.at(2_000, () => woken.push(`d at ${clock.monotonic()}`));
    assert.equal(clock.waiting, 2);
    await clock.wind(3_000);
    assert.deepEqual(woken, ['a at 1000', 'b at 1000', 'c at 1000', 'd at 2000']);
  });

  it('wake a few at a time, so that others have their turn in between', async () => {
    const clock = new WoundClock();
    const alarms = new Alarms(clock);
    const turns: string[] = [];
    for (let ring = 0; ring < 17; ring++) {
      alarms.at(1_000, () => {
        if (turns.at(-1) === 'other') turns.push('woken');
        setImmediate(() => turns.at(-1) === 'woken' && turns.push('other'));
      });
    }
    turns.push('other');
    await clock.wind(1_000);
    assert.deepEqual(turns, ['other', 'woken', 'other', 'woken', 'other', 'woken', 'other']);
    assert.equal(clock.waiting, 0);
  });

  it('wake nobody who has thought better of it, and leave no timer behind when nobody is left', async () => {
    const clock = new WoundClock();
    const alarms = new Alarms(clock);
    const woken: string[] = [];
    const first = alarms.at(1_000, () => woken.push('first'));
    const second = alarms.at(1_000, () => woken.push('second'));
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    assert.equal(clock.waiting, 1);
    second[Symbol.dispose]();
    assert.equal(clock.waiting, 0);
    alarms.at(1_000, () => woken.push('third'));
    await clock.wind(1_000);
    assert.deepEqual(woken, ['third']);
  });

  it('may be set and let go of by those whom they wake', async () => {
    const clock = new WoundClock();
    const alarms = new Alarms(clock);
    const woken: string[] = [];
    using other = alarms.at(1_000, () => {
      woken.push('a');
      other[Symbol.dispose]();
      alarms.at(1_000, () => woken.push('again'));
    });
    await clock.wind(1_000);
    assert.deepEqual(woken, ['a', 'again']);
    assert.equal(clock.waiting, 0);
  });
});
