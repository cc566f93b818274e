import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import type { KubectlOutcome } from './kubectl.ts';

const { admin } = await openCluster();

/** How often a kube-apiserver asks what the types are, and a bit. */
const patienceSeconds = 90;

const object = { apiVersion: 'metrics.k8s.io/v1beta1', kind: 'NodeMetrics', metadata: { name: 'x' } };
const measured = { timestamp: '2026-01-01T00:00:00Z', window: '10s', usage: { cpu: '1' } };

test('kubectl refuses by itself an object with a field that is not there', async () => {
  await eventually('a field that is not there is refused', patienceSeconds, async () => {
    assert.match((await create({ ...object, ...measured, mood: 'good' })).stderr, /unknown field "mood"/);
  });
});

test('kubectl refuses by itself an object without a field that must be there', async () => {
  await eventually('a field that must be there is missed', patienceSeconds, async () => {
    assert.match((await create(object)).stderr, /missing required field "timestamp"/);
  });
});

test('kubectl finds nothing wrong with an object that is as described', async () => {
  const { exitCode, stderr } = await create({ ...object, ...measured });
  assert.equal(exitCode, 0, stderr);
});

/** Nothing is sent but the question what the types are. */
function create(content: object): Promise<KubectlOutcome> {
  return admin.run(['create', '--dry-run=client', '-o', 'name', '-f', '-'], JSON.stringify(content));
}
