import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ApiAnswer, ask, open } from '../testing/api-client.ts';
import { sharedCertificates, startTestCluster, type TestCluster } from '../testing/test-cluster.ts';
import type { KubernetesObject } from './object-store.ts';
import { rightsToKeepSecret } from './rights.ts';

const partialList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';
const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

test('a list says its version and its kind, its items do not repeat the kind', async () => {
  await using it = await setUp();
  const { json } = await it.ask('/api/v1/nodes');
  const list = json as { kind: string; metadata: { resourceVersion: string }; items: KubernetesObject[] };
  assert.deepEqual([list.kind, list.items.length, list.items[0]?.kind], ['NodeList', 1, undefined]);
  assert.equal(list.metadata.resourceVersion, String(it.store.version));
});

test('a list can be read page by page', async () => {
  await using it = await setUp();
  const names: string[] = [];
  let token = '';
  do {
    const { json } = await it.ask(`/api/v1/pods?limit=2&continue=${token}`);
    const page = json as { metadata: { continue?: string }; items: KubernetesObject[] };
    names.push(...page.items.map(({ metadata }) => metadata.name));
    token = page.metadata.continue ?? '';
  } while (token !== '');
  assert.deepEqual(names, ['p0', 'p1', 'p2', 'p3', 'p4']);
});

test('only metadata comes when only metadata is asked for, in protobuf or not', async () => {
  await using it = await setUp();
  for (const accept of [partialList, partialList.replace('json', 'vnd.kubernetes.protobuf') + `,${partialList}`]) {
    const { json, headers } = await it.ask('/api/v1/pods?fieldSelector=status.phase%3DRunning', {
      headers: { Accept: accept },
    });
    assert.equal(headers['content-type'], 'application/json');
    const { kind, items } = json as { kind: string; items: object[] };
    assert.equal(kind, 'PartialObjectMetadataList');
    assert.deepEqual(Object.keys(items[0] ?? {}), ['kind', 'apiVersion', 'metadata']);
  }
});

test('kubectl’s tables have a cell for every column', async () => {
  await using it = await setUp();
  for (const path of ['/api/v1/nodes', '/api/v1/pods', '/api/v1/namespaces', '/api/v1/services']) {
    const { json } = await it.ask(path, { headers: { Accept: table } });
    const { kind, columnDefinitions, rows } = json as { kind: string; columnDefinitions: []; rows: { cells: [] }[] };
    assert.equal(kind, 'Table');
    for (const { cells } of rows) assert.equal(cells.length, columnDefinitions.length);
  }
});

test('a watch goes over the wire as it happens, and ends when the server goes down', async () => {
  await using it = await setUp();
  const watch = await openWatch(it, '/api/v1/pods?watch=true&resourceVersion=0');
  const names: string[] = [];
  const read = async (): Promise<string> => {
    try {
      for await (const chunk of watch) {
        const lines = String(chunk).trim().split('\n');
        names.push(...lines.map((line) => JSON.parse(line).object.metadata.name));
        if (names.length === 5) it.store.put('pods', pod('new'));
        if (names.length === 6) await it.server.down();
      }
      return 'ended';
    } catch {
      return 'cut';
    }
  };
  assert.equal(await read(), 'cut');
  assert.equal(names.at(-1), 'new');
});

test('a watch without a version, or one that asks for it, begins with what is there and marks its end; no other does', async () => {
  await using it = await setUp();
  const list = 'allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&sendInitialEvents';
  const { version } = it.store;
  for (const [query, begins] of [
    [`${list}=true`, 'with 5 and a mark'],
    [`${list}=true&resourceVersion=${version}`, 'with 5 and a mark'],
    ['allowWatchBookmarks=true', 'with 5 and a mark'],
    ['resourceVersion=0', 'with 5'],
    [`${list}=false`, 'with 0'],
    [`${list}=false&resourceVersion=0`, 'with 0'],
    [`resourceVersion=${version}`, 'with 0'],
  ] as const) {
    const events = await eventsBeforeChange(it, `/api/v1/pods?watch=true&${query}`);
    const mark = events.at(-1)?.includes('"k8s.io/initial-events-end":"true"') === true ? ' and a mark' : '';
    const additions = events.filter((event) => event.startsWith('{"type":"ADDED"'));
    assert.equal(`with ${additions.length}${mark}`, begins, query);
  }
});

