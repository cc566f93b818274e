import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { FakeApiserver } from '../testing/fake-apiserver.ts';
import { KeptLog } from '../testing/kept-log.ts';
import { EventRecorder } from './event-recorder.ts';
import type { KubeEvent } from './kube-event.ts';

describe('an event', () => {
  it('is created as events.k8s.io/v1 has it, in the namespace default when it is about a node', async () => {
    await using stage = new Stage();
    stage.recorder.record(missing('n7'));
    await stage.clock.wind(0);
    const [request] = stage.apiserver.requests;
    assert.equal(`${request?.method} ${request?.path}`, 'POST /apis/events.k8s.io/v1/namespaces/default/events');
    assert.deepEqual(request?.body, {
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { name: 'n7.0000000000000001', namespace: 'default' },
      eventTime: '2026-11-21T12:00:00.000000Z',
      reportingController: 'metrics-server',
      reportingInstance: 'metrics-server-7',
      action: 'Scrape',
      reason: 'NodeMetricsMissing',
      regarding: { apiVersion: 'v1', kind: 'Node', name: 'n7', uid: 'uid-n7' },
      type: 'Warning',
      note: 'the kubelet answered 403',
    });
    assert.deepEqual(stage.ended, ['sent']);
  });

  it('that happens again is counted in the first one, or created anew where that is gone', async () => {
    await using stage = new Stage();
    stage.recorder.record(missing('n7'));
    await stage.clock.wind(0);
    stage.recorder.record(missing('n7'));
    await stage.clock.wind(0);
    const patch = stage.apiserver.requests[1];
    assert.equal(
      `${patch?.method} ${patch?.path}`,
      'PATCH /apis/events.k8s.io/v1/namespaces/default/events/n7.0000000000000001',
    );
    assert.equal(patch?.contentType, 'application/merge-patch+json');
    assert.deepEqual(patch?.body, { series: { count: 2, lastObservedTime: '2026-11-21T12:00:00.000000Z' } });
    stage.apiserver.handMade.unshift({ status: 404, body: {} });
    stage.recorder.record(missing('n7'));
    await stage.clock.wind(0);
    assert.deepEqual(stage.methods, ['POST', 'PATCH', 'PATCH', 'POST']);
  });

  it('with another note is another one', async () => {
    await using stage = new Stage();
    stage.recorder.record(missing('n7'));
    stage.recorder.record({ ...missing('n7'), note: 'nothing listens' });
    await stage.clock.wind(0);
    assert.deepEqual(stage.methods, ['POST', 'POST']);
  });

  it('keeps to the limits of a kube-apiserver, whatever its note and its name', async () => {
    await using stage = new Stage();
    stage.recorder.record({ ...missing('n'.repeat(253)), note: 'ü'.repeat(2_000) });
    await stage.clock.wind(0);
    const { metadata, note } = stage.apiserver.requests[0]?.body as { metadata: { name: string }; note: string };
    assert.equal(metadata.name.length, 253);
    assert.ok(Buffer.byteLength(note) <= 1_024);
    assert.match(note, /^ü+\.\.\.$/);
  });
});

describe('events', () => {
  it('are five at once and three a minute then, and what is too much is dropped', async () => {
    await using stage = new Stage();
    for (let node = 0; node < 30; node++) stage.recorder.record(missing(`n${node}`));
    await stage.clock.wind(0);
    assert.equal(stage.apiserver.requests.length, 5);
    assert.equal(stage.ended.filter((how) => how === 'dropped').length, 10);
    await stage.clock.wind(60_000);
    assert.equal(stage.apiserver.requests.length, 8);
    await stage.clock.wind(600_000);
    assert.equal(stage.apiserver.requests.length, 20);
  });

  it('that may not be written are said to fail once, and not tried for ten minutes', async () => {
    await using stage = new Stage({ status: 403, body: { message: 'events is forbidden' } });
    stage.recorder.record(missing('n1'));
    await stage.clock.wind(0);
    stage.recorder.record(missing('n2'));
    await stage.clock.wind(600_000);
    stage.apiserver.handMade.unshift({ status: 500, body: {} });
    stage.recorder.record(missing('n3'));
    await stage.clock.wind(0);
    assert.deepEqual(stage.ended, ['failed', 'dropped', 'failed']);
    stage.recorder.record(missing('n4'));
    await stage.clock.wind(0);
    assert.deepEqual(
      stage.log.lines.map(({ level, message }) => `${level} ${message}`),
      ['warn An event could not be written, which harms nothing else', 'info Events are written again'],
    );
    assert.match(String(stage.log.lines[0]?.facts['reason']), /events is forbidden/);
  });

  it('wait for a kube-apiserver that hangs for five seconds, and for one that is away not at all', async () => {
    await using stage = new Stage();
    stage.apiserver.hangs = true;
    stage.recorder.record(missing('n1'));
    await stage.clock.wind(5_000);
    stage.apiserver.hangs = false;
    stage.apiserver.stop();
    stage.recorder.record(missing('n2'));
    await stage.clock.wind(0);
    assert.deepEqual(stage.ended, ['failed', 'failed']);
  });

  it('leave no timer behind when it is over', async () => {
    const stage = new Stage();
    stage.recorder.record(missing('n1'));
    await stage.clock.wind(0);
    await stage[Symbol.asyncDispose]();
    assert.equal(stage.clock.waiting, 0);
  });
});

const missing = (node: string): KubeEvent => ({
  regarding: { apiVersion: 'v1', kind: 'Node', name: node, uid: `uid-${node}` },
  type: 'Warning',
  reason: 'NodeMetricsMissing',
  action: 'Scrape',
  note: 'the kubelet answered 403',
});

/** A recorder at work; the first answer is given, all others are good. */
class Stage implements AsyncDisposable {
  readonly clock = new WoundClock();
  readonly apiserver = new FakeApiserver();
  readonly log = new KeptLog();
  readonly ended: string[] = [];
  readonly recorder: EventRecorder;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;

  constructor(first = { status: 201, body: {} as unknown }) {
    let suffixes = 0;
    const good = Array.from({ length: 40 }, () => ({ status: 201, body: {} }));
    this.apiserver.handMade.push(first, ...good);
    this.recorder = new EventRecorder({
      connection: this.apiserver,
      reporter: { controller: 'metrics-server', instance: 'metrics-server-7' },
      clock: this.clock,
      log: this.log,
      newSuffix: () => String(++suffixes).padStart(16, '0'),
      onEnded: (how) => this.ended.push(how),
    });
    this.#running = this.recorder.run(this.#stop.signal);
  }

  get methods(): readonly string[] {
    return this.apiserver.requests.map(({ method }) => method);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}
