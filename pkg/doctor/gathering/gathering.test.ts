import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KubeRequest, KubeResponse } from '../../kube/connection/transport.ts';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { missingRequests, wantedOf } from './autoscaler-facts.ts';
import { KubeReader } from './kube-reader.ts';
import { healthOf } from './server-health.ts';
import { sideBySide } from './side-by-side.ts';
import { containersOf, podFacts } from './workload-facts.ts';

describe('a list', () => {
  it('is read page by page', async () => {
    const { reader, asked } = readerOf(({ query }) => {
      const next = query?.['continue'];
      const metadata = next === 'c' ? {} : { continue: next === 'b' ? 'c' : 'b' };
      return [200, { items: [{ at: next ?? 'a' }], metadata }];
    });
    const list = await reader.list('/api/v1/nodes');
    assert.deepEqual(list, { kind: 'seen', value: [{ at: 'a' }, { at: 'b' }, { at: 'c' }] });
    assert.ok(asked.every(({ query }) => query?.['limit'] === '250'));
  });

  it('that never ends is given up', async () => {
    const { reader } = readerOf(() => [200, { items: [{}], metadata: { continue: 'more' } }]);
    assert.equal((await reader.list('/api/v1/nodes')).kind, 'unseen');
  });
});

describe('a question', () => {
  it('is absent, refused, nonsense or unanswered, and never an exception', async () => {
    const outcomes = [
      [404, {}],
      [403, { message: 'nodes is forbidden' }],
      [200, 'not json'],
    ] as const;
    const readings = await Promise.all(
      outcomes.map(([status, body]) => readerOf(() => [status, body]).reader.get('/api/v1/nodes/n1')),
    );
    assert.deepEqual(
      readings.map(({ kind }) => kind),
      ['absent', 'unseen', 'unseen'],
    );
    const [, refused] = readings;
    assert.ok(refused?.kind === 'unseen' && refused.status === 403);
    assert.match(refused.why, /nodes is forbidden/);
  });

  it('that nobody answers ends with its deadline', async () => {
    const clock = new WoundClock(0);
    const transport = {
      server: 'https://x',
      request: ({ signal }: KubeRequest) =>
        new Promise<KubeResponse>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
    };
    const reader = new KubeReader({ transport, clock, timeoutMs: 5_000, signal: new AbortController().signal });
    const reading = reader.get('/version');
    await clock.wind(5_000);
    const { kind, ...rest } = await reading;
    assert.equal(kind, 'unseen');
    assert.match(JSON.stringify(rest), /no answer within 5 s/);
  });
});

describe('an autoscaler', () => {
  const resource = (name: string, type: string) => ({ type: 'Resource', resource: { name, target: { type } } });
  const autoscaler = (...metrics: readonly object[]) => ({ spec: { metrics } });

  it('divides by requests only where it scales by utilization', () => {
    assert.deepEqual(wantedOf(autoscaler(resource('cpu', 'Utilization'), resource('memory', 'AverageValue'))), [
      { resource: 'cpu' },
    ]);
    const ofContainer = { containerResource: { name: 'cpu', container: 'app', target: { type: 'Utilization' } } };
    assert.deepEqual(wantedOf(autoscaler(ofContainer)), [{ resource: 'cpu', container: 'app' }]);
    assert.deepEqual(wantedOf({}), []);
  });

  it('of one container does not mind the others', () => {
    const containers = containersOf({
      containers: [
        { name: 'app', resources: { requests: { cpu: '1' } } },
        { name: 'envoy' },
        { name: 'limited', resources: { limits: { cpu: '1' } } },
      ],
      initContainers: [{ name: 'init' }, { name: 'sidecar', restartPolicy: 'Always' }],
    });
    assert.deepEqual(missingRequests([{ resource: 'cpu', container: 'app' }], containers), []);
    assert.deepEqual(
      missingRequests([{ resource: 'cpu' }], containers).map(({ container }) => container),
      ['envoy', 'sidecar'],
    );
  });
});

describe('a pod', () => {
  it('in trouble says why, in the words of the kubelet', () => {
    const status = (state: object, lastState = {}) => ({ status: { containerStatuses: [{ state, lastState }] } });
    assert.equal(
      podFacts(status({ waiting: { reason: 'ImagePullBackOff', message: 'not found' } })).trouble,
      'ImagePullBackOff: not found',
    );
    assert.equal(
      podFacts(status({ waiting: { reason: 'CrashLoopBackOff' } }, { terminated: { exitCode: 2 } })).trouble,
      'CrashLoopBackOff: exit code 2',
    );
    assert.equal(podFacts(status({ waiting: { reason: 'ContainerCreating' } })).trouble, '');
    assert.equal(podFacts(status({ running: {} })).trouble, '');
  });

  it('of any shape, or none, is read without complaint', () => {
    for (const object of [{}, { spec: null }, { spec: { containers: [null, 5, { args: [1, 'x'] }] }, status: [] }]) {
      assert.doesNotThrow(() => podFacts(object));
    }
  });
});

it('the answer of readyz tells which checks fail and what is degraded', () => {
  const text =
    '[+]ping ok\n[-]metric-storage-ready failed: reason withheld\ndegraded: 1 of 3 nodes\nreadyz check failed';
  assert.deepEqual(healthOf(500, text), {
    ready: false,
    failing: ['metric-storage-ready'],
    degraded: ['1 of 3 nodes'],
  });
});

it('work side by side is bounded, and its results are in order', async () => {
  let working = 0;
  let most = 0;
  const results = await sideBySide([5, 4, 3, 2, 1], 2, async (item) => {
    most = Math.max(most, ++working);
    for (let turns = 0; turns < item; turns++) await Promise.resolve();
    working--;
    return item * 10;
  });
  assert.deepEqual(results, [50, 40, 30, 20, 10]);
  assert.equal(most, 2);
});

function readerOf(answer: (request: KubeRequest) => readonly [status: number, body: unknown]) {
  const asked: KubeRequest[] = [];
  const transport = {
    server: 'https://kube-apiserver',
    async request(request: KubeRequest): Promise<KubeResponse> {
      asked.push(request);
      const [status, body] = answer(request);
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      return {
        status,
        headers: {},
        text: async () => text,
        json: async () => JSON.parse(text),
        lines: async function* () {},
        [Symbol.dispose]: () => undefined,
      };
    },
  };
  const clock = new WoundClock(0);
  return {
    asked,
    reader: new KubeReader({ transport, clock, timeoutMs: 1_000, signal: new AbortController().signal }),
  };
}
