import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { Nudge } from './nudge.ts';

test('a sleep lasts its time when nobody nudges', async () => {
  const { clock, nudge, signal } = setUp();
  const slept = nudge.sleep(1000, clock, signal);
  await clock.wind(1000);
  assert.equal(await slept, false);
});

test('a nudge ends the sleep that is going on', async () => {
  const { clock, nudge, signal } = setUp();
  const slept = nudge.sleep(1000, clock, signal);
  nudge.give();
  assert.equal(await slept, true);
  assert.equal(clock.waiting, 0);
});

test('a nudge between two sleeps ends the next one, and only that', async () => {
  const { clock, nudge, signal } = setUp();
  nudge.give();
  nudge.give();
  assert.equal(await nudge.sleep(1000, clock, signal), true);
  const next = nudge.sleep(1000, clock, signal);
  await clock.wind(1000);
  assert.equal(await next, false);
});

test('an abort ends the sleep, before or during it', async () => {
  const { clock, nudge } = setUp();
  const stop = new AbortController();
  const slept = nudge.sleep(1000, clock, stop.signal);
  stop.abort();
  assert.equal(await slept, false);
  const late = nudge.sleep(1000, clock, stop.signal);
  await clock.wind(0);
  assert.equal(await late, false);
});

function setUp(): { clock: WoundClock; nudge: Nudge; signal: AbortSignal } {
  return { clock: new WoundClock(), nudge: new Nudge(), signal: new AbortController().signal };
}
