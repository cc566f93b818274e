import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../lifecycle/clock.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { misconfigurationNames } from '../misconfigurations/misconfiguration.ts';
import { plainCluster } from '../shape/plain-cluster.ts';
import { startSimulator } from '../simulator.ts';
import { type ApiOrder, ask } from '../testing/api-client.ts';
import type { TruthReport } from './truth-report.ts';

test('the folder holds a kubeconfig for each account, readable only by its owner', async () => {
  await using it = await setUp();
  const files = await readdir(it.folder.directory);
  for (const account of ['admin', 'viewer', 'nobody', 'metrics-server'])
    assert.ok(files.includes(`${account}.kubeconfig`));
  const text = await readFile(it.folder.viewerKubeconfig, 'utf8');
  assert.match(text, new RegExp(`server: ${it.apiServer.url}\n`));
  assert.equal((await stat(it.folder.adminKubeconfig)).mode & 0o077, 0);
});

test('the objects are those of the shape, and kubelets trust the server’s account', async () => {
  await using it = await setUp();
  const node = it.store.get('nodes', 'node-00000');
  assert.match(JSON.stringify(node?.['status']), new RegExp(`"Port":${it.kubelets.portOf('node-00000')}`));
  assert.equal(it.store.list('pods').length, 2);
  const kubelet = { port: it.kubelets.portOf('node-00000'), ca: it.certificates.clusterCa.certPem };
  const { tokens } = it.certificates;
  const status = async (token: string) => (await ask({ ...kubelet, token }, '/metrics/resource')).status;
  assert.deepEqual(await Promise.all([tokens['metrics-server'], tokens.nobody, 'x'].map(status)), [200, 403, 401]);
});

test('the truth of every node, pod and container can be asked for', async () => {
  await using it = await setUp();
  const { json } = await it.ask('/simulator/truth');
  const { nodes, pods, from, to } = json as TruthReport;
  assert.equal(to - from, 60_000);
  assert.deepEqual([nodes.length, pods.length, pods[0]?.containers.length], [1, 2, 1]);
  const samples = await it.ask('/simulator/samples/node-00000');
  assert.ok(Array.isArray((samples.json as { samples: unknown[] }).samples));
});

test('pods and nodes come and go, in the objects too', async () => {
  await using it = await setUp();
  const pod = { namespace: 'new', name: 'p', containers: [{ name: 'c', cpuCores: 0.1, memoryBytes: 1024 }] };
  assert.equal((await it.post('/simulator/pods', { node: 'node-00000', pod })).status, 201);
  assert.equal((await it.ask('/api/v1/namespaces/new/pods/p')).status, 200);
  assert.equal((await it.post('/simulator/pods', { node: 'node-00000', pod })).status, 409);
  const restarted = await it.post('/simulator/restarts', { namespace: 'new', pod: 'p', container: 'c' });
  assert.equal(restarted.status, 200);
  assert.equal((await it.ask('/simulator/pods/new/p', { method: 'DELETE' })).status, 200);
  assert.equal((await it.ask('/api/v1/namespaces/new/pods/p')).status, 404);

  assert.equal((await it.post('/simulator/nodes', { name: 'extra', pods: [pod] })).status, 201);
  assert.equal((await it.ask('/api/v1/nodes/extra')).status, 200);
  assert.equal((await it.ask('/api/v1/namespaces/new/pods/p')).status, 200);
  assert.equal((await it.ask('/simulator/nodes/extra', { method: 'DELETE' })).status, 200);
  assert.equal((await it.ask('/api/v1/nodes/extra')).status, 404);
  assert.equal((await it.ask('/api/v1/namespaces/new/pods/p')).status, 404);
});

test('a kubelet fails as told and recovers', async () => {
  await using it = await setUp();
  const kubelet = { port: it.kubelets.portOf('node-00000'), ca: it.certificates.clusterCa.certPem };
  const token = it.certificates.tokens['metrics-server'];
  await it.post('/simulator/faults', { node: 'node-00000', fault: { kind: 'status', status: 503 } });
  assert.equal((await ask({ ...kubelet, token }, '/metrics/resource')).status, 503);
  await it.post('/simulator/faults', { node: 'node-00000', fault: null });
  assert.equal((await ask({ ...kubelet, token }, '/metrics/resource')).status, 200);
});

test('the kube-apiserver goes down for a while and comes back', async () => {
  await using it = await setUp();
  assert.equal((await it.post('/simulator/apiserver', { action: 'down', forMs: 50 })).status, 200);
  for (let refused = false; !refused; )
    refused = await it.ask('/version').then(
      () => false,
      () => true,
    );
  for (let back = false; !back; )
    back = await it.ask('/version').then(
      () => true,
      () => false,
    );
  assert.equal((await it.ask('/api/v1/nodes/node-00000')).status, 200);
});

