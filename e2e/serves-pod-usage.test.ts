import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { readyPods } from './inventory.ts';
import { keyOf, podMetrics } from './metrics-api.ts';
import { bytes, nanocores } from './quantity.ts';

const { admin } = await openCluster();

test('kubectl top pods -A prints the cpu and memory of every running pod', async () => {
  await eventually('a line for each ready pod', 30, async () => {
    const [rows, pods] = await Promise.all([admin.rows('top', 'pods', '-A'), readyPods(admin)]);
    const printed = new Map(rows.map(([namespace, name, cpu, memory]) => [`${namespace}/${name}`, `${cpu} ${memory}`]));
    for (const pod of pods.map(keyOf)) assert.match(printed.get(pod) ?? 'not there', /^\d+m \d+Mi$/, pod);
  });
});

test('kubectl top pods prints one namespace alone', async () => {
  const namespace = await someNamespace();
  await eventually(`the lines of namespace ${namespace}`, 30, async () => {
    const [rows, metrics] = await Promise.all([admin.rows('top', 'pods', '-n', namespace), podMetrics(admin)]);
    const wanted = metrics.filter(({ metadata }) => metadata.namespace === namespace);
    assert.deepEqual(rows.map(([name]) => name).sort(), wanted.map(({ metadata }) => metadata.name).sort());
  });
});

test('kubectl top pod prints one pod alone', async () => {
  const namespace = await someNamespace();
  const name = (await podMetrics(admin)).find(({ metadata }) => metadata.namespace === namespace)?.metadata.name ?? '';
  const rows = await admin.rows('top', 'pod', name, '-n', namespace);
  assert.deepEqual(
    rows.map(([first]) => first),
    [name],
  );
});

test('the pods that use most memory come first when asked for', async () => {
  const rows = await admin.rows('top', 'pods', '-A', '--sort-by=memory');
  const used = rows.map(([, , , memory = '']) => Number.parseInt(memory, 10));
  assert.deepEqual(
    used,
    used.toSorted((a, b) => b - a),
  );
});

test('a pod uses what its containers use together', async () => {
  await eventually('kubectl top pods and the Metrics API to agree', 30, async () => {
    const [rows, metrics] = await Promise.all([admin.rows('top', 'pods', '-A'), podMetrics(admin)]);
    for (const pod of metrics) {
      const cpu = pod.containers.reduce((sum, { usage }) => sum + nanocores(usage.cpu), 0n);
      const memory = pod.containers.reduce((sum, { usage }) => sum + bytes(usage.memory), 0n);
      const printed = rows.find(([namespace, name]) => `${namespace}/${name}` === keyOf(pod));
      assert.deepEqual(printed?.slice(2), [`${(cpu + 999_999n) / 1_000_000n}m`, `${memory / 2n ** 20n}Mi`], keyOf(pod));
    }
  });
});

async function someNamespace(): Promise<string> {
  const [first] = await podMetrics(admin);
  assert.ok(first, 'no pod has metrics');
  return first.metadata.namespace;
}
