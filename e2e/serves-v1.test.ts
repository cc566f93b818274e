import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allServed, onPretendCluster, openPretendCluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { namesOf, nodeMetrics, podMetrics } from './metrics-api.ts';

interface Listed {
  readonly apiVersion: string;
  readonly items: readonly { readonly metadata: object; readonly timestamp: string }[];
}

await onPretendCluster('metrics.k8s.io/v1: most clusters register v1beta1 alone', async () => {
  const cluster = await openPretendCluster({ simulator: { 'metrics-versions': 'v1,v1beta1' } });
  const { admin } = cluster;
  cluster.startServer({ 'api-versions': 'v1beta1,v1' });
  await allServed(admin);

  test('both versions are among the versions of the cluster', async () => {
    const versions = (await admin.print('api-versions')).split('\n');
    for (const version of ['metrics.k8s.io/v1', 'metrics.k8s.io/v1beta1'])
      assert.ok(versions.includes(version), version);
  });

  test('both versions give the same objects', async () => {
    for (const path of ['nodes', 'pods']) {
      // Asked one after the other: a new sample may come in between, but not every time.
      await eventually(`${path} of both versions to agree`, 30, async () => {
        const [stable, beta] = await Promise.all([list('v1', path), list('v1beta1', path)]);
        assert.equal(stable.apiVersion, 'metrics.k8s.io/v1');
        assert.equal(beta.apiVersion, 'metrics.k8s.io/v1beta1');
        assert.ok(stable.items.length > 0);
        assert.deepEqual(stable.items.map(withoutMoment), beta.items.map(withoutMoment));
      });
    }
  });

  test('kubectl top works, whatever version it takes', async () => {
    const nodes = await admin.rows('top', 'nodes');
    assert.deepEqual(nodes.map(([name]) => name).sort(), namesOf(await nodeMetrics(admin)));
    const pods = await admin.rows('top', 'pods', '-A');
    assert.deepEqual(pods.map(([, name]) => name).sort(), namesOf(await podMetrics(admin)));
  });

  test('kubectl get and explain take either version by its name', async () => {
    for (const version of ['v1', 'v1beta1']) {
      const printed = await admin.print('get', `nodes.${version}.metrics.k8s.io`, '-o', 'yaml');
      assert.match(printed, new RegExp(`^- apiVersion: metrics.k8s.io/${version}$`, 'm'));
      const explained = await admin.print('explain', 'podmetrics', `--api-version=metrics.k8s.io/${version}`);
      assert.match(explained, new RegExp(`^VERSION: +(metrics.k8s.io/)?${version}$`, 'm'));
    }
  });

  test('a server that is not told to serve v1 does not know it, and serves v1beta1 all the same', async () => {
    await cluster.server[Symbol.asyncDispose]();
    cluster.startServer();
    await allServed(admin);
    const certificate = await cluster.certificate('admin');
    for (const path of ['', '/nodes', '/pods']) {
      const { status } = await cluster.visitServer(`/apis/metrics.k8s.io/v1${path}`, { certificate });
      assert.equal(status, 404, path);
    }
    // The APIService of v1 is still there: what is registered and not served must not take v1beta1 down.
    assert.equal((await admin.run(['get', '--raw', '/apis/metrics.k8s.io/v1/nodes'])).exitCode, 1);
    assert.ok((await admin.rows('top', 'nodes')).length > 0);
  });

  async function list(version: string, path: string): Promise<Listed> {
    return (await admin.read(`/apis/metrics.k8s.io/${version}/${path}`)) as Listed;
  }
});

/** An object without the moment of the answer. */
const withoutMoment = (item: Listed['items'][number]) => ({
  ...item,
  metadata: { ...item.metadata, creationTimestamp: '' },
});
