import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainPod } from './plain-cluster.ts';

test('pods of a ReplicaSet request the same, because they are made from one template, and use what they use', () => {
  const size = { nodes: 10, podsPerNode: 10, containersPerPod: 2, seed: 1 };
  const pods = Array.from({ length: 100 }, (_, index) => plainPod(size, index));
  const sets = Map.groupBy(pods, ({ owner }) => owner?.name);
  assert.equal(sets.size, 10);
  const different = (values: readonly unknown[]): number => new Set(values.map((value) => JSON.stringify(value))).size;
  for (const set of sets.values())
    assert.equal(different(set.map(({ containers }) => containers.map(({ requests }) => requests))), 1);
  assert.ok(different(pods.map(({ containers }) => containers.map(({ requests }) => requests))) > 5);
  assert.ok(different(pods.map(({ containers }) => containers.map(({ memoryBytes }) => memoryBytes))) > 95);
});
