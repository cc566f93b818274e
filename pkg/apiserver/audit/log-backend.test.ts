import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import type { DeliveryOptions } from './backend.ts';
import { eventJson, legacyLine } from './event.ts';
import { type LineSink, logBackend, streamSink } from './log-backend.ts';
import { madeEvent } from './testing/made-event.ts';
import { toldLosses } from './testing/told-losses.ts';

const batch = { bufferSize: 10, maxSize: 1, maxWaitMs: 0 };

describe('the audit log', () => {
  test('is one line per event, as JSON or in the legacy format', async () => {
    for (const [format, lineOf] of [
      ['json', eventJson],
      ['legacy', legacyLine],
    ] as const) {
      const { backend, sink } = open({ mode: 'blocking', batch }, format);
      await backend.record(madeEvent('a'));
      await backend.record(madeEvent('b'));
      assert.equal(sink.text, `${lineOf(madeEvent('a'))}\n${lineOf(madeEvent('b'))}\n`);
    }
  });

  test('lets a request wait until its event is written, and go on when it cannot be', async () => {
    const { backend, sink, counted } = open({ mode: 'blocking', batch });
    sink.hold();
    let isOver = false;
    const recorded = Promise.resolve(backend.record(madeEvent('a'))).then((kept) => {
      isOver = true;
      return kept;
    });
    await turn();
    assert.equal(isOver, false);
    sink.release(new Error('no space left'));
    assert.equal(await recorded, true);
    assert.deepEqual(counted(), { log: 1 });
  });

  test('lets a request fail whose event cannot be written, when it is strict', async () => {
    const { backend, sink } = open({ mode: 'blocking-strict', batch });
    assert.equal(await backend.record(madeEvent('a')), true);
    sink.hold();
    const recorded = backend.record(madeEvent('b'));
    await turn();
    sink.release(new Error('no space left'));
    assert.equal(await recorded, false);
  });

  test('lets nobody wait in batches, and loses what the buffer has no room for', async () => {
    const { backend, sink, counted, lines } = open({ mode: 'batch', batch: { ...batch, bufferSize: 2 } });
    sink.hold();
    assert.equal(backend.record(madeEvent('a')), true);
    await turn();
    for (const id of ['b', 'c', 'd', 'e']) assert.equal(backend.record(madeEvent(id)), true);
    assert.deepEqual(counted(), { buffered: 2 });
    assert.deepEqual(lines, [['Audit events are lost', { backend: 'log', reason: 'the buffer is full' }]]);
    sink.release();
    await backend.close(1_000);
    assert.deepEqual(idsIn(sink.text), ['a', 'b', 'c']);
  });

  test('says once that events are lost, and once that this is over, whatever happens in between', async () => {
    const { backend, sink, counted, lines, clock } = open({ mode: 'blocking', batch });
    sink.failure = new Error('no space left');
    for (const id of ['a', 'b', 'c']) await backend.record(madeEvent(id));
    sink.failure = undefined;
    await backend.record(madeEvent('d'));
    sink.failure = new Error('no space left');
    await backend.record(madeEvent('e'));
    sink.failure = undefined;
    await clock.wind(60_000);
    await backend.record(madeEvent('f'));
    await backend.record(madeEvent('g'));
    assert.deepEqual(lines, [
      ['Audit events are lost', { backend: 'log', reason: 'no space left' }],
      ['Audit events are recorded again', { backend: 'log', lost: 4 }],
    ]);
    assert.deepEqual(counted(), { log: 4 });
  });

  test('shortens what is too large, so that a long address hides nobody', async () => {
    const truncate = { maxBatchBytes: 10_000, maxEventBytes: 2_000 };
    const { backend, sink, counted } = open({ mode: 'blocking', batch, truncate });
    const message = 'm'.repeat(300);
    await backend.record(
      madeEvent('a', {
        requestURI: `/${'x'.repeat(5_000)}`,
        sourceIPs: Array.from({ length: 30 }, (_, index) => `10.0.0.${index}`),
        responseStatus: { metadata: {}, status: 'Failure', message, reason: 'NotFound', details: {}, code: 404 },
      }),
    );
    const event = JSON.parse(sink.text);
    assert.equal(event.requestURI.length, 1024);
    assert.deepEqual(event.sourceIPs, ['10.0.0.0', '10.0.0.29']);
    assert.deepEqual(event.responseStatus, { metadata: {}, status: 'Failure', message, reason: 'NotFound', code: 404 });
    assert.deepEqual(event.annotations, { 'audit.k8s.io/truncated': 'true' });
    assert.deepEqual(event.user, { username: 'alice' });
    assert.deepEqual(counted(), {});
  });

  test('shortens whom and what somebody names at any length', async () => {
    const truncate = { maxBatchBytes: 10_000, maxEventBytes: 4_000 };
    const { backend, sink, counted } = open({ mode: 'blocking', batch, truncate });
    const long = 'x'.repeat(5_000);
    const impersonatedUser = { username: long, groups: [long], extra: { scopes: [long] } };
    await backend.record(madeEvent('a', { impersonatedUser, objectRef: { resource: 'pods', name: long } }));
    const event = JSON.parse(sink.text);
    assert.deepEqual(event.impersonatedUser, { username: 'x'.repeat(1024) });
    assert.deepEqual(event.objectRef, { resource: 'pods', name: 'x'.repeat(1024) });
    assert.deepEqual(counted(), {});
  });

  test('loses what is too large even then, and counts it', async () => {
    const truncate = { maxBatchBytes: 10_000, maxEventBytes: 2_000 };
    const { backend, sink, counted } = open({ mode: 'blocking-strict', batch, truncate });
    const groups = Array.from({ length: 500 }, (_, index) => `group-${index}`);
    assert.equal(await backend.record(madeEvent('a', { user: { username: 'alice', groups } })), true);
    assert.equal(sink.text, '');
    assert.deepEqual(counted(), { truncate: 1 });
  });

  test('goes to a stream as it stands, and a stream whose reader left breaks nothing', async () => {
    const stream = new PassThrough();
    const sink = streamSink(stream);
    await sink.write('one\n');
    assert.equal(String(stream.read()), 'one\n');
    await sink.close();
    assert.equal(stream.writable, true);
    stream.destroy();
    await assert.rejects(sink.write('two\n'));
  });
});

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const idsIn = (text: string): string[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).auditID);

/** Keeps what is written; fails or waits when told to. */
class FakeSink implements LineSink {
  text = '';
  failure: Error | undefined;
  #gate: PromiseWithResolvers<void> | undefined;

  async write(text: string): Promise<void> {
    await this.#gate?.promise;
    if (this.failure !== undefined) throw this.failure;
    this.text += text;
  }

  hold(): void {
    this.#gate = Promise.withResolvers();
  }

  release(failure?: Error): void {
    this.failure = failure;
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  async close(): Promise<void> {}
}

function open(delivery: DeliveryOptions, format: 'json' | 'legacy' = 'json') {
  const clock = new WoundClock();
  const sink = new FakeSink();
  const told = toldLosses('log', clock);
  return { ...told, clock, sink, backend: logBackend({ delivery, format, sink, losses: told.losses, clock }) };
}
