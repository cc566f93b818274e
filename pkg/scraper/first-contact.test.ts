import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Gate } from '../lifecycle/gate.ts';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import { FirstContact } from './first-contact.ts';

const never = new AbortController().signal;

test('a contact that no machine takes gives its place back soon', async () => {
  const { clock, contact, isFree } = await setUp();
  await clock.wind(99);
  assert.equal(await isFree(), false);
  await clock.wind(1);
  assert.equal(await isFree(), true);
  contact.reached();
  await clock.wind(10_000);
});

test('one that a machine has taken keeps it while the handshake may take that long', async () => {
  const { clock, contact, isFree } = await setUp();
  await clock.wind(50);
  contact.reached();
  await clock.wind(2_999);
  assert.equal(await isFree(), false);
  await clock.wind(1);
  assert.equal(await isFree(), true);
});

test('one keeps it while this process has no time to look whether a machine has taken it', async () => {
  let lateMs = 200;
  const { clock, isFree } = await setUp(() => lateMs);
  await clock.wind(899);
  assert.equal(await isFree(), false);
  lateMs = 0;
  await clock.wind(101);
  assert.equal(await isFree(), true);
});

test('one that has ended gives its place back at once, and only once', async () => {
  const { clock, contact, gate, isFree } = await setUp();
  contact.reached();
  contact[Symbol.dispose]();
  assert.equal(await isFree(), true);
  using _taken = await gate.enter(never);
  await clock.wind(10_000);
  assert.equal(await isFree(), false);
});

/** Timers ring so much later than they should. */
async function setUp(lateMs = () => 0) {
  const clock = new WoundClock(0);
  const gate = new Gate(1);
  const late = {
    monotonic: () => clock.monotonic(),
    timer: (ms: number, ring: () => void) => clock.timer(ms + lateMs(), ring),
  };
  const contact = new FirstContact(await gate.enter(never), late);
  const isFree = async (): Promise<boolean> => {
    const impatient = new AbortController();
    const entered = gate.enter(impatient.signal).then((place) => {
      const got = !impatient.signal.aborted;
      place[Symbol.dispose]();
      return got;
    });
    await new Promise((resolve) => setImmediate(resolve));
    impatient.abort();
    return await entered;
  };
  return { clock, gate, contact, isFree };
}