test('options of a list or a watch that contradict each other are refused in the words of a kube-apiserver', async () => {
  await using it = await setUp();
  for (const [query, why] of [
    ['watch=true&sendInitialEvents=true', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'],
    ['watch=true&resourceVersionMatch=NotOlderThan', 'is forbidden for watch unless sendInitialEvents is provided'],
    ['watch=true&sendInitialEvents=true&resourceVersionMatch=Exact', 'supported values: "NotOlderThan"'],
    ['sendInitialEvents=true', 'sendInitialEvents is forbidden for list'],
    ['resourceVersionMatch=Exact', 'is forbidden unless resourceVersion is provided'],
  ] as const) {
    const { status, json } = await it.ask(`/api/v1/pods?${query}`);
    const { reason, message } = json as { reason: string; message: string };
    assert.deepEqual([status, reason], [422, 'Invalid'], query);
    assert.ok(message.startsWith('ListOptions.meta.k8s.io "" is invalid: ') && message.includes(why), message);
  }
});

test('down means connection refused; up again, the port and the objects are the same', async () => {
  await using it = await setUp();
  const { port } = it.server;
  await it.server.down();
  await assert.rejects(it.ask('/api/v1/nodes'), { code: 'ECONNREFUSED' });
  await it.server.up();
  assert.equal(it.server.port, port);
  assert.equal((await it.ask('/api/v1/nodes/n1')).status, 200);
});

test('expired versions are refused with 410, for lists and for watches', async () => {
  await using it = await setUp();
  const { json } = await it.ask('/api/v1/pods?limit=2');
  const { metadata } = json as { metadata: { continue: string; resourceVersion: string } };
  it.server.expireVersions();
  assert.equal((await it.ask(`/api/v1/pods?limit=2&continue=${metadata.continue}`)).status, 410);
  const watched = await it.ask(`/api/v1/pods?watch=true&resourceVersion=${metadata.resourceVersion}`);
  assert.match(watched.text, /"type":"ERROR".*"code":410/);
});

test('reviews say who a token is, and what somebody may do', async () => {
  await using it = await setUp();
  const token = it.certificates.tokens.viewer;
  assert.equal(statusOf(await review(it, 'authentication.k8s.io', 'tokenreviews', { token })).user?.username, 'viewer');
  const unknown = statusOf(await review(it, 'authentication.k8s.io', 'tokenreviews', { token: 'x' }));
  assert.equal(unknown.authenticated, false);

  const resourceAttributes = { verb: 'list', group: 'metrics.k8s.io', version: 'v1beta1', resource: 'pods' };
  for (const [user, allowed] of Object.entries({ viewer: true, nobody: false })) {
    const answer = await review(it, 'authorization.k8s.io', 'subjectaccessreviews', { user, resourceAttributes });
    assert.equal(statusOf(answer).allowed, allowed);
  }
});

test('reviews fail or hang on demand, and are answered again afterwards', async () => {
  await using it = await setUp();
  const ask = () => review(it, 'authentication.k8s.io', 'tokenreviews', { token: 'x' });
  it.server.faults.tokenReviews = 'fail';
  assert.equal((await ask()).status, 500);
  it.server.faults.tokenReviews = 'answer';
  assert.equal((await ask()).status, 201);

  it.server.faults.tokenReviews = 'hang';
  const hanging = assert.rejects(ask());
  assert.equal((await it.ask('/version')).status, 200);
  await it.server.down();
  await hanging;
});

test('wrong credentials are 401, none are anonymous', async () => {
  await using it = await setUp();
  const { port } = it.server;
  const { clusterCa, frontProxyClient, admin } = await sharedCertificates();
  const ca = clusterCa.certPem;
  assert.equal((await ask({ port, ca, token: 'wrong' }, '/api')).status, 401);
  assert.equal((await ask({ port, ca, certificate: frontProxyClient }, '/api')).status, 401);
  assert.equal((await ask({ port, ca }, '/api')).status, 403);
  assert.equal((await ask({ port, ca }, '/version')).status, 200);
  assert.equal((await ask({ port, ca, certificate: admin }, '/api/v1/nodes')).status, 200);
});

test('an administrator can act as somebody else, others cannot', async () => {
  await using it = await setUp();
  const headers = { 'Impersonate-User': 'nobody' };
  assert.equal((await it.ask('/api/v1/nodes', { headers })).status, 403);
  assert.equal((await it.ask('/api', { headers })).status, 200);
  assert.equal((await it.ask('/api', { headers, as: 'viewer' })).status, 403);
});

test('objects can be created, replaced, patched and deleted', async () => {
  await using it = await setUp();
  const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases';
  const created = await it.ask(leases, {
    method: 'POST',
    body: { metadata: { name: 'l' }, spec: { holderIdentity: 'a' } },
  });
  assert.equal(created.status, 201);
  const lease = created.json as KubernetesObject;
  assert.equal((await it.ask(`${leases}/l`, { method: 'PUT', body: lease })).status, 200);
  assert.equal((await it.ask(`${leases}/l`, { method: 'PUT', body: lease })).status, 409);
  const patched = await it.ask(`${leases}/l`, { method: 'PATCH', body: { spec: { holderIdentity: 'b' } } });
  assert.deepEqual((patched.json as KubernetesObject)['spec'], { holderIdentity: 'b' });
  assert.equal((await it.ask(leases, { method: 'POST', body: lease })).status, 409);
  assert.equal((await it.ask(`${leases}/l`, { method: 'DELETE' })).status, 200);
  assert.equal((await it.ask(`${leases}/l`)).status, 404);
});

test('a Secret is kept by who may, by its exact name, and nobody overwrites what they have not seen', async () => {
  const account = 'system:serviceaccount:kube-system:metrics-server';
  await using it = await startTestCluster(undefined, rightsToKeepSecret(account, 'kube-system', 'mine'));
  const secrets = '/api/v1/namespaces/kube-system/secrets';
  const as = 'metrics-server';
  const body = { metadata: { name: 'mine' }, type: 'Opaque', data: { key: 'dmFsdWU=' } };
  const created = await it.ask(secrets, { method: 'POST', as, body });
  assert.equal(created.status, 201);
  assert.equal((await it.ask(secrets, { method: 'POST', as, body })).status, 409);
  assert.equal((await it.ask(`${secrets}/mine`, { method: 'PUT', as, body: created.json })).status, 200);
  assert.equal((await it.ask(`${secrets}/mine`, { method: 'PUT', as, body: created.json })).status, 409);
  const stale = { metadata: { resourceVersion: '1' }, data: { other: 'eA==' } };
  assert.equal((await it.ask(`${secrets}/mine`, { method: 'PATCH', as, body: stale })).status, 409);
  assert.equal((await it.ask(`${secrets}?fieldSelector=metadata.name%3Dmine`, { as })).status, 200);

  assert.equal((await it.ask(secrets, { as })).status, 403);
  assert.equal((await it.ask(`${secrets}/other`, { as })).status, 403);
  assert.equal((await it.ask(`${secrets}/mine`, { method: 'DELETE', as })).status, 403);
  assert.equal((await it.ask('/api/v1/namespaces/default/secrets/mine', { as })).status, 403);
});

test('what is not there is 404 with a Status, what is not readable is 400', async () => {
  await using it = await setUp();
  const missing = await it.ask('/api/v1/nodes/none');
  assert.deepEqual([missing.status, (missing.json as { message: string }).message], [404, 'nodes "none" not found']);
  assert.equal((await it.ask('/api/v1/replicationcontrollers')).status, 404);
  assert.equal((await it.ask('/nowhere')).status, 404);
  assert.equal((await it.ask('/api/v1/pods?labelSelector=!!')).status, 400);
  assert.equal((await it.ask('/api/v1/namespaces/default/pods', { method: 'POST', body: 'nonsense' })).status, 400);
});

/** What a watch tells before the first change after it was opened; the change is undone. */
async function eventsBeforeChange(it: TestCluster, url: string): Promise<readonly string[]> {
  const watch = await openWatch(it, url);
  it.store.put('pods', pod('late'));
  let text = '';
  for await (const chunk of watch) {
    text += String(chunk);
    if (text.includes('"late"')) break;
  }
  it.store.remove('pods', 'late', 'default');
  const lines = text.split('\n');
  return lines.slice(
    0,
    lines.findIndex((line) => line.includes('"late"')),
  );
}

function openWatch({ server, certificates }: TestCluster, url: string) {
  return open({ port: server.port, ca: certificates.clusterCa.certPem, token: certificates.tokens.admin }, url);
}

function review(it: TestCluster, group: string, resource: string, spec: object): Promise<ApiAnswer> {
  return it.ask(`/apis/${group}/v1/${resource}`, { method: 'POST', as: 'metrics-server', body: { spec } });
}

interface ReviewStatus {
  readonly authenticated?: boolean;
  readonly user?: { readonly username: string };
  readonly allowed?: boolean;
}

const statusOf = ({ json }: ApiAnswer): ReviewStatus => (json as { status: ReviewStatus }).status;

async function setUp(): Promise<TestCluster> {
  const cluster = await startTestCluster();
  const pods = Array.from({ length: 5 }, (_, at) => {
    const containers = [{ name: 'c', cpuCores: 0.1, memoryBytes: 1 }];
    return { namespace: 'default', name: `p${at}`, labels: {}, containers, startedAgoMs: 60_000 };
  });
  cluster.objects.addNode({
    name: 'n1',
    labels: {},
    capacity: { cpuCores: 2, memoryBytes: 2 ** 30 },
    pods,
    system: { cpuCores: 0, memoryBytes: 0 },
    housekeeping: { minMs: 1, maxMs: 1 },
  });
  return cluster;
}

function pod(name: string): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default' }, status: { phase: 'Running' } };
}
