import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCluster } from './cluster.ts';
import { keyOf, metricsPath, nodeMetrics, type PodMetrics, podMetrics } from './metrics-api.ts';

const { admin } = await openCluster();

/** One object of each kind, and what finds it. */
const [[someNode], [somePod]] = await Promise.all([nodeMetrics(admin), podMetrics(admin)]);
assert.ok(someNode && somePod, 'nothing has metrics');
const { namespace } = somePod.metadata;
const subjects = [
  { kind: 'NodeMetrics', plural: 'nodemetrics', name: someNode.metadata.name, where: [] },
  { kind: 'PodMetrics', plural: 'podmetrics', name: somePod.metadata.name, where: ['-n', namespace] },
] as const;

/** Objects come in the version the cluster prefers. */
const apiVersion = /^apiVersion: metrics\.k8s\.io\/v1(beta1)?$/m;

for (const { kind, plural, name, where } of subjects) {
  const all = kind === 'PodMetrics' ? ['-A'] : [];

  test(`kubectl get ${plural} -o yaml prints one object whole`, async () => {
    const printed = await admin.print('get', plural, name, ...where, '-o', 'yaml');
    assert.match(printed, apiVersion);
    assert.match(printed, new RegExp(`^kind: ${kind}$`, 'm'));
    assert.match(printed, new RegExp(`^ {2}name: ${name}$`, 'm'));
    assert.match(printed, /^timestamp: "\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"$/m);
    assert.match(printed, /^window: [\d.hmsµn]+s$/m);
    assert.match(printed, kind === 'PodMetrics' ? /^containers:\n- name: /m : /^usage:\n {2}cpu: /m);
    assert.match(printed, /^ +cpu: \S+\n +memory: \S+$/m);
  });

  test(`kubectl get ${plural} -o yaml prints a list of all`, async () => {
    const printed = await admin.print('get', plural, ...all, '-o', 'yaml');
    assert.match(printed, /^kind: List$/m);
    assert.ok([...printed.matchAll(new RegExp(`^ {2}kind: ${kind}$`, 'gm'))].length > 0);
    assert.match(printed, new RegExp(`^ {4}name: ${name}$`, 'm'));
  });

  test(`kubectl get ${plural} prints in every other format`, async () => {
    const get = (...flags: readonly string[]) => admin.print('get', plural, name, ...where, ...flags);
    const [label] = Object.keys((kind === 'PodMetrics' ? somePod : someNode).metadata.labels ?? {});
    assert.equal((JSON.parse(await get('-o', 'json')) as { readonly kind: string }).kind, kind);
    assert.equal((await get('-o', 'name')).trim(), `${plural}.metrics.k8s.io/${name}`);
    assert.equal(await get('-o', 'jsonpath={.metadata.name}'), name);
    assert.equal(await get('-o', 'go-template={{.metadata.name}}'), name);
    assert.equal(await get('-o', 'custom-columns=N:.metadata.name', '--no-headers'), `${name}\n`);
    for (const flag of ['-owide', '--show-labels', `--label-columns=${label}`, '--show-kind', '--no-headers'])
      assert.ok((await get(flag)).includes(name), flag);
  });

  test(`kubectl get ${plural} prints all, in portions or sorted`, async () => {
    for (const flag of ['--chunk-size=1', '--chunk-size=0', '--sort-by=.metadata.name']) {
      const printed = await admin.print('get', plural, ...all, flag);
      assert.match(printed, new RegExp(`\\b${name}\\b`), flag);
    }
  });

  test(`kubectl describe ${plural} shows all there is of one`, async () => {
    const printed = await admin.print('describe', plural, name, ...where);
    assert.match(printed, new RegExp(`^Name: +${name}$`, 'm'));
    assert.match(printed, /^API Version: +metrics\.k8s\.io\/v1(beta1)?$/m);
    assert.match(printed, new RegExp(`^Kind: +${kind}$`, 'm'));
    assert.match(printed, /Usage:\n\s+Cpu:\s+\S+\n\s+Memory:\s+\S+/);
    assert.match(printed, /^Timestamp: +\S+Z$/m);
    assert.match(printed, /^Window: +\S+s$/m);
  });

  for (const flag of ['--watch', '--watch-only']) {
    test(`kubectl get ${plural} ${flag} is told that there is no watch, and ends`, async () => {
      const { exitCode, stdout, stderr } = await admin.run(['get', plural, ...all, flag]);
      assert.equal(exitCode, 1);
      assert.equal(stdout.includes(name), flag === '--watch', stdout);
      assert.match(stderr, /^Error from server \(MethodNotAllowed\): .*\n$/);
    });
  }

  test(`metrics are read only: no ${plural} is labelled, patched or deleted`, async () => {
    for (const args of [
      ['label', plural, name, ...where, 'tacho-e2e=yes'],
      ['patch', plural, name, ...where, '--type=merge', '-p', '{"metadata":{"labels":{"tacho-e2e":"yes"}}}'],
      ['delete', plural, name, ...where],
      ['delete', plural, '--all', ...where],
    ]) {
      const { exitCode, stderr } = await admin.run(args);
      assert.equal(exitCode, 1, args.join(' '));
      assert.match(stderr, /MethodNotAllowed/, args.join(' '));
    }
  });
}

