import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { type KubernetesObject, ObjectStore } from './object-store.ts';

test('an object keeps its uid and creation time when it is replaced, and gets a newer version', async () => {
  const clock = new WoundClock();
  const store = new ObjectStore({ clock, historyLimit: 10 });
  const first = store.put('pods', pod('a'));
  await clock.wind(60_000);
  const second = store.put('pods', pod('a', { tier: 'web' }));

  assert.equal(second.metadata.uid, first.metadata.uid);
  assert.equal(second.metadata.creationTimestamp, first.metadata.creationTimestamp);
  assert.ok(Number(second.metadata.resourceVersion) > Number(first.metadata.resourceVersion));
});

test('versions rise over all types together', () => {
  const store = newStore();
  store.put('pods', pod('a'));
  const node = store.put('nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n' } });
  assert.equal(node.metadata.resourceVersion, String(store.version));
  store.remove('pods', 'a', 'default');
  assert.equal(store.version, Number(node.metadata.resourceVersion) + 1);
});

test('lists come in the order of namespace and name', () => {
  const store = newStore();
  for (const [namespace, name] of [
    ['b', 'x'],
    ['a', 'y'],
    ['a', 'x'],
  ]) {
    store.put('pods', { ...pod(name!), metadata: { name: name!, namespace: namespace! } });
  }
  const names = store.list('pods').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`);
  assert.deepEqual(names, ['a/x', 'a/y', 'b/x']);
  assert.equal(store.list('pods', 'a').length, 2);
});

test('changes after a version are remembered, up to a limit', () => {
  const store = newStore(4);
  const start = store.version;
  store.put('pods', pod('a'));
  store.remove('pods', 'a', 'default');
  assert.deepEqual(
    store.changesAfter(start)?.map(({ now }) => now?.metadata.name),
    ['a', undefined],
  );

  for (let count = 0; count < 20; count++) store.put('pods', pod('b', { count: String(count) }));
  assert.equal(store.changesAfter(start), undefined);
  assert.equal(store.changesAfter(store.version - 2)?.length, 2);
});

test('after compaction nobody resumes from before', () => {
  const store = newStore();
  store.put('pods', pod('a'));
  const before = store.version;
  store.compact();
  assert.equal(store.changesAfter(before), undefined);
  assert.deepEqual(store.changesAfter(store.version), []);
});

test('removing what is not there changes nothing', () => {
  const store = newStore();
  const { version } = store;
  assert.equal(store.remove('pods', 'a', 'default'), undefined);
  assert.equal(store.version, version);
});

function newStore(historyLimit = 100): ObjectStore {
  return new ObjectStore({ clock: new WoundClock(), historyLimit });
}

function pod(name: string, labels: Record<string, string> = {}): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels } };
}
