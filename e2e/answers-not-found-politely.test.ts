import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onPretendCluster, openCluster } from './cluster.ts';
import { metricsPath, nodeMetrics, podMetrics } from './metrics-api.ts';

const { admin, pretend } = await openCluster();

const unknown = 'tacho-e2e-there-is-no-such-thing';

for (const command of [
  ['top', 'node', unknown],
  ['top', 'pod', unknown],
  ['get', 'nodemetrics', unknown],
  ['get', 'podmetrics', unknown, '-n', 'default'],
  ['get', '--raw', `${metricsPath}/nodes/${unknown}`],
  ['get', '--raw', `${metricsPath}/namespaces/default/pods/${unknown}`],
]) {
  test(`kubectl ${command.slice(0, 2).join(' ')} of something unknown says that it is not found`, async () => {
    const { exitCode, stderr } = await admin.run(command);
    assert.equal(exitCode, 1);
    assert.match(stderr, /^Error from server \(NotFound\): /);
    assert.match(stderr, new RegExp(`"(default/)?${unknown}" not found`));
  });
}

test('a namespace without pods has no metrics, which is no error', async () => {
  const { exitCode, stderr } = await admin.run(['get', 'podmetrics', '-n', unknown]);
  assert.equal(exitCode, 0);
  assert.match(stderr, /No resources found/);
});

test('metrics cannot be deleted or made', async () => {
  const [node] = await nodeMetrics(admin);
  const { exitCode, stderr } = await admin.run(['delete', '--raw', `${metricsPath}/nodes/${node?.metadata.name}`]);
  assert.equal(exitCode, 1);
  assert.match(stderr, /MethodNotAllowed|does not allow this method/);
});

await onPretendCluster('asking for a pod that was just deleted: its pods stay', () => {
  test('a deleted pod is not found from then on', async () => {
    assert.ok(pretend);
    const [pod] = await podMetrics(admin);
    assert.ok(pod, 'no pod has metrics');
    const { namespace, name } = pod.metadata;
    await pretend.control.removePod(namespace, name);
    const { exitCode, stderr } = await admin.run(['get', 'podmetrics', name, '-n', namespace]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /NotFound/);
  });
});
