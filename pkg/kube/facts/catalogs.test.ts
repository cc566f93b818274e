import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { FakeApiserver, type FakeObject } from '../testing/fake-apiserver.ts';
import { NamespaceCatalog } from './namespace-catalog.ts';
import { NodeFactsCatalog } from './node-facts-catalog.ts';
import { PodFactsCatalog } from './pod-facts-catalog.ts';

describe('a catalog of pods with their specs', () => {
  it('asks for pods that are bound to a node and have not ended', async () => {
    await using test = await running([], (options) => new PodFactsCatalog(options));
    const selector = 'spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed';
    assert.deepEqual(
      test.apiserver.requests.map(({ query }) => query?.['fieldSelector']),
      [selector, selector],
    );
  });

  it('knows which pods are on a node, while they come, go and change', async () => {
    await using test = await running(
      [pod('a', 'n1'), pod('b', 'n1'), pod('c', 'n2')],
      (options) => new PodFactsCatalog(options),
    );
    const on = (node: string): string[] => [...test.catalog.onNode(node)].map(({ name }) => name).sort();
    assert.deepEqual([on('n1'), on('n2'), on('n3')], [['a', 'b'], ['c'], []]);
    test.apiserver.remove(pod('a', 'n1'));
    test.apiserver.put(pod('c', 'n3'));
    await test.clock.wind(0);
    assert.deepEqual([on('n1'), on('n2'), on('n3')], [['b'], [], ['c']]);
    assert.equal(test.catalog.get('web', 'b')?.node, 'n1');
    assert.equal(test.catalog.size, 2);
  });

  it('holds one shape for all pods of a template, and none that nobody has', async () => {
    await using test = await running([pod('a', 'n1'), pod('b', 'n1')], (options) => new PodFactsCatalog(options));
    assert.equal(test.catalog.shapes, 1);
    assert.equal(test.catalog.get('web', 'a')?.shape, test.catalog.get('web', 'b')?.shape);
    for (let version = 0; version < 2_500; version++) {
      test.apiserver.put(pod('a', 'n1', `${version}m`));
      if (version % 100 === 0) await test.clock.wind(0);
    }
    await test.clock.wind(0);
    assert.ok(test.catalog.shapes <= 1_001, `${test.catalog.shapes} shapes`);
  });
});

describe('catalogs of nodes and namespaces', () => {
  it('know what nodes have, and the UIDs of namespaces', async () => {
    const node = { metadata: { name: 'n1' }, status: { allocatable: { cpu: '2' } } };
    await using nodes = await running([node], (options) => new NodeFactsCatalog(options, ''));
    assert.equal(nodes.catalog.get('n1')?.allocatable.cpu, 2_000);
    nodes.apiserver.remove(node);
    await nodes.clock.wind(0);
    assert.equal(nodes.catalog.get('n1'), undefined);

    const namespace = { metadata: { name: 'web', uid: 'u-1' } };
    await using namespaces = await running([namespace], (options) => new NamespaceCatalog(options));
    assert.equal(namespaces.catalog.uidOf('web'), 'u-1');
    assert.equal(namespaces.catalog.uidOf('db'), undefined);
  });
});

interface Options {
  readonly connection: FakeApiserver;
  readonly clock: WoundClock;
  readonly log: typeof silentLogger;
}

async function running<Catalog extends { run(signal: AbortSignal): Promise<void> }>(
  objects: readonly FakeObject[],
  make: (options: Options) => Catalog,
): Promise<{ apiserver: FakeApiserver; clock: WoundClock; catalog: Catalog } & AsyncDisposable> {
  const apiserver = new FakeApiserver();
  for (const object of objects) apiserver.put(object);
  const clock = new WoundClock();
  const stop = new AbortController();
  const catalog = make({ connection: apiserver, clock, log: silentLogger });
  const ended = catalog.run(stop.signal);
  await clock.wind(0);
  const dispose = async (): Promise<void> => {
    stop.abort();
    await clock.wind(0);
    await ended;
  };
  return { apiserver, clock, catalog, [Symbol.asyncDispose]: dispose };
}

const pod = (name: string, node: string, cpu = '100m'): FakeObject => ({
  metadata: { namespace: 'web', name, uid: `uid-${name}`, labels: { app: 'web' } },
  spec: { nodeName: node, containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }] },
});
