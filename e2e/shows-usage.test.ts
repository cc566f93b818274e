import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { onPretendCluster, openCluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { ourNode, runToEnd, scripts } from './program.ts';

interface Figures {
  readonly now: number;
  readonly peak: number;
  readonly points: readonly { readonly timestamp: string }[];
}

interface Row {
  readonly cpu: Figures;
  readonly memory: Figures;
}

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
    // The first two rounds may be a second apart: a kubelet that has not looked at a pod in between has no rate of it to tell.
    await eventually('usage of every pod', 30, async () => {
      const { stdout } = await tacho('admin', 'usage', 'pods', '--requests', '-o', 'json');
      const { items } = JSON.parse(stdout);
      assert.equal(items.length, 12);
      for (const { cpu, memory } of items) assert.ok(cpu.peak >= 0 && memory.now > 0, stdout);
    });
  });

  test('--sort and --since choose the order of the rows, and how far back curves and peaks go', async () => {
    const rowsBy = async (...args: string[]): Promise<readonly Row[]> => {
      const { exitCode, stdout, stderr } = await tacho('admin', 'usage', 'pods', '-o', 'json', ...args);
      assert.equal(exitCode, 0, stderr);
      return JSON.parse(stdout).items;
    };
    for (const [key, amountOf] of [
      ['cpu', ({ cpu }: Row) => cpu.now],
      ['memory', ({ memory }: Row) => memory.now],
      ['cpu-peak', ({ cpu }: Row) => cpu.peak],
      ['memory-peak', ({ memory }: Row) => memory.peak],
    ] as const) {
      const amounts = (await rowsBy(`--sort=${key}`)).map(amountOf);
      assert.equal(amounts.length, 12);
      assert.deepEqual(
        amounts,
        amounts.toSorted((a, b) => b - a),
        key,
      );
    }
    const oldestOf = (rows: readonly Row[]): number =>
      Math.min(...rows.flatMap(({ cpu }) => cpu.points.map(({ timestamp }) => Date.parse(timestamp))));
    await eventually('more than a minute is remembered', 90, async () =>
      assert.ok(oldestOf(await rowsBy('--since=1h')) < Date.now() - 75_000),
    );
    const before = Date.now();
    const lately = await rowsBy('--since=60s');
    assert.ok(oldestOf(lately) >= before - 60_000, 'nothing is older than asked for');
    for (const { cpu } of lately) assert.ok(cpu.points.length >= 3, JSON.stringify(cpu));
    const { stdout } = await tacho('admin', 'usage', 'namespaces', '--since=90s');
    assert.match(stdout, /^NAME +CPU +LAST 1m30s +PEAK +MEMORY +LAST 1m30s +PEAK$/m);
  });

  test("Heapster's paths are read by kubectl, through the kube-apiserver, as the resource model", async () => {
    const path = '/apis/metrics.k8s.io/v1beta1/model?path=/api/v1/model/nodes';
    assert.deepEqual(JSON.parse(await admin.print('get', '--raw', path)), ['node-00000', 'node-00001']);
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
