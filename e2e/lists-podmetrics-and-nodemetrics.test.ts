import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCluster } from './cluster.ts';
import { readyNodes, readyPods } from './inventory.ts';
import { keyOf, namesOf } from './metrics-api.ts';

const { admin } = await openCluster();

test('both kinds are among the resources of the cluster', async () => {
  const printed = await admin.print('api-resources', '--api-group=metrics.k8s.io');
  assert.match(printed, /^nodes\s.*metrics\.k8s\.io\/v1(?:beta1)?\s+false\s+NodeMetrics/m);
  assert.match(printed, /^pods\s.*metrics\.k8s\.io\/v1(?:beta1)?\s+true\s+PodMetrics/m);
});

test('kubectl get nodemetrics prints cpu, memory and the window of every node', async () => {
  const [heading = [], ...rows] = await admin.table('get', 'nodemetrics');
  assert.deepEqual(heading.slice(0, 3), ['NAME', 'CPU', 'MEMORY']);
  assert.equal(heading.at(-1), 'WINDOW');
  for (const name of namesOf(await readyNodes(admin)))
    assertFilled(
      rows.find(([first]) => first === name),
      heading,
      name,
    );
});

test('kubectl get podmetrics -A prints cpu, memory and the window of every pod', async () => {
  const [heading = [], ...rows] = await admin.table('get', 'podmetrics', '-A');
  assert.deepEqual(heading.slice(0, 4), ['NAMESPACE', 'NAME', 'CPU', 'MEMORY']);
  assert.equal(heading.at(-1), 'WINDOW');
  for (const pod of (await readyPods(admin)).map(keyOf)) {
    assertFilled(
      rows.find(([namespace, name]) => `${namespace}/${name}` === pod),
      heading,
      pod,
    );
  }
});

test('kubectl get prints one of them alone', async () => {
  const [pod] = await readyPods(admin);
  const [node] = await readyNodes(admin);
  assert.ok(pod && node, 'the cluster is empty');
  const { namespace, name } = pod.metadata;
  assert.deepEqual(await firstCells('get', 'podmetrics', name, '-n', namespace), [name]);
  assert.deepEqual(await firstCells('get', 'nodemetrics', node.metadata.name), [node.metadata.name]);
});

test('kubectl get -o json gives objects of the right kind, and -o name their names', async () => {
  const [node] = await readyNodes(admin);
  const name = node?.metadata.name ?? '';
  const object = JSON.parse(await admin.print('get', 'nodemetrics', name, '-o', 'json')) as Record<string, unknown>;
  assert.equal(object['kind'], 'NodeMetrics');
  assert.match(String(object['apiVersion']), /^metrics\.k8s\.io\/v1(beta1)?$/);
  assert.equal(
    (await admin.print('get', 'nodemetrics', name, '-o', 'name')).trim(),
    `nodemetrics.metrics.k8s.io/${name}`,
  );
});

test('kubectl describe shows the usage', async () => {
  const [node] = await readyNodes(admin);
  const printed = await admin.print('describe', 'nodemetrics', node?.metadata.name ?? '');
  assert.match(printed, /Usage:\n\s+Cpu:\s+\S+\n\s+Memory:\s+\S+/);
});

async function firstCells(...args: readonly string[]): Promise<(string | undefined)[]> {
  return (await admin.rows(...args)).map(([first]) => first);
}

function assertFilled(row: readonly string[] | undefined, heading: readonly string[], what: string): void {
  assert.ok(row, `${what} is not there`);
  assert.equal(row.length, heading.length, `${what}: ${row.join(' | ')}`);
  assert.match(row.at(-1) ?? '', /^[\d.hmsµn]+s$/, `window of ${what}`);
}
