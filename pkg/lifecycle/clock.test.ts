import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { describe, it } from 'node:test';
import { systemClock } from './clock.ts';
import { WoundClock } from './wound-clock.ts';

describe("the machine's clock", () => {
  it('reads the wall and never runs backwards when monotonic', () => {
    assert.ok(Math.abs(systemClock.now() - Date.now()) < 1_000);
    const first = systemClock.monotonic();
    assert.ok(systemClock.monotonic() >= first);
  });

  it('wakes a sleeper whose signal aborts, without an error', async () => {
    await systemClock.sleep(60_000, AbortSignal.abort());
  });

  it('takes a month for a month, although the timers of Node.js end after 24 days', async () => {
    const monthMs = 30 * 86_400_000;
    const stop = new AbortController();
    const ended: string[] = [];
    const sleeping = systemClock.sleep(monthMs, stop.signal).then(() => ended.push('sleep'));
    using _timer = systemClock.timer(monthMs, () => ended.push('timer'));
    await systemClock.sleep(5, stop.signal);
    assert.deepEqual(ended, []);
    stop.abort();
    await sleeping;
  });
});

describe('a wound clock', () => {
  it('rings alarms in order, each at its own time', async () => {
    const clock = new WoundClock(1_000);
    const rung: string[] = [];
    clock.timer(20, () => rung.push(`b at ${clock.now()}`));
    clock.timer(10, () => rung.push(`a at ${clock.now()}`));
    await clock.wind(30);
    assert.deepEqual(rung, ['a at 1010', 'b at 1020']);
    assert.equal(clock.now(), 1_030);
  });

  it('leaves no listener of a sleep behind', async () => {
    const clock = new WoundClock();
    const { signal } = new AbortController();
    const sleeping = clock.sleep(10, signal);
    await clock.wind(10);
    await sleeping;
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('lets the wall jump without time passing', () => {
    const clock = new WoundClock(1_000);
    clock.jump(-500);
    assert.equal(clock.now(), 500);
    assert.equal(clock.monotonic(), 0);
  });
});
