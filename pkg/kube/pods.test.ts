import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import { silentLogger } from '../telemetry/logger.ts';
import { PodCatalog } from './pods.ts';
import { FakeApiserver, type FakeObject } from './testing/fake-apiserver.ts';

describe('a catalog of pods', () => {
  it('asks for the metadata of Running pods only', async () => {
    await using test = await synced([]);
    const [list, watch] = test.apiserver.requests;
    assert.equal(list?.path, '/api/v1/pods');
    assert.equal(list?.query?.['fieldSelector'], 'status.phase=Running');
    assert.equal(list?.query?.['limit'], '500');
    assert.match(list?.accept ?? '', /^application\/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,/);
    assert.equal(watch?.query?.['fieldSelector'], 'status.phase=Running');
    assert.match(watch?.accept ?? '', /^application\/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,/);
  });

  it('knows pods by namespace and name', async () => {
    await using test = await synced([pod('web', 'a', { app: 'web' })]);
    assert.deepEqual(test.catalog.get('web', 'a')?.labels, { app: 'web' });
    assert.equal(test.catalog.get('web', 'b'), undefined);
    assert.equal(test.catalog.get('db', 'a'), undefined);
  });

  it('lists by namespace, then name', async () => {
    await using test = await synced([pod('b', 'y'), pod('a-b', 'x'), pod('a', 'z'), pod('b', 'x')]);
    assert.deepEqual(test.listed(), ['a/z', 'a-b/x', 'b/x', 'b/y']);
    assert.deepEqual(test.listed('b'), ['b/x', 'b/y']);
    assert.deepEqual(test.listed('nowhere'), []);
  });

  it('follows pods that come, change their labels and go', async () => {
    await using test = await synced([pod('a', 'x'), pod('a', 'y')]);
    test.listed();
    test.apiserver.put(pod('a', 'x', { app: 'new' }));
    test.apiserver.put(pod('c', 'z'));
    test.apiserver.remove(pod('a', 'y'));
    await test.clock.wind(0);
    assert.deepEqual(test.listed(), ['a/x', 'c/z']);
    assert.deepEqual([...test.catalog.list('a')][0]?.labels, { app: 'new' });
    assert.equal(test.catalog.size, 2);
    test.apiserver.remove(pod('c', 'z'));
    await test.clock.wind(0);
    assert.deepEqual(test.listed(), ['a/x']);
  });

  it('lets somebody walk a list slowly while pods come and go', async () => {
    await using test = await synced([pod('a', 'x'), pod('a', 'y'), pod('b', 'x'), pod('c', 'x')]);
    const walk = test.catalog.list()[Symbol.iterator]();
    assert.equal(walk.next().value?.name, 'x');
    test.apiserver.remove(pod('a', 'y'));
    test.apiserver.remove(pod('b', 'x'));
    await test.clock.wind(0);
    assert.deepEqual(
      [...Iterator.from(walk)].map(({ namespace, name }) => `${namespace}/${name}`),
      ['a/y', 'c/x'],
    );
  });

  it('holds equal label sets once', async () => {
    const labels = { app: 'web', 'pod-template-hash': '7d4b9c6f5' };
    await using test = await synced([1, 2, 3].map((at) => pod('a', `web-${at}`, labels)));
    test.apiserver.put(pod('b', 'web-4', labels));
    await test.clock.wind(0);
    const [first, ...others] = [...test.catalog.list()].map((one) => one.labels);
    assert.deepEqual(first, labels);
    for (const other of others) assert.equal(other, first);
    assert.equal(test.catalog.labelSets, 1);
  });

  it('lets go of label sets that no pod has any more', async () => {
    await using test = await synced([]);
    for (let at = 0; at < 5_000; at++) {
      test.apiserver.put(pod('a', 'x', { turn: String(at) }));
      if (at % 500 === 0) await test.clock.wind(0);
    }
    await test.clock.wind(0);
    assert.equal(test.catalog.labelSets, 1);
    test.apiserver.remove(pod('a', 'x'));
    await test.clock.wind(0);
    assert.equal(test.catalog.labelSets, 0);
  });

  it('drops what vanished while the kube-apiserver was away, and only that', async () => {
    await using test = await synced([pod('a', 'x'), pod('b', 'y')]);
    const kept = test.catalog.get('b', 'y');
    test.apiserver.stop();
    test.apiserver.remove(pod('a', 'x'));
    test.apiserver.forget();
    await test.clock.wind(60_000);
    assert.deepEqual(test.listed(), ['a/x', 'b/y']);
    test.apiserver.start();
    await test.clock.wind(60_000);
    assert.deepEqual(test.listed(), ['b/y']);
    assert.equal(test.catalog.get('b', 'y'), kept);
    assert.equal(test.catalog.size, 1);
  });
});

/** A running catalog that has heard of `pods`. */
async function synced(pods: readonly FakeObject[]) {
  const apiserver = new FakeApiserver();
  for (const one of pods) apiserver.put(one);
  const clock = new WoundClock();
  const catalog = new PodCatalog({ connection: apiserver, clock, log: silentLogger, random: () => 0.5 });
  const stop = new AbortController();
  const running = catalog.run(stop.signal);
  await clock.wind(20_000);
  assert.equal(catalog.synced, true);
  return {
    apiserver,
    clock,
    catalog,
    listed: (within?: string) => [...catalog.list(within)].map(({ namespace, name }) => `${namespace}/${name}`),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}

function pod(namespace: string, name: string, labels: Record<string, string> = {}): FakeObject {
  return { metadata: { namespace, name, labels, managedFields: [{ manager: 'kubelet' }] } };
}
