import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ask } from '../testing/api-client.ts';
import { answerDiscovery, type FakeBackend, startFakeBackend } from '../testing/fake-backend.ts';
import { backendCertificate, sharedCertificates, startTestCluster } from '../testing/test-cluster.ts';
import { availableCondition } from './api-service.ts';

const nodes = '/apis/metrics.k8s.io/v1beta1/nodes';

test('an aggregated server that answers becomes available, and requests reach it', async () => {
  await using it = await setUp();
  await it.becomes('Passed');
  const { status, json } = await it.ask(nodes);
  assert.equal(status, 200);
  assert.deepEqual(json, { kind: 'NodeMetricsList', items: [] });
});

test('the probes come as the aggregator, with the front proxy’s certificate and the service’s name', async () => {
  await using it = await setUp();
  await it.becomes('Passed');
  const probe = it.backend.seen.find(({ url }) => url === '/apis/metrics.k8s.io/v1beta1');
  assert.equal(probe?.clientName, 'front-proxy-client');
  assert.equal(probe?.serverName, 'metrics-server.kube-system.svc');
  assert.equal(probe?.headers['X-Remote-User'], 'system:kube-aggregator');
  assert.equal(probe?.headers['X-Remote-Group'], 'system:masters');
  assert.equal(probe?.headers['Accept'], undefined);
});

test('a request arrives in the name of its sender, whatever the sender claims', async () => {
  await using it = await setUp();
  await it.becomes('Passed');
  const headers = {
    Accept: 'application/vnd.kubernetes.protobuf, */*',
    'X-Remote-User': 'system:admin',
    'X-Remote-Group': 'system:masters',
    'X-Remote-Extra-Scopes': 'all',
    'Kubectl-Command': 'kubectl top node',
    'Audit-Id': 'audit-1',
  };
  await it.ask(nodes, { as: 'viewer', headers });
  const { headers: seen } = it.lastSeen(nodes);
  const expected = {
    Accept: 'application/vnd.kubernetes.protobuf, */*',
    'Accept-Encoding': 'gzip',
    'Audit-Id': 'audit-1',
    Connection: 'keep-alive',
    Host: `127.0.0.1:${it.backend.port}`,
    'Kubectl-Command': 'kubectl top node',
    'X-Forwarded-For': '127.0.0.1',
    'X-Forwarded-Host': `127.0.0.1:${it.backend.port}`,
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Uri': nodes,
    'X-Remote-Group': 'system:authenticated',
    'X-Remote-User': 'viewer',
  };
  assert.deepEqual(seen, expected);
});

test('a user with a certificate arrives with its fingerprint as an extra', async () => {
  await using it = await setUp();
  await it.becomes('Passed');
  const { status } = await it.askWithCertificate(nodes);
  assert.equal(status, 200);
  const { headers } = it.lastSeen(nodes);
  assert.equal(headers['X-Remote-User'], 'kubernetes-admin');
  assert.equal(headers['X-Remote-Group'], 'system:masters, system:authenticated');
  const extra = headers['X-Remote-Extra-authentication.kubernetes.io%2Fcredential-id'];
  assert.match(extra ?? '', /^X509SHA256=[0-9a-f]{64}$/);
});

test('a query arrives sorted by key', async () => {
  await using it = await setUp();
  await it.becomes('Passed');
  await it.ask(`${nodes}?limit=5&labelSelector=a%20in%20(b,c)&fieldSelector=metadata.name%3Dx`);
  const expected = `${nodes}?fieldSelector=metadata.name%3Dx&labelSelector=a+in+%28b%2Cc%29&limit=5`;
  assert.equal(it.backend.seen.at(-1)?.url, expected);
});

test('a body arrives whole', async () => {
  await using it = await setUp();
  await it.becomes('Passed');
  await it.ask(nodes, { method: 'POST', body: { a: 1 } });
  const { method, body } = it.lastSeen(nodes);
  assert.deepEqual([method, body], ['POST', '{"a":1}']);
});

test('what the server says comes back, but for what belongs to the connection', async () => {
  await using it = await setUp();
  await it.becomes('Passed');
  it.backend.answer = (_, response) => {
    response.setHeader('Warning', ['299 - "one"', '299 - "two"']);
    const headers = {
      ETag: '"x"',
      'Retry-After': '7',
      'Cache-Control': 'no-cache',
      'Access-Control-Allow-Origin': '*',
    };
    response.writeHead(418, { ...headers, 'Audit-Id': 'theirs' }).end('tea');
  };
  const { status, text, lines } = await it.ask(nodes, { headers: { 'Audit-Id': 'ours' } });
  assert.deepEqual([status, text], [418, 'tea']);
  assert.deepEqual(lines['warning'], ['299 - "one"', '299 - "two"']);
  assert.deepEqual(lines['etag'], ['"x"']);
  assert.deepEqual(lines['retry-after'], ['7']);
  assert.deepEqual(lines['cache-control'], ['no-cache, private', 'no-cache']);
  assert.deepEqual(lines['audit-id'], ['ours', 'theirs']);
  assert.equal(lines['access-control-allow-origin'], undefined);
});

