import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCluster } from './cluster.ts';
import { metricsPath, namesOf, nodeMetrics, type PodMetrics, podMetrics } from './metrics-api.ts';

const { admin } = await openCluster();

test('pods are selected by label', async () => {
  const { selector, wanted, others } = await someLabel();
  const names = (await admin.rows('top', 'pods', '-A', '-l', selector)).map(([, name]) => name);
  for (const name of namesOf(wanted)) assert.ok(names.includes(name), `${name} has ${selector}`);
  for (const name of namesOf(others)) assert.ok(!names.includes(name), `${name} does not have ${selector}`);
});

test('labels of pods are those of the Pod', async () => {
  const { selector, wanted } = await someLabel();
  const pods = await admin.rows('get', 'pods', '-A', '-l', selector, '--field-selector=status.phase=Running');
  const names = pods.map(([, name]) => name);
  for (const name of namesOf(wanted)) assert.ok(names.includes(name), `pod ${name} has ${selector}`);
});

test('selectors may exclude and combine', async () => {
  const { key, value, others } = await someLabel();
  const excluding = await podMetrics(admin, query({ labelSelector: `${key},${key} notin (${value})` }));
  const wanted = others.filter(({ metadata }) => metadata.labels?.[key] !== undefined);
  assert.deepEqual(new Set(namesOf(excluding)), new Set(namesOf(wanted)));
});

test('nodes are selected by label', async () => {
  const [node] = await nodeMetrics(admin);
  const name = node?.metadata.labels?.['kubernetes.io/hostname'] ?? '';
  const rows = await admin.rows('top', 'nodes', '-l', `kubernetes.io/hostname=${name}`);
  assert.deepEqual(
    rows.map(([first]) => first),
    [node?.metadata.name],
  );
});

test('one object is selected by its name as a field', async () => {
  const [node] = await nodeMetrics(admin);
  const [pod] = await podMetrics(admin);
  assert.ok(node && pod, 'nothing has metrics');
  const nodes = await admin.rows('get', 'nodemetrics', `--field-selector=metadata.name=${node.metadata.name}`);
  const pods = await admin.rows('get', 'podmetrics', '-A', `--field-selector=metadata.name=${pod.metadata.name}`);
  assert.deepEqual(
    nodes.map(([name]) => name),
    [node.metadata.name],
  );
  assert.ok(pods.length > 0 && pods.every(([, name]) => name === pod.metadata.name), JSON.stringify(pods));
});

test('pods of one namespace are selected by field', async () => {
  const [pod] = await podMetrics(admin);
  const namespace = pod?.metadata.namespace ?? '';
  const selected = await podMetrics(admin, query({ fieldSelector: `metadata.namespace=${namespace}` }));
  assert.ok(selected.length > 0, namespace);
  assert.ok(selected.every(({ metadata }) => metadata.namespace === namespace));
});

test('a selector that fits nothing gives an empty list', async () => {
  assert.deepEqual(await podMetrics(admin, query({ labelSelector: 'tacho-e2e/nobody=has-this' })), []);
});

test('a selector that is none is a bad request, and the answer says what is wrong with it', async () => {
  const { exitCode, stderr } = await admin.run([
    'get',
    '--raw',
    `${metricsPath}/pods${query({ labelSelector: 'app in (' })}`,
  ]);
  assert.equal(exitCode, 1);
  assert.match(stderr, /BadRequest|unable to parse|found ''|selector/);
});

/** A label that some pods with metrics have with this value, and others do not. */
async function someLabel() {
  const all = await podMetrics(admin);
  const pairs = all.flatMap(({ metadata }) => Object.entries(metadata.labels ?? {}));
  const found = pairs
    .map(([key, value]) => ({ key, value, selector: `${key}=${value}`, ...split(all, key, value) }))
    .find(({ others }) => others.length > 0);
  assert.ok(found, 'no label tells some pods from others');
  return found;
}

function split(all: readonly PodMetrics[], key: string, value: string) {
  const has = ({ metadata }: PodMetrics) => metadata.labels?.[key] === value;
  return { wanted: all.filter(has), others: all.filter((pod) => !has(pod)) };
}

const query = (parameters: Readonly<Record<string, string>>): string =>
  `?${Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`)}`;
