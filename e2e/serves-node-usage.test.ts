import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { readyNodes } from './inventory.ts';
import { namesOf, nodeMetrics } from './metrics-api.ts';
import { bytes, nanocores } from './quantity.ts';

const { admin } = await openCluster();

test('kubectl top nodes prints the cpu and memory of every node', async () => {
  const rows = await admin.rows('top', 'nodes');
  const ready = namesOf(await readyNodes(admin));
  for (const name of ready) {
    const [, cpu = '', cpuShare = '', memory = '', memoryShare = ''] = rows.find(([first]) => first === name) ?? [];
    assert.match(cpu, /^\d+m$/, `cpu of ${name}`);
    assert.match(cpuShare, /^\d+%$/, `share of cpu of ${name}`);
    assert.match(memory, /^\d+Mi$/, `memory of ${name}`);
    assert.match(memoryShare, /^\d+%$/, `share of memory of ${name}`);
  }
});

test('kubectl top node prints one node alone', async () => {
  const [name = ''] = namesOf(await readyNodes(admin));
  const rows = await admin.rows('top', 'node', name);
  assert.deepEqual(
    rows.map(([first]) => first),
    [name],
  );
});

test('the nodes that use most come first when asked for', async () => {
  const rows = await admin.rows('top', 'nodes', '--sort-by=cpu');
  const used = rows.map(([, cpu = '']) => Number.parseInt(cpu, 10)).filter((cpu) => !Number.isNaN(cpu));
  assert.deepEqual(
    used,
    used.toSorted((a, b) => b - a),
  );
});

test('what kubectl prints is what the Metrics API says', async () => {
  // Both are asked one after the other: a new sample may come in between, but not every time.
  await eventually('kubectl top nodes and the Metrics API to agree', 30, async () => {
    const [rows, metrics] = await Promise.all([admin.rows('top', 'nodes'), nodeMetrics(admin)]);
    for (const { metadata, usage } of metrics) {
      const [, cpu, , memory] = rows.find(([first]) => first === metadata.name) ?? [];
      assert.equal(cpu, `${millicoresUp(nanocores(usage.cpu))}m`, `cpu of ${metadata.name}`);
      assert.equal(memory, `${bytes(usage.memory) / 2n ** 20n}Mi`, `memory of ${metadata.name}`);
    }
  });
});

const millicoresUp = (nanos: bigint): bigint => (nanos + 999_999n) / 1_000_000n;