test('gzip is undone for who did not ask for it, and left alone for who did', async () => {
  await using it = await setUp();
  await it.becomes('Passed');
  it.backend.answer = (_, response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('plain'));
  const plain = await it.ask(nodes);
  assert.deepEqual([plain.text, plain.headers['content-encoding']], ['plain', undefined]);
  const packed = await it.ask(nodes, { headers: { 'Accept-Encoding': 'gzip' } });
  assert.equal(packed.headers['content-encoding'], 'gzip');
});

test('an answer that breaks off breaks off for the client too', async () => {
  await using it = await setUp();
  await it.becomes('Passed');
  it.backend.answer = (_, response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.write('{"kind":');
    setImmediate(() => response.destroy());
  };
  await assert.rejects(it.ask(nodes));
});

test('without an endpoint there is 503 in words, and the reason is on the APIService', async () => {
  await using it = await setUp();
  await it.becomes('Passed');
  it.objects.pointMetricsServerAt(undefined, ['v1beta1']);
  await it.becomes('MissingEndpoints');
  const { status, text } = await it.ask(nodes);
  assert.deepEqual([status, text], [503, 'service unavailable\n']);
});

test('a server that goes away is found out at the next look, and a request before it hears of the failed connection', async () => {
  await using it = await setUp();
  await it.becomes('Passed');
  await it.backend[Symbol.asyncDispose]();
  const { status, text } = await it.ask(nodes);
  assert.equal(status, 503);
  assert.match(text, /^error trying to reach service: dial tcp 127\.0\.0\.1:\d+: connect: connection refused/);
});

test('a server that fails its probes is unavailable, and available again soon after it recovers', async () => {
  await using it = await setUp((backend) => {
    backend.answer = (_, response) => response.writeHead(500).end();
  });
  const { object } = await it.becomes('FailedDiscoveryCheck');
  assert.match(String(availableCondition(object)?.['message']), /bad status from https:.*: 500$/);
  it.backend.answer = answerDiscovery;
  await it.becomes('Passed');
});

test('a certificate is checked against the bundle and the service’s name', async () => {
  const { clusterCa, frontProxyCa } = await sharedCertificates();
  await using wrongCa = await setUp(undefined, { caBundle: frontProxyCa.certPem });
  const refused = await wrongCa.becomes('FailedDiscoveryCheck');
  assert.match(String(availableCondition(refused.object)?.['message']), /unknown authority/);

  await using wrongName = await setUp(undefined, { caBundle: clusterCa.certPem, dnsName: 'somebody.else.svc' });
  const misnamed = await wrongName.becomes('FailedDiscoveryCheck');
  assert.match(String(availableCondition(misnamed.object)?.['message']), /not valid for metrics-server/);

  await using right = await setUp(undefined, { caBundle: clusterCa.certPem });
  await right.becomes('Passed');
});

test('who may not read metrics is refused before the aggregated server hears of it', async () => {
  await using it = await setUp();
  await it.becomes('Passed');
  const before = it.backend.seen.filter(({ url }) => url === nodes).length;
  const { status, json } = await it.ask(nodes, { as: 'nobody' });
  assert.equal(status, 403);
  assert.match(JSON.stringify(json), /cannot list resource \\"nodes\\" in API group \\"metrics.k8s.io\\"/);
  assert.equal(it.backend.seen.filter(({ url }) => url === nodes).length, before);
});

async function setUp(
  prepare: (backend: FakeBackend) => void = () => undefined,
  { caBundle, dnsName }: { readonly caBundle?: string; readonly dnsName?: string } = {},
) {
  const stack = new AsyncDisposableStack();
  const backend = await startFakeBackend(await backendCertificate(dnsName));
  stack.use(backend);
  prepare(backend);
  const cluster = stack.use(await startTestCluster());
  const address = { host: '127.0.0.1', port: backend.port, ...(caBundle !== undefined && { caBundle }) };
  cluster.objects.pointMetricsServerAt(address, ['v1beta1']);
  const { certificates, server } = cluster;
  return {
    ...cluster,
    backend,
    lastSeen: (url: string) => backend.seen.filter((one) => one.url === url).at(-1)!,
    async askWithCertificate(url: string) {
      return ask({ port: server.port, ca: certificates.clusterCa.certPem, certificate: certificates.admin }, url);
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
