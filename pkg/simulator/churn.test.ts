import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import { silentLogger } from '../telemetry/logger.ts';
import { churn } from './churn.ts';
import { startKubelets } from './kubelets/start-kubelets.ts';
import type { ClusterChange, ClusterShape } from './shape/cluster-shape.ts';
import { plainCluster } from './shape/plain-cluster.ts';
import { sharedCertificates } from './testing/test-cluster.ts';

test('so many pods are replaced in a period as the rate says, one for one', async () => {
  await using it = await setUp();
  const before = podsOf(it.kubelets.shape());
  await it.clock.wind(30_000);
  const after = podsOf(it.kubelets.shape());
  assert.equal(before.length, 200);
  assert.equal(after.length, 200);
  const born = it.changes.filter(({ kind }) => kind === 'pod-added').length;
  // 10 % of 200 in 15 s; what is owed at the end of the last step stays owed.
  assert.ok(born === 39 || born === 40, `${born} pods were born in two periods`);
  assert.equal(it.changes.length, 2 * born);
});

test('a successor runs on the node of the one before, under the same owner and labels', async () => {
  await using it = await setUp();
  const before = new Map(podsOf(it.kubelets.shape()).map((pod) => [pod.name, pod]));
  await it.clock.wind(5_000);
  const [removed, added] = it.changes;
  assert.ok(removed?.kind === 'pod-removed' && added?.kind === 'pod-added');
  const predecessor = before.get(removed.pod.pod);
  assert.equal(added.node, removed.node);
  assert.deepEqual([added.pod.labels, added.pod.owner], [predecessor?.labels, predecessor?.owner]);
  assert.ok(!before.has(added.pod.name));
});

test('pods of a node that is gone are left in peace', async () => {
  await using it = await setUp();
  for (const node of ['node-00000', 'node-00001', 'node-00002']) await it.kubelets.removeNode(node);
  await it.clock.wind(30_000);
  const touched = it.changes.flatMap((change) => (change.kind === 'pod-added' ? change.node : []));
  assert.deepEqual(new Set(touched), new Set(['node-00003']));
});

async function setUp() {
  await using opened = new AsyncDisposableStack();
  const clock = new WoundClock(Date.now());
  const certificates = (await sharedCertificates()).apiServer;
  const shape = plainCluster({ nodes: 4, podsPerNode: 50, containersPerPod: 1, seed: 7 });
  const acceptToken = (): boolean => true;
  const kubelets = opened.use(await startKubelets({ shape, clock, certificates, acceptToken, log: silentLogger }));
  const changes: ClusterChange[] = [];
  opened.use(kubelets.watch((change) => void changes.push(change)));
  const stop = new AbortController();
  const running = churn({ kubelets, clock, rate: { fraction: 0.1, perMs: 15_000 }, seed: 7 }, stop.signal);
  opened.defer(async () => {
    stop.abort();
    await running;
  });
  const owned = opened.move();
  return { clock, kubelets, changes, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

const podsOf = ({ nodes }: ClusterShape) => nodes.flatMap(({ pods }) => pods);
