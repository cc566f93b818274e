import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PodFacts } from '../model/pod-facts.ts';
import type { LabelOptions } from './labels.ts';
import { allKeys } from './model.ts';
import { MadeHeapster } from './testing/made-heapster.ts';

const amounts = { cpu: 100, memory: 2 ** 20, others: { 'nvidia.com/gpu': 2 } };

const facts: PodFacts = {
  namespace: 'web',
  name: 'a',
  uid: 'api-uid',
  node: 'n1',
  labels: { app: 'web', tier: 'front' },
  shape: {
    containers: [
      { name: 'app', kind: 'app', image: 'registry.example/web:1', requests: amounts, limits: {} },
      { name: 'waiting', kind: 'app', image: 'registry.example/web:1', requests: {}, limits: {} },
      { name: 'init', kind: 'init', image: 'registry.example/web:1', requests: {}, limits: {} },
    ],
    requests: amounts,
    limits: {},
  },
  restarts: [3, 0, 0],
};

const pod = { type: 'pod', namespace: 'web', pod: 'a' } as const;
const app = { type: 'pod_container', namespace: 'web', pod: 'a', container: 'app' } as const;

describe('the model', () => {
  it('lists what the newest round told of, promised containers included', async () => {
    const { model } = await told();
    assert.deepEqual(model.nodes(), ['n1']);
    assert.deepEqual(model.namespaces(), ['web']);
    assert.deepEqual(model.pods('web'), ['a']);
    assert.deepEqual(model.containers('web', 'a'), ['app', 'waiting']);
    assert.deepEqual(model.pods('nowhere'), []);
    assert.deepEqual(allKeys(model), [
      'cluster',
      'namespace:web',
      'namespace:web/pod:a',
      'namespace:web/pod:a/container:app',
      'namespace:web/pod:a/container:waiting',
      'node:n1',
    ]);
  });

  it("labels everything as Heapster did, by its pairs' order, separator and what is left out", async () => {
    const { model } = await told({ separator: '|', ignored: [], stored: { team: 'tier' }, podNamespace: true });
    assert.deepEqual(model.current(app)?.labels, {
      type: 'pod_container',
      namespace_name: 'web',
      namespace_id: 'uid-web',
      pod_namespace: 'web',
      pod_name: 'a',
      pod_id: 'api-uid',
      nodename: 'n1',
      hostname: 'n1',
      labels: 'app:web|tier:front',
      team: 'front',
      container_name: 'app',
      container_base_image: 'registry.example/web:1',
    });
    const plain = await told({ ignored: ['tier'] });
    assert.equal(plain.model.current(pod)?.labels['labels'], 'app:web');
    assert.equal(plain.model.current(pod)?.labels['pod_namespace'], undefined);
  });

  it('knows what was promised, restarts, and devices by their own names', async () => {
    const { model } = await told();
    const values = model.current(pod)?.values;
    assert.deepEqual(
      ['cpu/request', 'cpu/limit', 'memory/request', 'restart_count', 'nvidia.com/gpu/request'].map((name) =>
        values?.get(name),
      ),
      [100, 0, 2 ** 20, 3, 2],
    );
    assert.equal(model.current({ type: 'node', node: 'n1' })?.values.get('cpu/request'), 100);
    assert.ok(model.metricNames(pod).includes('nvidia.com/gpu/request'));
    assert.equal(model.series({ entity: pod, metric: 'nvidia.com/gpu/request' }).length, 2);
  });

  it('tells values of labeled metrics apart, and wants all their labels', async () => {
    const { model } = await told();
    const metric = 'filesystem/usage';
    const values = (labels?: Readonly<Record<string, string>>): readonly number[] =>
      model.series({ entity: pod, metric, ...(labels && { labels }) }).map(({ value }) => value);
    assert.deepEqual(values({ resource_id: 'Volume:data' }), [12_288, 12_288]);
    assert.deepEqual(values({ resource_id: 'Volume:other' }), []);
    assert.deepEqual(values({ resource_id: 'Volume:data', more: 'x' }), []);
    assert.deepEqual(values(), []);
    assert.ok(!model.metricNames(pod).includes(metric));
  });

  it('tells all of a node as of one moment, even to whoever rests while it changes', async () => {
    // In one of these the next frame is the first of a long figure, which is when rows of dead pods go.
    for (let rounds = 1; rounds <= 6; rounds++) {
      const test = new MadeHeapster();
      const podsOf = (names: readonly string[]) => names.map((name) => ({ name, cpuSeconds: { app: rounds } }));
      const many = Array.from({ length: 20 }, (_, pod) => `pod-${pod}`);
      for (let round = 0; round < rounds; round++) await test.round({ cpuSeconds: round, pods: podsOf(many) });
      const expected = [...test.model.sets()];
      const drawn = Iterator.from(test.model.sets());
      const seen = Array.from({ length: expected.length / 2 }, () => drawn.next().value);
      await test.round({ cpuSeconds: rounds, pods: podsOf(['pod-19']) });
      await test.round({ cpuSeconds: rounds, pods: podsOf(['pod-19']) });
      assert.deepEqual([...seen, ...drawn], expected, `after ${rounds} rounds`);
    }
  });

  it('gives points from a moment to a moment, both included', async () => {
    const { model, now } = await told();
    const query = { entity: pod, metric: 'memory/usage' };
    const [first, second] = model.series(query);
    assert.ok(first && second && second.at < now);
    assert.deepEqual(model.series({ ...query, start: second.at }), [second]);
    assert.deepEqual(model.series({ ...query, end: first.at }), [first]);
  });

  it('finds a pod by the UID of the kube-apiserver, and by that of its kubelet', async () => {
    const { model } = await told();
    for (const uid of ['api-uid', 'uid-a']) assert.deepEqual(model.podOfUid(uid), { namespace: 'web', pod: 'a' });
    assert.equal(model.podOfUid('x'), undefined);
  });
});

async function told(labels: Partial<LabelOptions> = {}): Promise<MadeHeapster> {
  const test = new MadeHeapster({ pods: [facts], labels });
  for (const seconds of [1, 7])
    await test.round({ cpuSeconds: seconds, pods: [{ name: 'a', cpuSeconds: { app: seconds } }] });
  return test;
}
