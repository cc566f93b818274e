import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import { silentLogger } from '../telemetry/logger.ts';
import { NodeCatalog, type NodeChange } from './nodes.ts';
import { FakeApiserver, type FakeObject } from './testing/fake-apiserver.ts';

describe('a catalog of nodes', () => {
  it('keeps of a node what finding its kubelet takes', async () => {
    await using test = await synced([node('worker-1')]);
    assert.deepEqual(test.catalog.get('worker-1'), {
      name: 'worker-1',
      uid: 'uid-worker-1',
      labels: { 'kubernetes.io/os': 'linux' },
      addresses: [
        { type: 'InternalIP', address: '192.0.2.7' },
        { type: 'Hostname', address: 'worker-1' },
      ],
      kubeletPort: 10250,
      ready: true,
    });
  });

  it('keeps the path a virtual kubelet announces', async () => {
    const annotations = { 'metrics.k8s.io/resource-metrics-path': '/virtual/metrics' };
    await using test = await synced([node('virtual', { annotations })]);
    assert.equal(test.catalog.get('virtual')?.resourceMetricsPath, '/virtual/metrics');
  });

  it('keeps the taint by which a node is leaving, and no other', async () => {
    const taints = [{ key: 'node.kubernetes.io/unreachable' }, null, { key: 'ToBeDeletedByClusterAutoscaler' }];
    const marked = { ...node('leaving'), spec: { taints } };
    const cordoned = { ...node('staying'), spec: { taints: [{ key: 'karpenter.sh/disrupted' }] } };
    await using test = await synced([marked, cordoned]);
    assert.equal(test.catalog.get('leaving')?.leaving, 'ToBeDeletedByClusterAutoscaler');
    assert.equal(test.catalog.get('staying')?.leaving, undefined);
    test.apiserver.put({ ...node('leaving'), spec: {} });
    await test.clock.wind(0);
    assert.equal(test.catalog.get('leaving')?.leaving, undefined);
  });

  it('makes do with a node that says nothing about itself', async () => {
    await using test = await synced([{ metadata: { name: 'bare' } }]);
    const bare = { name: 'bare', uid: '', labels: {}, addresses: [], kubeletPort: 0, ready: false };
    assert.deepEqual(test.catalog.get('bare'), bare);
  });

  it('lists by name', async () => {
    await using test = await synced(['b', 'a', 'c'].map((name) => node(name)));
    test.apiserver.put(node('aa'));
    test.apiserver.remove(node('b'));
    await test.clock.wind(0);
    assert.deepEqual(
      [...test.catalog.list()].map(({ name }) => name),
      ['a', 'aa', 'c'],
    );
    assert.equal(test.catalog.size, 3);
  });

  it('tells of nodes that come, change and go', async () => {
    await using test = await synced([node('a')]);
    test.apiserver.put(node('b'));
    test.apiserver.put(node('a', { ready: 'Unknown' }));
    test.apiserver.remove(node('b'));
    await test.clock.wind(0);
    assert.deepEqual(test.told(), ['added a', 'added b', 'changed a', 'removed b']);
    assert.equal(test.catalog.get('a')?.ready, false);
  });

  it('does not take a heartbeat for a change', async () => {
    await using test = await synced([node('a')]);
    test.apiserver.put(node('a', { heartbeat: '2026-11-21T12:00:40Z' }));
    await test.clock.wind(0);
    assert.deepEqual(test.told(), ['added a']);
  });

  it('tells of a node that was replaced by one of the same name that it went and another came', async () => {
    await using test = await synced([node('a')]);
    test.apiserver.put(node('a', { uid: 'another' }));
    await test.clock.wind(0);
    assert.deepEqual(test.told(), ['added a', 'removed a', 'added a']);
  });

  it('tells of nodes that vanished while the kube-apiserver was away', async () => {
    await using test = await synced([node('a'), node('b')]);
    test.apiserver.stop();
    test.apiserver.remove(node('a'));
    test.apiserver.forget();
    await test.clock.wind(60_000);
    assert.equal(test.catalog.size, 2);
    test.apiserver.start();
    await test.clock.wind(60_000);
    assert.deepEqual(test.told(), ['added a', 'added b', 'removed a']);
  });

  it('tells nobody who has stopped listening', async () => {
    await using test = await synced([node('a')]);
    test.stopListening();
    test.apiserver.put(node('b'));
    await test.clock.wind(0);
    assert.deepEqual(test.told(), ['added a']);
  });

  it('survives whatever stands where a node should be', async () => {
    const odd = { status: { addresses: [null, 7, { type: 1 }], conditions: 'x', daemonEndpoints: null } };
    await using test = await synced([{ metadata: { name: 'odd', labels: { a: 1, b: 'c' } }, ...odd }]);
    assert.deepEqual(test.catalog.get('odd')?.addresses, []);
    assert.deepEqual(test.catalog.get('odd')?.labels, { b: 'c' });
  });
});

/** A running catalog that has heard of `nodes`. */
async function synced(nodes: readonly FakeObject[]) {
  const apiserver = new FakeApiserver();
  for (const one of nodes) apiserver.put(one);
  const clock = new WoundClock();
  const catalog = new NodeCatalog({ connection: apiserver, clock, log: silentLogger, random: () => 0.5 });
  const changes: NodeChange[] = [];
  const listening = catalog.onChange((change) => void changes.push(change));
  const stop = new AbortController();
  const running = catalog.run(stop.signal);
  assert.equal(catalog.synced, false);
  await clock.wind(20_000);
  assert.equal(catalog.synced, true);
  return {
    apiserver,
    clock,
    catalog,
    told: () => changes.map(({ kind, node: { name } }) => `${kind} ${name}`),
    stopListening: () => listening[Symbol.dispose](),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

function node(
  name: string,
  { ready = 'True', heartbeat = '', uid = `uid-${name}`, annotations = {} } = {},
): FakeObject {
  return {
    metadata: { name, uid, labels: { 'kubernetes.io/os': 'linux' }, annotations, managedFields: [{}] },
    spec: { podCIDR: '10.0.0.0/24' },
    status: {
      addresses: [
        { type: 'InternalIP', address: '192.0.2.7' },
        { type: 'Hostname', address: name },
      ],
      conditions: [
        { type: 'MemoryPressure', status: 'False' },
        { type: 'Ready', status: ready, lastHeartbeatTime: heartbeat },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    },
  };
}
