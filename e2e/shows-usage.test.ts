import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { onPretendCluster, openCluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { ourNode, runToEnd, scripts } from './program.ts';

await onPretendCluster('the catalogue: the server there may not have it switched on', async () => {
  const { pretend, admin } = await openCluster({ server: { catalogue: true, 'catalogue-resolution': '10s' } });
  assert.ok(pretend);
  const tacho = (user: string, ...args: string[]) =>
    runToEnd({
      command: ourNode,
      args: [scripts.metricsServer, ...args, `--kubeconfig=${join(pretend.directory, `${user}.kubeconfig`)}`],
    });

  test('usage shows nodes and pods with curves and peaks, through the kube-apiserver', async () => {
    await eventually('usage of both nodes', 90, async () => {
      const { exitCode, stdout, stderr } = await tacho('admin', 'usage');
      assert.equal(exitCode, 0, stderr);
      const lines = stdout.split('\n');
      assert.match(lines[0] ?? '', /^NAME +CPU +% +LAST 1h +PEAK +MEMORY +% +LAST 1h +PEAK$/);
      for (const node of ['node-00000', 'node-00001'])
        assert.ok(
          lines.some((line) => new RegExp(`^${node} +\\d+m +\\d+% .*[▁▂▃▄▅▆▇█]`).test(line)),
          stdout,
        );
    });
    const { stdout } = await tacho('admin', 'usage', 'pods', '--requests', '-o', 'json');
    const { items } = JSON.parse(stdout);
    assert.equal(items.length, 12);
    for (const { cpu, memory } of items) assert.ok(cpu.peak >= 0 && memory.now > 0, stdout);
  });

  test('explain says where the figures of a pod come from', async () => {
    const [pod] = (await admin.print('get', 'pods', '-A', '--no-headers')).trim().split('\n');
    const [namespace = '', name = ''] = (pod ?? '').split(/\s+/);
    const { exitCode, stdout, stderr } = await tacho('admin', 'explain', 'pod', name, '-n', namespace);
    assert.equal(exitCode, 0, stderr);
    assert.match(stdout, /Measured by the kubelet of node-0000\d at /);
    assert.match(stdout, /CONTAINER +WORKING SET +USAGE +RSS +CACHE/);
  });

  test('who may not read the model is told which right is missing', async () => {
    const { exitCode, stderr } = await tacho('nobody', 'usage');
    assert.equal(exitCode, 2);
    assert.match(stderr, /grant the verb list on the resource model of the API group metrics\.k8s\.io/);
  });
});
