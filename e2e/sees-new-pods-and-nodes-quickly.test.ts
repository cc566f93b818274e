import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allServed, onPretendCluster, openCluster, periodSeconds } from './cluster.ts';
import { eventually } from './eventually.ts';
import { nodeMetrics, podMetrics } from './metrics-api.ts';

const { admin, pretend } = await openCluster();

test('every node and pod that is ready has metrics', async () => {
  await allServed(admin);
});

await onPretendCluster('how soon new pods and nodes are seen: nothing is made or deleted there', () => {
  assert.ok(pretend);
  const { control } = pretend;

  test('a new pod has metrics within two periods', async () => {
    const pod = {
      namespace: 'team-0',
      name: 'newcomer',
      containers: [{ name: 'app', cpuCores: 0.2, memoryBytes: 2 ** 26 }],
    };
    await control.addPod('node-00000', pod);
    const [row] = await eventually('kubectl top to print the new pod', 2 * periodSeconds + 3, () =>
      admin.rows('top', 'pod', 'newcomer', '-n', 'team-0'),
    );
    assert.match(row?.[1] ?? '', /^(19\d|20\d|21\d)m$/);
    assert.equal(row?.[2], '64Mi');
  });

  test('a deleted pod is gone at once', async () => {
    await control.removePod('team-0', 'newcomer');
    await eventually('the pod to be gone', 2, async () => {
      assert.ok(!(await podMetrics(admin)).some(({ metadata }) => metadata.name === 'newcomer'));
    });
  });

  test('a new node has metrics as soon as it was seen twice, not a period later', async () => {
    // Its kubelet renews samples every 10 to 20 s, as cAdvisor does: two of them take up to 20 s, however often one asks.
    await control.addNode({ name: 'joined-later' });
    await eventually('metrics of the new node', 25, async () => {
      assert.ok((await nodeMetrics(admin)).some(({ metadata }) => metadata.name === 'joined-later'));
    });
  });

  test('a deleted node is gone at once', async () => {
    await control.removeNode('joined-later');
    await eventually('the node to be gone', 2, async () => {
      assert.ok(!(await nodeMetrics(admin)).some(({ metadata }) => metadata.name === 'joined-later'));
    });
  });
});
