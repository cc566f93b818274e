import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aheadSeconds, freshSeconds, onPretendCluster, openCluster } from './cluster.ts';
import type { Control, Truth } from './control.ts';
import { eventually } from './eventually.ts';
import { readyNodes } from './inventory.ts';
import { ageSeconds, keyOf, namesOf, nodeMetrics, podMetrics } from './metrics-api.ts';
import { bytes, nanocores, nanoseconds } from './quantity.ts';

const { admin, pretend } = await openCluster({ simulator: { shape: 'demo', housekeeping: '3s-5s' } });

test('no node uses nothing, or more than it has', async () => {
  const capacities = new Map((await readyNodes(admin)).map(({ metadata, status }) => [metadata.name, status.capacity]));
  for (const { metadata, usage } of await nodeMetrics(admin)) {
    const capacity = capacities.get(metadata.name);
    if (capacity === undefined) continue;
    within(nanocores(usage.cpu), 1n, nanocores(capacity.cpu), `cpu of ${metadata.name}`);
    within(bytes(usage.memory), 1n, bytes(capacity.memory), `memory of ${metadata.name}`);
  }
});

test('all pods of the cluster together do not use more than the cluster has', async () => {
  const nodes = await readyNodes(admin);
  const [cpu, memory] = await Promise.all([
    nodes.reduce((sum, { status }) => sum + nanocores(status.capacity.cpu), 0n),
    nodes.reduce((sum, { status }) => sum + bytes(status.capacity.memory), 0n),
  ]);
  const usages = (await podMetrics(admin)).flatMap(({ containers }) => containers.map(({ usage }) => usage));
  within(
    usages.reduce((sum, usage) => sum + nanocores(usage.cpu), 0n),
    1n,
    cpu,
    'cpu of all pods',
  );
  within(
    usages.reduce((sum, usage) => sum + bytes(usage.memory), 0n),
    1n,
    memory,
    'memory of all pods',
  );
});

test('what is said is recent, and says over which time it was measured', async () => {
  for (const metrics of [...(await nodeMetrics(admin)), ...(await podMetrics(admin))]) {
    const { name } = metrics.metadata;
    const age = ageSeconds(metrics);
    assert.ok(age >= -aheadSeconds && age <= freshSeconds, `${name} is ${age}s old`);
    assert.ok(nanoseconds(metrics.window) > 0n, `${name} has the window ${metrics.window}`);
  }
});

await onPretendCluster('figures against the truth: nobody knows it there', () => {
  assert.ok(pretend);
  const { control } = pretend;

  test('the usage of a node is its true usage within its window, to 5 %', async () => {
    for (const { metadata, usage, ...when } of await nodeMetrics(admin)) {
      const { nodes } = await truthWithin(control, when);
      const truth = nodes.find(({ name }) => name === metadata.name);
      assert.ok(truth, metadata.name);
      if (!truth.replay) close(usage, truth, metadata.name);
    }
  });

  test('the usage of each container is its true usage within its window, to 5 %', async () => {
    for (const pod of await podMetrics(admin)) {
      const { pods } = await truthWithin(control, pod);
      const truth = pods.find(({ namespace, name }) => `${namespace}/${name}` === keyOf(pod));
      for (const { name, usage } of pod.containers) {
        const container = truth?.containers.find((one) => one.name === name);
        // A replayed container has raw samples instead of a truth; another file compares those.
        if (container?.cpuCores !== undefined) close(usage, container, `${keyOf(pod)}/${name}`);
      }
    }
  });

  test('what kubectl prints is true to 5 % of it and the last digit it prints', async () => {
    await eventually('kubectl top nodes to print the truth', 30, async () => {
      const [rows, metrics] = await Promise.all([admin.rows('top', 'nodes'), nodeMetrics(admin)]);
      for (const { metadata, ...when } of metrics) {
        const truth = (await truthWithin(control, when)).nodes.find(({ name }) => name === metadata.name);
        const [, cpu = '', , memory = ''] = rows.find(([name]) => name === metadata.name) ?? [];
        if (truth?.replay === true) continue;
        near(Number.parseInt(cpu, 10), (truth?.cpuCores ?? 0) * 1000, 1, `millicores of ${metadata.name}`);
        near(Number.parseInt(memory, 10), (truth?.memoryBytes ?? 0) / 2 ** 20, 1, `mebibytes of ${metadata.name}`);
      }
      assert.equal(rows.length, namesOf(metrics).length);
    });
  });
});

/** The timestamp is cut to the second: the middle of that second is the best guess. */
function truthWithin(control: Control, { timestamp, window }: { readonly timestamp: string; readonly window: string }) {
  const to = Date.parse(timestamp) + 500;
  return control.truth(to - Number(nanoseconds(window)) / 1e6, to);
}

function close(usage: { readonly cpu: string; readonly memory: string }, truth: Truth, what: string): void {
  near(Number(nanocores(usage.cpu)) / 1e9, truth.cpuCores ?? Number.NaN, 0, `cores of ${what}`);
  near(Number(bytes(usage.memory)), truth.memoryBytes ?? Number.NaN, 0, `bytes of ${what}`);
}

function near(said: number, truth: number, step: number, what: string): void {
  const off = Math.abs(said - truth);
  assert.ok(off <= truth * 0.05 + step, `${what}: ${said} is said, ${truth} is true`);
}

function within(value: bigint, least: bigint, most: bigint, what: string): void {
  assert.ok(value >= least && value <= most, `${what} is ${value}, not from ${least} to ${most}`);
}
