import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestCluster, type TestCluster } from '../testing/test-cluster.ts';
import type { KubernetesObject } from './object-store.ts';
import { rightsToKeepCaBundle } from './rights.ts';

const name = 'v1beta1.metrics.k8s.io';
const path = `/apis/apiregistration.k8s.io/v1/apiservices/${name}`;

test('applying one field changes that field, and says who manages it', async () => {
  await using it = await setUp();
  const { status, object } = await it.apply('me', { caBundle: 'eA==', insecureSkipTLSVerify: false });
  assert.equal(status, 200);
  const spec = object['spec'] as Record<string, unknown>;
  assert.deepEqual([spec['caBundle'], spec['insecureSkipTLSVerify'], spec['group']], ['eA==', false, 'metrics.k8s.io']);
  const { managedFields } = object.metadata as unknown as { managedFields: { manager: string; fieldsV1: object }[] };
  assert.deepEqual(managedFields.find(({ manager }) => manager === 'me')?.fieldsV1, {
    'f:spec': { 'f:caBundle': {}, 'f:insecureSkipTLSVerify': {} },
  });
});

test('what somebody else manages is refused, and taken by force', async () => {
  await using it = await setUp();
  await it.cluster.ask(`${path}?fieldManager=kubectl`, {
    method: 'PATCH',
    body: { spec: { insecureSkipTLSVerify: null, caBundle: 'eQ==' } },
  });
  const refused = await it.apply('me', { caBundle: 'eA==' }, '');
  assert.deepEqual(
    [refused.status, refused.message],
    [409, 'Apply failed with 1 conflict: conflict with "kubectl" using apiregistration.k8s.io/v1: .spec.caBundle'],
  );
  assert.equal((await it.apply('me', { caBundle: 'eQ==' }, '')).status, 200, 'the same value is no conflict');
  assert.equal((await it.apply('me', { caBundle: 'eA==' })).status, 200);
  assert.equal((await it.apply('me', { caBundle: 'eg==' }, '')).status, 200, 'it is ours alone from then on');
});

test('what was applied before and no longer is goes away, unless somebody else manages it', async () => {
  await using it = await setUp();
  await it.apply('me', { caBundle: 'eA==', insecureSkipTLSVerify: false });
  const { object } = await it.apply('me', { caBundle: 'eA==' });
  assert.equal('insecureSkipTLSVerify' in (object['spec'] as object), false);
  await it.apply('other', { caBundle: 'eA==' });
  const { object: kept } = await it.apply('me', {});
  assert.equal((kept['spec'] as { caBundle?: string }).caBundle, 'eA==');
});

test('an APIService never both skips verification and says how to verify', async () => {
  await using it = await setUp();
  const { status, message } = await it.apply('me', { caBundle: 'eA==' });
  assert.equal(status, 422);
  assert.match(message, /insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present$/);
});

test('applying makes nothing, and needs the right to exactly that object', async () => {
  await using it = await setUp();
  const headers = { 'Content-Type': 'application/apply-patch+yaml' };
  const order = { method: 'PATCH', headers, body: { spec: { caBundle: 'eA==' } }, as: 'metrics-server' } as const;
  assert.equal((await it.cluster.ask(`${path.replace('v1beta1', 'v1')}?fieldManager=me`, order)).status, 403);
  assert.equal(
    (await it.cluster.ask(`${path.replace('v1beta1', 'v1')}?fieldManager=me`, { ...order, as: 'admin' })).status,
    404,
  );
  assert.equal((await it.cluster.ask(path, { ...order, as: 'admin' })).status, 400, 'a manager has to be named');
});

async function setUp() {
  const account = 'system:serviceaccount:kube-system:metrics-server';
  const cluster: TestCluster = await startTestCluster(undefined, rightsToKeepCaBundle(account, [name]));
  cluster.objects.pointMetricsServerAt(undefined, ['v1beta1']);
  return {
    cluster,
    async apply(manager: string, spec: object, force = '&force=true') {
      const { status, json } = await cluster.ask(`${path}?fieldManager=${manager}${force}`, {
        method: 'PATCH',
        as: 'metrics-server',
        headers: { 'Content-Type': 'application/apply-patch+yaml' },
        body: { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService', metadata: { name }, spec },
      });
      return { status, object: json as KubernetesObject, message: (json as { message?: string }).message ?? '' };
    },
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}
