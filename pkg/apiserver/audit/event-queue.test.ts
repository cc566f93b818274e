import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { EventQueue, type EventQueueOptions } from './event-queue.ts';
import { dice } from './testing/dice.ts';

describe('a queue of events', () => {
  test('sends a batch when it is full', async () => {
    const { queue, batches, clock } = line({ maxBatch: 3, maxWaitMs: 30_000 });
    add(queue, 1, 2);
    await clock.wind(29_000);
    assert.deepEqual(batches, []);
    add(queue, 3, 4);
    await clock.wind(0);
    assert.deepEqual(batches, [[1, 2, 3]]);
  });

  test('sends a batch that is not full when its first event has waited long enough', async () => {
    const { queue, batches, clock } = line({ maxBatch: 100, maxWaitMs: 30_000 });
    add(queue, 1);
    await clock.wind(20_000);
    add(queue, 2);
    await clock.wind(9_999);
    assert.deepEqual(batches, []);
    await clock.wind(1);
    assert.deepEqual(batches, [[1, 2]]);
    add(queue, 3);
    await clock.wind(29_999);
    assert.equal(batches.length, 1);
    await clock.wind(1);
    assert.deepEqual(batches, [[1, 2], [3]]);
  });

  test('lets nothing wait when waiting is not wanted; what comes meanwhile goes together', async () => {
    const { queue, batches, clock, deliveries } = line({ maxBatch: 100, maxWaitMs: 0, hold: true });
    add(queue, 1, 2, 3);
    await clock.wind(0);
    assert.deepEqual(batches, [[1]]);
    deliveries[0]?.(true);
    await clock.wind(0);
    assert.deepEqual(batches, [[1], [2, 3]]);
  });

  test('begins a new batch before one has too many bytes', async () => {
    const { queue, batches, clock } = line({ maxBatch: 100, maxBatchBytes: 250, maxWaitMs: 1_000 });
    add(queue, 1, 2);
    await clock.wind(0);
    assert.deepEqual(batches, []);
    add(queue, 3);
    await clock.wind(0);
    assert.deepEqual(batches, [[1, 2]]);
    void queue.add(4, 900);
    await clock.wind(1_000);
    assert.deepEqual(batches, [[1, 2], [3], [4]]);
  });

  test('loses what it has no room for, and says so of each event', async () => {
    const { queue, dropped, clock, deliveries, batches } = line({
      bufferSize: 2,
      maxWaitMs: 0,
      maxBatch: 9,
      hold: true,
    });
    add(queue, 1);
    await clock.wind(0);
    add(queue, 2, 3, 4, 5);
    assert.deepEqual(dropped, ['the buffer is full', 'the buffer is full']);
    assert.equal(await queue.add(6, 100), false);
    deliveries[0]?.(true);
    await clock.wind(0);
    assert.deepEqual(batches, [[1], [2, 3]]);
  });

  test('holds no more than 64 MiB, however few events that are', () => {
    const { queue, dropped } = line({ maxWaitMs: 1_000, maxBatchBytes: Number.POSITIVE_INFINITY });
    for (let count = 0; count < 70; count++) void queue.add(count, 1024 * 1024);
    assert.equal(dropped.length, 6);
  });

  test('tells each event whether it was kept', async () => {
    const { queue, clock, deliveries } = line({ maxBatch: 2, maxWaitMs: 0, hold: true });
    const [first, second] = [queue.add(1, 1), queue.add(2, 1)];
    await clock.wind(0);
    deliveries[0]?.(true);
    await clock.wind(0);
    deliveries[1]?.(false);
    assert.deepEqual(await Promise.all([first, second]), [true, false]);
  });

  test('sends as many batches at once as it may', async () => {
    const { queue, batches, clock, deliveries } = line({ maxBatch: 1, maxWaitMs: 0, parallel: 2, hold: true });
    add(queue, 1, 2, 3);
    await clock.wind(0);
    assert.deepEqual(batches, [[1], [2]]);
    deliveries[1]?.(true);
    await clock.wind(0);
    assert.deepEqual(batches, [[1], [2], [3]]);
  });

  test('sends a burst at once and the rest in its rhythm', async () => {
    const { queue, batches, clock } = line({ maxBatch: 1, maxWaitMs: 0, throttle: { qps: 10, burst: 3 } });
    add(queue, 1, 2, 3, 4, 5);
    await clock.wind(0);
    assert.equal(batches.length, 3);
    await clock.wind(99);
    assert.equal(batches.length, 3);
    await clock.wind(1);
    assert.equal(batches.length, 4);
    await clock.wind(100);
    assert.equal(batches.length, 5);
    await clock.wind(10_000);
    add(queue, 6, 7, 8, 9);
    await clock.wind(0);
    assert.equal(batches.length, 8);
  });

  test('sends what waits when it is closed, without waiting for a batch or its turn', async () => {
    const { queue, batches, clock } = line({ maxBatch: 2, maxWaitMs: 60_000, throttle: { qps: 0.01, burst: 1 } });
    add(queue, 1, 2, 3, 4, 5);
    await clock.wind(0);
    await queue.close(5_000);
    assert.deepEqual(batches, [[1, 2], [3, 4], [5]]);
    assert.equal(clock.waiting, 0);
  });

  test('is closed in time whatever happens to its batches, and keeps nothing afterwards', async () => {
    const { queue, dropped, clock } = line({ maxBatch: 1, maxWaitMs: 0, hold: true });
    const results = [queue.add(1, 1), queue.add(2, 1)];
    const closed = queue.close(5_000);
    await clock.wind(5_000);
    await closed;
    assert.deepEqual(dropped, ['the server stopped before they were delivered']);
    assert.equal(await results[1], false);
    assert.equal(await queue.add(3, 1), false);
    assert.equal(dropped.length, 2);
  });

  test('delivers or drops every event once and in order, whatever its limits', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const random = dice(seed);
      const upTo = (most: number): number => 1 + Math.floor(random() * most);
      const limits = {
        bufferSize: upTo(50),
        maxBatch: upTo(20),
        maxBatchBytes: upTo(3_000),
        maxWaitMs: upTo(3) * 500 - 500,
      };
      const throttle = random() < 0.5 ? { throttle: { qps: upTo(10), burst: upTo(5) } } : {};
      const { queue, batches, dropped, clock } = line({ ...limits, ...throttle });
      const results: Promise<boolean>[] = [];
      for (let round = 0; round < 20; round++) {
        for (let count = upTo(15); count > 0; count--) results.push(queue.add(results.length, upTo(400)));
        if (random() < 0.3) await clock.wind(upTo(1_000));
      }
      await queue.close(5_000);
      const kept = await Promise.all(results);
      const wanted = kept.flatMap((isKept, event) => (isKept ? event : []));
      assert.deepEqual(batches.flat(), wanted, `seed ${seed}`);
      assert.equal(dropped.length, kept.length - wanted.length, `seed ${seed}`);
      assert.ok(
        batches.every(({ length }) => length <= limits.maxBatch),
        `seed ${seed}`,
      );
      assert.equal(clock.waiting, 0, `seed ${seed}`);
    }
  });

  test('is closed at once when there is nothing to do', async () => {
    const { queue, clock } = line({ maxWaitMs: 1_000 });
    await queue.close(5_000);
    assert.equal(clock.waiting, 0);
  });
});

function add(queue: EventQueue<number>, ...events: number[]): void {
  for (const event of events) void queue.add(event, 100);
}

/** With `hold`, a batch is delivered when the test says so, or when the queue gives up. */
function line({ hold = false, ...changes }: Partial<EventQueueOptions<number>> & { readonly hold?: boolean }) {
  const clock = new WoundClock();
  const batches: (readonly number[])[] = [];
  const dropped: string[] = [];
  const deliveries: ((kept: boolean) => void)[] = [];
  const queue = new EventQueue<number>({
    bufferSize: 10_000,
    maxBatch: 100,
    maxBatchBytes: 1_000_000,
    maxWaitMs: 0,
    parallel: 1,
    clock,
    deliver: (batch) => {
      batches.push(batch);
      if (!hold) return Promise.resolve(true);
      const { promise, resolve } = Promise.withResolvers<boolean>();
      deliveries.push(resolve);
      return promise;
    },
    onDropped: (reason) => dropped.push(reason),
    ...changes,
  });
  return { queue, batches, dropped, clock, deliveries };
}