test('the kube-apiserver misbehaves as told, until told otherwise', async () => {
  await using it = await setUp();
  const review = () => it.post('/apis/authentication.k8s.io/v1/tokenreviews', { spec: { token: 'x' } });
  await it.post('/simulator/apiserver', { action: 'misbehave', tokenReviews: 'fail' });
  assert.equal((await review()).status, 500);
  await it.post('/simulator/apiserver', { action: 'misbehave' });
  assert.equal((await review()).status, 201);
  for (const action of ['drop-watches', 'silence-watches', 'expire-versions']) {
    assert.equal((await it.post('/simulator/apiserver', { action })).status, 200);
  }
});

test('the Service leads where it is told to', async () => {
  await using it = await setUp();
  await it.post('/simulator/metrics-server', { host: '127.0.0.1', port: 4443 });
  const slices = JSON.stringify(it.store.list('endpointslices.discovery.k8s.io'));
  assert.match(slices, /"addresses":\["127.0.0.1"\].*"port":4443/);
  assert.equal((await it.post('/simulator/metrics-server', null)).status, 200);
  assert.match(JSON.stringify(it.store.list('endpointslices.discovery.k8s.io')), /"endpoints":\[\]/);
});

test('mistakes are made by name, one at a time, and taken back without a trace', async () => {
  await using it = await setUp();
  assert.equal((await it.post('/simulator/installation', {})).status, 201);
  const before = JSON.stringify(it.store.list('pods').map(({ spec, status }) => ({ spec, status })));
  const listed = Object.keys((await it.ask('/simulator/misconfigurations')).json as object);
  assert.deepEqual(listed, misconfigurationNames);
  for (const name of ['service-missing', 'host-network-on-10250', 'csr-pending']) {
    assert.equal((await it.post('/simulator/misconfigurations', { name })).status, 200);
  }
  assert.equal((await it.ask('/api/v1/namespaces/kube-system/services/metrics-server')).status, 200);
  assert.equal(it.store.list('certificatesigningrequests.certificates.k8s.io').length, 3);
  assert.equal((await it.post('/simulator/misconfigurations', { name: null })).status, 200);
  assert.equal(it.store.list('certificatesigningrequests.certificates.k8s.io').length, 0);
  assert.equal(JSON.stringify(it.store.list('pods').map(({ spec, status }) => ({ spec, status }))), before);
  assert.equal((await it.post('/simulator/misconfigurations', { name: 'none' })).status, 400);
});

test('what cannot be done is refused with the reason', async () => {
  await using it = await setUp();
  const message = async (url: string, order: ApiOrder): Promise<string> => {
    const { status, json } = await it.ask(url, order);
    return `${status} ${(json as { message: string }).message}`;
  };
  const post = (url: string, body: unknown) => message(url, { method: 'POST', body });
  assert.match(await post('/simulator/faults', 'nonsense'), /^400 .*the body must be a JSON object/);
  assert.match(
    await post('/simulator/faults', { node: 'x', fault: { kind: 'odd' } }),
    /^400 .*fault.kind must be .*"odd"/,
  );
  assert.match(await post('/simulator/faults', { node: 'x', fault: { kind: 'hang' } }), /^404 there is no node "x"/);
  assert.match(await post('/simulator/apiserver', { action: 'down' }), /^400 .*forMs must be a number/);
  assert.match(await post('/simulator/pods', { node: 'node-00000' }), /^400 .*pod must be a JSON object/);
  assert.match(await post('/simulator/metrics-server', { host: '', port: 1 }), /^400 .*host must be a text/);
  assert.match(await message('/simulator/truth?from=x', {}), /^400 .*from must be epoch milliseconds/);
  assert.match(await message('/simulator/truth', { method: 'DELETE' }), /^405 .*takes GET/);
  assert.match(await message('/simulator/nothing', {}), /^404/);
});

test('only administrators may', async () => {
  await using it = await setUp();
  const client = { port: it.apiServer.port, ca: it.certificates.clusterCa.certPem };
  const { status } = await ask({ ...client, token: it.certificates.tokens.viewer }, '/simulator/truth');
  assert.equal(status, 403);
});

async function setUp() {
  const stack = new AsyncDisposableStack();
  const directory = await mkdtemp(join(tmpdir(), 'simulator-'));
  stack.defer(() => rm(directory, { recursive: true }));
  const shape = plainCluster({ nodes: 1, podsPerNode: 2, containersPerPod: 1, seed: 1 });
  const simulator = stack.use(await startSimulator({ directory, shape, clock: systemClock, log: silentLogger }));
  const { apiServer, certificates } = simulator;
  const client = { port: apiServer.port, ca: certificates.clusterCa.certPem, certificate: certificates.admin };
  const send = (url: string, order?: ApiOrder) => ask(client, url, order);
  return {
    ...simulator,
    ask: send,
    post: (url: string, body: unknown) => send(url, { method: 'POST', body }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
