import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Gate } from './gate.ts';

const patient = new AbortController().signal;

describe('a gate', () => {
  it('lets so many in, and the others in the order in which they came', async () => {
    const gate = new Gate(2);
    const inside: number[] = [];
    const places: Disposable[] = [];
    for (let guest = 0; guest < 5; guest++) {
      void gate.enter(patient).then((place) => {
        inside.push(guest);
        places.push(place);
      });
    }
    await settle();
    assert.deepEqual(inside, [0, 1]);
    places[1]?.[Symbol.dispose]();
    places[1]?.[Symbol.dispose]();
    await settle();
    assert.deepEqual(inside, [0, 1, 2]);
    for (const place of places) place[Symbol.dispose]();
    await settle();
    assert.deepEqual(inside, [0, 1, 2, 3, 4]);
  });

  it('loses no place to those who give up, however closely that meets their turn', async () => {
    for (let tick = 0; tick < 8; tick++) {
      const gate = new Gate(1);
      const first = await gate.enter(patient);
      const stop = new AbortController();
      const second = gate.enter(stop.signal);
      await settle();
      first[Symbol.dispose]();
      for (let turn = 0; turn < tick; turn++) await Promise.resolve();
      stop.abort();
      (await second)[Symbol.dispose]();
      let entered = false;
      void gate.enter(patient).then(() => {
        entered = true;
      });
      await settle();
      assert.ok(entered, `abort ${tick} ticks after the place was handed over`);
    }
  });

  it('does not keep those who give up waiting', async () => {
    const gate = new Gate(0);
    const stop = new AbortController();
    const waiting = gate.enter(stop.signal);
    stop.abort();
    await waiting;
    await gate.enter(AbortSignal.abort());
  });
});

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
