import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { NodeCatalog } from '../nodes.ts';
import { PodCatalog } from '../pods.ts';
import { FakeApiserver, type FakeObject } from '../testing/fake-apiserver.ts';
import { NamespaceCatalog } from './namespace-catalog.ts';
import { NodeFactsCatalog } from './node-facts-catalog.ts';
import { PodFactsCatalog } from './pod-facts-catalog.ts';

describe('a catalog of pods with their specs', () => {
  it('asks for pods that are bound to a node and have not ended', async () => {
    await using test = await runningPods([]);
    const selector = 'spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed';
    assert.deepEqual(
      test.apiserver.requests.map(({ query }) => query?.['fieldSelector']),
      [selector, selector],
    );
  });

  it('knows which pods are on a node, while they come, go and change', async () => {
    await using test = await runningPods([pod('a', 'n1'), pod('b', 'n1'), pod('c', 'n2')]);
    const on = (node: string): string[] => [...test.facts.onNode(node)].map(({ name }) => name).sort();
    assert.deepEqual([on('n1'), on('n2'), on('n3')], [['a', 'b'], ['c'], []]);
    test.apiserver.remove(pod('a', 'n1'));
    test.apiserver.put(pod('c', 'n3'));
    await test.clock.wind(0);
    assert.deepEqual([on('n1'), on('n2'), on('n3')], [['b'], [], ['c']]);
    assert.equal(test.facts.get('web', 'b')?.node, 'n1');
    assert.equal(test.facts.size, 2);
  });

  it('is fed by the watch of those that run, which are still told apart from the others', async () => {
    await using test = await runningPods([pod('a', 'n1'), { ...pod('new', 'n1'), status: { phase: 'Pending' } }]);
    const names = (): string[] => [...test.catalog.list()].map(({ name }) => name);
    assert.equal(test.facts.size, 2);
    assert.deepEqual(names(), ['a']);
    assert.deepEqual(test.catalog.get('web', 'a')?.labels, { app: 'web' });
    test.apiserver.put(pod('new', 'n1'));
    test.apiserver.put({ ...pod('a', 'n1'), status: { phase: 'Unknown' } });
    await test.clock.wind(0);
    assert.deepEqual(names(), ['new']);
    assert.equal(test.facts.size, 2);
    test.apiserver.remove(pod('new', 'n1'));
    await test.clock.wind(0);
    assert.deepEqual([names(), test.facts.size], [[], 1]);
    assert.equal(test.apiserver.requests.length, 2, 'one list and one watch');
  });

  it('knows of a list only once it is complete, and then of nothing else', () => {
    const facts = new PodFactsCatalog();
    const known = (): string[] => [...facts.onNode('n1'), ...facts.onNode('n2')].map(({ name }) => name).sort();
    const decoded = (name: string, node: string) => facts.decode(pod(name, node)) ?? assert.fail();
    facts.target.put(decoded('old', 'n1'));
    facts.target.put(decoded('moves', 'n1'));
    const listing = facts.target.listing();
    for (const one of [decoded('moves', 'n2'), decoded('new', 'n1')]) listing.add(one);
    assert.deepEqual([known(), facts.get('web', 'moves')?.node], [['moves', 'old'], 'n1']);
    listing.complete();
    assert.deepEqual([known(), facts.get('web', 'moves')?.node], [['moves', 'new'], 'n2']);
    assert.equal(facts.get('web', 'old'), undefined);
  });

  it('tells pods apart that differ in one word of what a shape is made of', () => {
    const facts = new PodFactsCatalog();
    const shapes = [
      { containers: [{ name: 'c' }] },
      { containers: [{ name: 'd' }] },
      { containers: [{ name: 'c', image: 'i' }] },
      { containers: [{ name: 'c', resources: { requests: { cpu: '1' } } }] },
      { containers: [{ name: 'c', resources: { limits: { cpu: '1' } } }] },
      { initContainers: [{ name: 'c' }] },
      { initContainers: [{ name: 'c', restartPolicy: 'Always' }] },
      { containers: [{ name: 'c' }], overhead: { cpu: '2' } },
      { containers: [{ name: 'c' }], resources: { requests: { cpu: '1' } } },
    ].map(
      (spec) => facts.decode({ metadata: { namespace: 'web', name: 'a' }, spec: { nodeName: 'n', ...spec } })?.shape,
    );
    const texts = new Set(shapes.map((shape) => JSON.stringify(shape)));
    assert.deepEqual([texts.size, new Set(shapes).size, facts.shapes], [9, 9, 9]);
  });

  it('keeps no spec in mind that has too much to say, and reads it all the same', () => {
    const facts = new PodFactsCatalog();
    const shape = facts.decode(pod('a', 'n1', `0.${'0'.repeat(10_000)}1`))?.shape;
    assert.deepEqual([shape?.containers.length, facts.shapes], [1, 0]);
  });

  it('holds one shape for all pods of a template, and remembers no more of them than it should', async () => {
    await using test = await runningPods([pod('a', 'n1'), pod('b', 'n1')]);
    assert.equal(test.facts.shapes, 1);
    assert.equal(test.facts.get('web', 'a')?.shape, test.facts.get('web', 'b')?.shape);
    for (let version = 0; version < 2_500; version++) {
      test.apiserver.put(pod('a', 'n1', `${version}m`));
      if (version % 100 === 0) await test.clock.wind(0);
    }
    await test.clock.wind(0);
    assert.ok(test.facts.shapes <= 1_000, `${test.facts.shapes} shapes`);
  });
});

describe('catalogs of nodes and namespaces', () => {
  it('know what nodes have, and the UIDs of namespaces', async () => {
    const node = { metadata: { name: 'n1' }, status: { allocatable: { cpu: '2' } } };
    const facts = new NodeFactsCatalog('');
    await using nodes = await running([node], (options) => new NodeCatalog(options, facts));
    assert.equal(nodes.catalog.get('n1')?.name, 'n1');
    assert.equal(facts.get('n1')?.allocatable.cpu, 2_000);
    nodes.apiserver.remove(node);
    await nodes.clock.wind(0);
    assert.equal(facts.get('n1'), undefined);

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

async function runningPods(objects: readonly FakeObject[]) {
  const facts = new PodFactsCatalog();
  return { facts, ...(await running(objects, (options) => new PodCatalog(options, facts))) };
}

const pod = (name: string, node: string, cpu = '100m'): FakeObject => ({
  metadata: { namespace: 'web', name, uid: `uid-${name}`, labels: { app: 'web' } },
  spec: { nodeName: node, containers: [{ name: 'c', image: 'i', resources: { requests: { cpu } } }] },
  status: { phase: 'Running' },
});
