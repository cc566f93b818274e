import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { readyPods } from './inventory.ts';
import { keyOf, podMetrics } from './metrics-api.ts';
import { bytes, nanocores } from './quantity.ts';

const { admin } = await openCluster();

test('kubectl top pods --containers prints a line for each container of each pod', async () => {
  await eventually('a line for each container', 30, async () => {
    const [rows, pods] = await Promise.all([admin.rows('top', 'pods', '-A', '--containers'), readyPods(admin)]);
    const printed = new Map(rows.map((row) => [row.slice(0, 3).join('/'), row.slice(3).join(' ')]));
    for (const pod of pods) {
      for (const { name } of pod.spec.containers) {
        assert.match(printed.get(`${keyOf(pod)}/${name}`) ?? 'not there', /^\d+m \d+Mi$/, `${keyOf(pod)}/${name}`);
      }
    }
  });
});

test('kubectl top pod --containers prints the containers of one pod alone', async () => {
  const pod = (await podMetrics(admin)).toSorted((a, b) => b.containers.length - a.containers.length)[0];
  assert.ok(pod, 'no pod has metrics');
  const { namespace, name } = pod.metadata;
  const rows = await admin.rows('top', 'pod', name, '-n', namespace, '--containers');
  assert.deepEqual(
    rows.map(([first, container]) => `${first}/${container}`).sort(),
    pod.containers.map((container) => `${name}/${container.name}`).sort(),
  );
});

test('each container is shown with its own usage', async () => {
  await eventually('kubectl top pods --containers and the Metrics API to agree', 30, async () => {
    const [rows, metrics] = await Promise.all([admin.rows('top', 'pods', '-A', '--containers'), podMetrics(admin)]);
    const printed = new Map(rows.map((row) => [row.slice(0, 3).join('/'), row.slice(3)]));
    for (const pod of metrics) {
      for (const { name, usage } of pod.containers) {
        const cpu = `${(nanocores(usage.cpu) + 999_999n) / 1_000_000n}m`;
        const memory = `${bytes(usage.memory) / 2n ** 20n}Mi`;
        assert.deepEqual(printed.get(`${keyOf(pod)}/${name}`), [cpu, memory], `${keyOf(pod)}/${name}`);
      }
    }
  });
});

test('the containers of a pod come in the same order every time', async () => {
  const orders = async () =>
    (await podMetrics(admin)).map((pod) => [keyOf(pod), pod.containers.map(({ name }) => name)]);
  const first = new Map((await orders()).map(([pod, order]) => [String(pod), order]));
  for (const [pod, order] of await orders()) assert.deepEqual(order, first.get(String(pod)) ?? order, String(pod));
});
