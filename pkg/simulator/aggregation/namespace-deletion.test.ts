import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubernetesObject } from '../kube-apiserver/object-store.ts';
import { answerDiscovery, startFakeBackend } from '../testing/fake-backend.ts';
import { backendCertificate, sharedCertificates, startTestCluster, type TestCluster } from '../testing/test-cluster.ts';

test('a namespace goes with everything in it once every aggregated API tells what it has', async () => {
  await using it = await setUp();
  await it.cluster.becomes('Passed');
  const { status, json } = await it.cluster.ask('/api/v1/namespaces/old', { method: 'DELETE' });
  assert.deepEqual([status, (json as KubernetesObject).status], [200, { phase: 'Terminating' }]);
  await namespaceIs(it.cluster, (namespace) => namespace === undefined);
  assert.equal(it.cluster.store.get('configmaps', 'left-over', 'old'), undefined);
  assert.ok(it.cluster.store.get('configmaps', 'kept', 'other'));
});

test('a namespace stays Terminating while one aggregated API cannot tell, and says which', async () => {
  await using it = await setUp();
  await it.cluster.becomes('Passed');
  it.backend.answer = (_, response) => response.writeHead(503).end();
  await it.cluster.ask('/api/v1/namespaces/old', { method: 'DELETE' });
  await namespaceIs(it.cluster, (namespace) =>
    /metrics\.k8s\.io\/v1beta1: answered 503/.test(JSON.stringify(namespace)),
  );
  assert.ok(it.cluster.store.get('configmaps', 'left-over', 'old'));
  it.backend.answer = answerDiscovery;
  await namespaceIs(it.cluster, (namespace) => namespace === undefined);
});

test('a namespace that is not there cannot be deleted', async () => {
  await using it = await setUp();
  assert.equal((await it.cluster.ask('/api/v1/namespaces/nosuch', { method: 'DELETE' })).status, 404);
});

async function setUp() {
  await using opened = new AsyncDisposableStack();
  const backend = opened.use(await startFakeBackend(await backendCertificate()));
  const cluster = opened.use(await startTestCluster());
  const { clusterCa } = await sharedCertificates();
  cluster.objects.pointMetricsServerAt({ host: '127.0.0.1', port: backend.port, caBundle: clusterCa.certPem }, [
    'v1beta1',
  ]);
  cluster.objects.addNamespaces(['old', 'other']);
  const left = (name: string, namespace: string): KubernetesObject => {
    return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace } };
  };
  cluster.store.put('configmaps', left('left-over', 'old'));
  cluster.store.put('configmaps', left('kept', 'other'));
  const owned = opened.move();
  return { backend, cluster, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

async function namespaceIs({ store }: TestCluster, wanted: (namespace: KubernetesObject | undefined) => boolean) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = (): void => {
    if (wanted(store.get('namespaces', 'old'))) resolve();
  };
  using _listening = store.onChange(look);
  look();
  await promise;
}