test('both kinds are known by every name they have', async () => {
  for (const name of ['nodemetrics', 'nodemetrics.metrics.k8s.io', 'nodes.metrics.k8s.io', 'NodeMetrics'])
    assert.match(await admin.print('get', name), new RegExp(`^${someNode.metadata.name} `, 'm'), name);
  for (const name of ['podmetrics', 'podmetrics.v1beta1.metrics.k8s.io', 'pods.metrics.k8s.io', 'PodMetrics'])
    assert.match(await admin.print('get', name, '-n', namespace), new RegExp(`^${somePod.metadata.name} `, 'm'), name);
});

test('both kinds are printed in one go', async () => {
  const printed = await admin.print('get', 'nodemetrics,podmetrics', '-A', '-o', 'name');
  assert.match(printed, new RegExp(`^nodemetrics.metrics.k8s.io/${someNode.metadata.name}$`, 'm'));
  assert.match(printed, new RegExp(`^podmetrics.metrics.k8s.io/${somePod.metadata.name}$`, 'm'));
});

test('kubectl get --ignore-not-found is silent about what is not there', async () => {
  const outcome = await admin.run(['get', 'nodemetrics', 'tacho-e2e-there-is-no-such-thing', '--ignore-not-found']);
  assert.deepEqual(outcome, { exitCode: 0, stdout: '', stderr: '' });
});

test('kubectl get --raw reads every path of the API', async () => {
  const { name } = somePod.metadata;
  for (const [path, kind] of [
    ['', 'APIResourceList'],
    ['/nodes', 'NodeMetricsList'],
    [`/nodes/${someNode.metadata.name}`, 'NodeMetrics'],
    ['/pods', 'PodMetricsList'],
    ['/pods?limit=1', 'PodMetricsList'],
    [`/namespaces/${namespace}/pods`, 'PodMetricsList'],
    [`/namespaces/${namespace}/pods/${name}`, 'PodMetrics'],
  ] as const) {
    const answer = (await admin.read(`${metricsPath}${path}`)) as { readonly kind: string };
    assert.equal(answer.kind, kind, path);
  }
  assert.deepEqual(await keysAt(`/namespaces/${namespace}/pods?fieldSelector=metadata.name%3D${name}`), [
    keyOf(somePod),
  ]);
});

async function keysAt(path: string): Promise<readonly string[]> {
  const list = (await admin.read(`${metricsPath}${path}`)) as { readonly items: readonly PodMetrics[] };
  return list.items.map(keyOf);
}
