import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onPretendCluster, openCluster } from './cluster.ts';

const { admin, pretend } = await openCluster();

test('the kube-apiserver takes the API for available', async () => {
  const service = (await admin.read('/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io')) as {
    readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
  };
  const available = service.status.conditions.find(({ type }) => type === 'Available');
  assert.equal(available?.status, 'True', JSON.stringify(available));
});

await onPretendCluster('probes themselves: the server cannot be reached there', () => {
  assert.ok(pretend);
  const start = [
    'ping',
    'log',
    'poststarthook/max-in-flight-filter',
    'poststarthook/storage-object-count-tracker-hook',
  ];
  // The names and their order are the reference's: dashboards and tests look for them.
  const checks = {
    livez: [...start, 'metric-collection-timely', 'metadata-informer-sync'],
    readyz: [...start, 'metric-storage-ready', 'metric-informer-sync', 'metadata-informer-sync', 'shutdown'],
    healthz: [...start, 'metadata-informer-sync'],
  };

  for (const [endpoint, names] of Object.entries(checks)) {
    test(`/${endpoint} says ok`, async () => {
      const { status, headers, body } = await pretend.visitServer(`/${endpoint}`);
      assert.equal(status, 200);
      assert.equal(body, 'ok');
      assert.match(String(headers['content-type']), /^text\/plain/);
    });

    test(`/${endpoint}?verbose names each check`, async () => {
      const { status, body } = await pretend.visitServer(`/${endpoint}?verbose`);
      assert.equal(status, 200);
      assert.equal(body, [...names.map((name) => `[+]${name} ok`), `${endpoint} check passed`, ''].join('\n'));
    });
  }
});
