import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ApiServer } from '../apiserver/api-server.ts';
import type { Answer } from '../apiserver/exchange.ts';
import { Authorizer } from '../apiserver/identity/authorize.ts';
import { madeRequest } from '../apiserver/made-request.ts';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import type { AccessAttributes, User } from '../model/user.ts';
import { Registry } from '../telemetry/exposition.ts';
import { silentLogger } from '../telemetry/logger.ts';
import { metricsApi } from './group.ts';
import { PretendCluster, usageOf } from './pretend-cluster.ts';

// What a real aggregation layer (1.36), kubectl top (1.32) and the HPA controller (1.36) sent to an aggregated server.
const root = '/apis/metrics.k8s.io/v1beta1';
const v2 = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
const protobuf = 'application/vnd.kubernetes.protobuf';
const asAggregator = { 'x-remote-user': 'system:kube-aggregator' };
const asMaster = { ...asAggregator, 'x-remote-group': 'system:masters' };
const asOpenApiReader = { 'x-remote-user': 'system:aggregator' };
const asAdmin = { 'x-remote-user': 'rig-admin', 'x-remote-group': 'system:masters' };
const asAutoscaler = {
  'x-remote-user': 'system:serviceaccount:kube-system:horizontal-pod-autoscaler',
  'x-remote-group': ['system:serviceaccounts', 'system:serviceaccounts:kube-system'],
};

test('the availability check, which states no Accept, is passed', async () => {
  const answer = await ask(root, { ...asMaster, 'user-agent': 'Go-http-client/1.1', 'accept-encoding': 'gzip' });
  assert.equal(answer.status, 200);
});

test('aggregated discovery is given in the version asked for, and not again to whoever has it', async () => {
  const headers = {
    ...asMaster,
    accept: `${v2},application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList`,
  };
  const answer = await ask('/apis', headers);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['Content-Type'], v2);
  assert.equal(JSON.parse(String(answer.body)).items[0].versions[0].freshness, 'Current');
  const etag = answer.headers['ETag'] ?? '';
  assert.match(etag, /^"[0-9A-F]{128}"$/);
  assert.equal((await ask('/apis', { ...headers, 'if-none-match': etag })).status, 304);
});

test('legacy discovery is given to the aggregator without groups', async () => {
  const answer = await ask(root, { ...asAggregator, accept: 'application/json' });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['Content-Type'], 'application/json');
  assert.equal(JSON.parse(String(answer.body)).kind, 'APIResourceList');
});

test('OpenAPI is there or it is not; anything else the aggregator would ask again for ever', async () => {
  for (const path of ['/openapi/v2', '/openapi/v3']) {
    const { status } = await ask(path, { ...asOpenApiReader, accept: 'application/json' });
    assert.ok(status === 200 || status === 404, `${path}: ${status}`);
  }
});

for (const [who, target, identity] of [
  ['kubectl top node', `${root}/nodes`, asAdmin],
  ['kubectl top pod', `${root}/pods`, asAdmin],
  ['the HPA controller', `${root}/namespaces/hpa/pods?labelSelector=app%3Dhog`, asAutoscaler],
] as const) {
  test(`${who} gets protobuf`, async () => {
    const answer = await ask(target, { ...identity, accept: `${protobuf}, */*`, 'accept-encoding': 'gzip' });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['Content-Type'], protobuf);
    assert.equal(answer.headers['Content-Encoding'], undefined);
    assert.ok(answer.body instanceof Uint8Array);
    assert.equal(Buffer.from(answer.body.subarray(0, 4)).toString('latin1'), 'k8s\0');
  });
}

test('kubectl get --raw gets JSON', async () => {
  const answer = await ask(`${root}/namespaces/hpa/pods?labelSelector=app%3Dhog`, {
    ...asAdmin,
    accept: 'application/json, */*',
  });
  assert.equal(answer.headers['Content-Type'], 'application/json');
  const names = JSON.parse(String(answer.body)).items.map((item: { metadata: { name: string } }) => item.metadata.name);
  assert.deepEqual(names, ['hog-1']);
});

/** Rights as the stock roles give them: discovery to everyone known, pods to the HPA controller; masters are not asked about. */
function mayDo({ name, groups }: User, attributes: AccessAttributes): boolean {
  if (attributes.kind === 'path') {
    return groups.includes('system:authenticated') && /^\/(apis|openapi)(\/|$)/.test(attributes.path);
  }
  return name.endsWith('horizontal-pod-autoscaler') && attributes.verb === 'list' && attributes.resource === 'pods';
}

function ask(target: string, headers: Readonly<Record<string, string | readonly string[]>>): Promise<Answer> {
  const cluster = new PretendCluster();
  const usage = usageOf({ cpu: 1, memory: 1 }, Date.UTC(2026, 10, 21), 15_000);
  cluster.addNode('n', {}, usage);
  cluster.addPod('hpa/hog-1', { app: 'hog' }, [{ name: 'c', usage }]);
  cluster.addPod('hpa/other', { app: 'other' }, [{ name: 'c', usage }]);
  const clock = new WoundClock();
  const groups = [headers['x-remote-group'] ?? [], 'system:authenticated'].flat();
  const server = new ApiServer({
    groups: metricsApi({ ...cluster.parts, clock, registry: new Registry() }, ['v1beta1']),
    authenticator: {
      authenticate: async () => ({ kind: 'user', user: { name: String(headers['x-remote-user']), groups, extra: {} } }),
    },
    authorizer: new Authorizer({
      reviewer: {
        review: async (user, attributes) => ({ kind: mayDo(user, attributes) ? 'allowed' : 'denied', reason: '' }),
      },
      alwaysAllowPaths: [],
      authorizedTtlMs: 0,
      unauthorizedTtlMs: 0,
      clock,
      log: silentLogger,
    }),
    health: { livez: [], readyz: [], healthz: [] },
    expose: () => '',
    version: {
      major: '',
      minor: '',
      gitVersion: '',
      gitCommit: '',
      gitTreeState: '',
      buildDate: '',
      goVersion: '',
      compiler: '',
      platform: '',
    },
    log: silentLogger,
    newId: () => 'id',
    serverAddress: ':443',
  });
  const sent = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
  );
  return server.handle(madeRequest(target, { headers: sent }));
}
