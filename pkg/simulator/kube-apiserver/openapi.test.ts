import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { answerDiscovery, type SeenRequest, startFakeBackend } from '../testing/fake-backend.ts';
import { backendCertificate, startTestCluster } from '../testing/test-cluster.ts';

const v1beta1 = 'apis/metrics.k8s.io/v1beta1';

test('the root lists the documents of aggregated versions, as their servers do', async () => {
  await using it = await setUp();
  const { status, json } = await it.ask('/openapi/v3');
  assert.equal(status, 200);
  assert.deepEqual(json, { paths: { [v1beta1]: { serverRelativeURL: `/openapi/v3/${v1beta1}?hash=A` } } });
  const read = it.backend.seen.find(({ url }) => url === '/openapi/v3');
  assert.equal(read?.headers['X-Remote-User'], 'system:aggregator');
});

test('a document of theirs is read from them', async () => {
  await using it = await setUp();
  const { text } = await it.ask(`/openapi/v3/${v1beta1}?hash=A`);
  assert.equal(text, `{"asked":"/openapi/v3/${v1beta1}?hash=A"}`);
});

test('who reads OpenAPI v2 gets it in the form they take', async () => {
  await using it = await setUp();
  const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
  const { status, text } = await it.ask('/openapi/v2', { headers: { Accept: accept } });
  assert.deepEqual([status, text], [200, '{"asked":"/openapi/v2"}']);
  assert.equal(it.backend.seen.find(({ url }) => url === '/openapi/v2')?.headers['Accept'], accept);
});

test('without aggregated servers there is nothing to describe', async () => {
  await using cluster = await startTestCluster();
  assert.equal((await cluster.ask('/openapi/v2')).status, 404);
  assert.deepEqual((await cluster.ask('/openapi/v3')).json, { paths: {} });
});

function answer(request: SeenRequest, response: ServerResponse): void {
  if (!request.url.startsWith('/openapi')) return answerDiscovery(request, response);
  const names = ['apis', v1beta1, 'version'];
  const paths = names.map((name) => [name, { serverRelativeURL: `/openapi/v3/${name}?hash=A` }]);
  response.setHeader('Content-Type', 'application/json');
  const isRoot = request.url === '/openapi/v3';
  response.end(JSON.stringify(isRoot ? { paths: Object.fromEntries(paths) } : { asked: request.url }));
}

async function setUp() {
  const stack = new AsyncDisposableStack();
  const backend = stack.use(await startFakeBackend(await backendCertificate()));
  backend.answer = answer;
  const cluster = stack.use(await startTestCluster());
  cluster.objects.pointMetricsServerAt({ host: '127.0.0.1', port: backend.port }, ['v1beta1']);
  await cluster.becomes('Passed');
  return { ...cluster, backend, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}
