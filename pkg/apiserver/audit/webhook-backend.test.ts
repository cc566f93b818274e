import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import type { DeliveryOptions } from './backend.ts';
import type { AuditEvent } from './event.ts';
import { madeEvent } from './testing/made-event.ts';
import { toldLosses } from './testing/told-losses.ts';
import { type AuditSender, type SendOutcome, webhookBackend } from './webhook-backend.ts';

const usual: DeliveryOptions = {
  mode: 'batch',
  batch: { bufferSize: 10_000, maxSize: 400, maxWaitMs: 30_000, throttle: { qps: 10, burst: 15 } },
};

describe('the audit webhook', () => {
  test('gets events as one list, when they have waited long enough', async () => {
    const { backend, sender, clock } = open(usual);
    for (const id of ['a', 'b']) assert.equal(backend.record(madeEvent(id)), true);
    await clock.wind(29_999);
    assert.equal(sender.lists.length, 0);
    await clock.wind(1);
    assert.deepEqual(sender.lists, [
      { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items: [madeEvent('a'), madeEvent('b')] },
    ]);
  });

  test('gets no list with more events or bytes than were asked for', async () => {
    const batch = { bufferSize: 100, maxSize: 3, maxWaitMs: 1_000 };
    const truncate = { maxBatchBytes: 1_000, maxEventBytes: 900 };
    const { backend, sender, clock } = open({ mode: 'batch', batch, truncate });
    for (let id = 0; id < 4; id++) void backend.record(madeEvent(String(id)));
    void backend.record(madeEvent('long', { userAgent: 'x'.repeat(500) }));
    await clock.wind(5_000);
    assert.deepEqual(sender.ids(), [['0', '1', '2'], ['3'], ['long']]);
  });

  test('is asked again after longer and longer waits, and told of nothing twice once it has answered', async () => {
    const { backend, sender, clock, lines, counted } = open(usual);
    sender.refuse(2);
    void backend.record(madeEvent('a'));
    await clock.wind(30_000);
    assert.equal(sender.lists.length, 1);
    await clock.wind(9_999);
    assert.equal(sender.lists.length, 1);
    await clock.wind(1);
    assert.equal(sender.lists.length, 2);
    await clock.wind(14_999);
    assert.equal(sender.lists.length, 2);
    await clock.wind(1);
    assert.deepEqual(sender.ids(), [['a'], ['a'], ['a']]);
    await clock.wind(600_000);
    assert.equal(sender.lists.length, 3);
    assert.deepEqual([lines, counted()], [[], {}]);
  });

  test('that never answers costs a batch after five tries, which is counted and said', async () => {
    const { backend, sender, clock, lines, counted } = open(usual);
    sender.refuse(100);
    for (const id of ['a', 'b']) void backend.record(madeEvent(id));
    await clock.wind(600_000);
    assert.equal(sender.lists.length, 5);
    assert.deepEqual(counted(), { webhook: 2 });
    assert.deepEqual(lines, [['Audit events are lost', { backend: 'webhook', reason: 'answered 503' }]]);
  });

  test('that hangs is given up after half a minute, and others are sent meanwhile', async () => {
    const { backend, sender, clock } = open({ mode: 'batch', batch: { bufferSize: 100, maxSize: 1, maxWaitMs: 0 } });
    sender.hang(1);
    void backend.record(madeEvent('a'));
    void backend.record(madeEvent('b'));
    await clock.wind(0);
    assert.deepEqual(sender.ids(), [['a'], ['b']]);
    await clock.wind(30_000 + 10_000);
    assert.deepEqual(sender.ids(), [['a'], ['b'], ['a']]);
  });

  test('that is away makes memory grow no further than the buffer', async () => {
    const { backend, sender, clock, counted } = open({
      mode: 'batch',
      batch: { bufferSize: 5, maxSize: 1, maxWaitMs: 0 },
    });
    sender.refuse(100_000);
    for (let id = 0; id < 4; id++) void backend.record(madeEvent(String(id)));
    await clock.wind(0);
    for (let id = 4; id < 100; id++) void backend.record(madeEvent(String(id)));
    assert.deepEqual(counted(), { buffered: 91 });
  });

  test('gets what waits when the server stops', async () => {
    const { backend, sender, clock } = open(usual);
    void backend.record(madeEvent('a'));
    await clock.wind(1_000);
    await backend.close(5_000);
    assert.deepEqual(sender.ids(), [['a']]);
    assert.equal(clock.waiting, 0);
  });

  test('that is away holds up a stop no longer than it may', async () => {
    const { backend, sender, clock, counted } = open(usual);
    sender.hang(100);
    void backend.record(madeEvent('a'));
    const closed = backend.close(5_000);
    await clock.wind(5_000);
    await closed;
    await clock.wind(0);
    assert.deepEqual(counted(), { webhook: 1 });
    assert.equal(clock.waiting, 0);
  });

  test('lets requests wait or fail where it is told to', async () => {
    const blocking = open({ ...usual, mode: 'blocking' });
    blocking.sender.refuse(5);
    const recorded = blocking.backend.record(madeEvent('a'));
    await blocking.clock.wind(600_000);
    assert.equal(await recorded, true);

    const strict = open({ ...usual, mode: 'blocking-strict' });
    strict.sender.refuse(5);
    const refused = strict.backend.record(madeEvent('a'));
    await strict.clock.wind(600_000);
    assert.equal(await refused, false);
    assert.equal(await strict.backend.record(madeEvent('b')), true);
  });
});

interface List {
  readonly items: readonly AuditEvent[];
}

/** Takes every list; refuses or leaves unanswered as many as it is told. */
class FakeSender implements AuditSender {
  readonly lists: List[] = [];
  #refusals = 0;
  #hanging = 0;

  async send(list: object, signal: AbortSignal): Promise<SendOutcome> {
    this.lists.push(list as List);
    if (this.#hanging > 0) {
      this.#hanging--;
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      return { kind: 'failed', reason: 'no answer in time' };
    }
    if (this.#refusals === 0) return { kind: 'sent' };
    this.#refusals--;
    return { kind: 'failed', reason: 'answered 503' };
  }

  refuse(times: number): void {
    this.#refusals = times;
  }

  hang(times: number): void {
    this.#hanging = times;
  }

  ids(): string[][] {
    return this.lists.map(({ items }) => items.map(({ auditID }) => auditID));
  }
}

function open(delivery: DeliveryOptions) {
  const clock = new WoundClock();
  const sender = new FakeSender();
  const told = toldLosses('webhook', clock);
  const { losses } = told;
  const backend = webhookBackend({ delivery, initialBackoffMs: 10_000, sender, losses, clock, random: () => 0.5 });
  return { ...told, clock, sender, backend };
}
