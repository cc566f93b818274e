import assert from 'node:assert/strict';
import { test } from 'node:test';
import { demoCluster } from './demo-cluster.ts';
import { plainCluster } from './plain-cluster.ts';

test('the demo has three nodes and about twenty pods in several namespaces, and one node is replayed', () => {
  const { nodes } = demoCluster();
  const pods = nodes.flatMap((node) => node.pods);
  assert.equal(nodes.length, 3);
  assert.ok(pods.length >= 18 && pods.length <= 25, `${pods.length} pods`);
  assert.ok(new Set(pods.map(({ namespace }) => namespace)).size >= 4);
  assert.ok(pods.some(({ containers }) => containers.length === 2));
  assert.deepEqual(
    nodes.filter(({ replay }) => replay).map(({ name }) => name),
    ['rig-node-1'],
  );
});

test('no two pods of a cluster have the same name', () => {
  for (const { nodes } of [
    demoCluster(),
    plainCluster({ nodes: 200, podsPerNode: 33, containersPerPod: 2, seed: 4 }),
  ]) {
    const names = nodes.flatMap(({ pods }) => pods.map(({ namespace, name }) => `${namespace}/${name}`));
    assert.equal(new Set(names).size, names.length);
  }
});

test('a plain cluster follows from its seed, and one of another size has the same first pods', () => {
  const size = { nodes: 3, podsPerNode: 5, containersPerPod: 2, seed: 4 };
  assert.deepEqual(plainCluster(size), plainCluster(size));
  assert.notDeepEqual(plainCluster(size), plainCluster({ ...size, seed: 5 }));
  assert.deepEqual(plainCluster({ ...size, nodes: 9 }).nodes.slice(0, 3), plainCluster(size).nodes);
});

test('nobody uses more than there is', () => {
  const clusters = [demoCluster(), plainCluster({ nodes: 20, podsPerNode: 30, containersPerPod: 2, seed: 4 })];
  for (const { name, pods, capacity, system } of clusters.flatMap(({ nodes }) => nodes)) {
    const containers = pods.flatMap((pod) => pod.containers);
    const cores = containers.map(({ cpuCores }) =>
      typeof cpuCores === 'number' ? cpuCores : cpuCores.meanCores + cpuCores.amplitudeCores,
    );
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
    assert.ok(sum(cores) + system.cpuCores < capacity.cpuCores, name);
    assert.ok(sum(containers.map(({ memoryBytes }) => memoryBytes)) + system.memoryBytes < capacity.memoryBytes, name);
  }
});
