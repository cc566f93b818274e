import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCluster } from './cluster.ts';

const { admin } = await openCluster();

// Line breaks depend on the version of kubectl, and so does the spelling of types of objects.
const explained = async (...args: readonly string[]): Promise<string> =>
  (await admin.print('explain', ...args)).replace(/\s+/g, ' ');

test('kubectl explain says what a node’s metrics are, field by field', async () => {
  const printed = await explained('nodemetrics');
  assert.match(printed, /KIND: NodeMetrics/);
  assert.match(printed, /DESCRIPTION: What one node uses/);
  for (const field of ['metadata', 'timestamp', 'window', 'usage']) {
    assert.match(printed, new RegExp(` ${field} <[^>]+>(>)?( -required-)? [A-Z][^<]{20,}`), field);
  }
});

test('kubectl explain goes down into the containers of a pod', async () => {
  const printed = await explained('podmetrics.containers');
  assert.match(printed, /KIND: PodMetrics/);
  assert.match(printed, / name <string> -required- Name of the container/);
  assert.match(printed, / usage <map\[string\]\w+> -required- What the container uses/);
});

test('kubectl explain tells units', async () => {
  const printed = await explained('podmetrics.containers.usage');
  assert.match(printed, /`cpu` is in cores/);
  assert.match(printed, /`memory` is the working set in bytes/);
});

test('kubectl explain shows the whole tree', async () => {
  const printed = await explained('podmetrics', '--recursive');
  assert.match(printed, /containers <\[\]\w+>( -required-)? name <string>( -required-)? usage <map/);
});

test('what kubectl checks against the types before it sends anything is refused by field', async () => {
  const object = { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'NodeMetrics', metadata: { name: 'x' } };
  const measured = { timestamp: '2026-01-01T00:00:00Z', window: '10s', usage: { cpu: '1' } };
  const create = (content: object) =>
    admin.run(['create', '--dry-run=client', '-o', 'name', '-f', '-'], JSON.stringify(content));
  assert.match((await create({ ...object, ...measured, mood: 'good' })).stderr, /unknown field "mood"/);
  assert.match((await create(object)).stderr, /missing required field "timestamp"/);
  const { exitCode, stderr } = await create({ ...object, ...measured });
  assert.equal(exitCode, 0, stderr);
});
