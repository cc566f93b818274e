import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { answerDiscovery, type SeenRequest, startFakeBackend } from '../testing/fake-backend.ts';
import { backendCertificate, startTestCluster } from '../testing/test-cluster.ts';
import { answerGroup, answerRoot, answerVersion } from './discovery.ts';

const v2 = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
/** What kubectl 1.32 sends. */
const kubectl = `${v2},${v2.replace('v=v2', 'v=v2beta1')},application/json`;

interface WholeDocument {
  readonly items: { metadata: { name?: string }; versions: { version: string; freshness: string; resources?: [] }[] }[];
}

test('everything comes in one document for who understands it', () => {
  const { headers, body } = answerRoot('/apis', { accept: kubectl }, []);
  assert.equal(headers['Content-Type'], v2);
  const { items } = JSON.parse(String(body)) as WholeDocument;
  assert.equal(items[0]?.metadata.name, 'apiregistration.k8s.io');
  const core = JSON.parse(String(answerRoot('/api', { accept: kubectl }, []).body)) as WholeDocument;
  assert.deepEqual(
    core.items.map(({ metadata }) => metadata),
    [{}],
  );
});

test('an older client gets its own version of it, and the oldest the legacy documents', () => {
  const beta = answerRoot('/apis', { accept: v2.replace('v=v2', 'v=v2beta1') }, []);
  assert.match(String(beta.body), /"apiVersion":"apidiscovery.k8s.io\/v2beta1"/);
  for (const accept of ['application/json, */*', undefined]) {
    assert.match(String(answerRoot('/apis', { accept }, []).body), /"kind":"APIGroupList"/);
    assert.match(String(answerRoot('/api', { accept }, []).body), /"kind":"APIVersions"/);
  }
});

test('a document that is known already is not sent again', () => {
  const { headers } = answerRoot('/apis', { accept: v2 }, []);
  assert.equal(answerRoot('/apis', { accept: v2, 'if-none-match': String(headers['ETag']) }, []).status, 304);
});

test('every group and version that is listed has a document', () => {
  const { groups } = JSON.parse(String(answerRoot('/apis', { accept: 'application/json' }, []).body)) as {
    groups: { name: string; versions: { version: string }[] }[];
  };
  const listed = groups.flatMap(({ name, versions }) => versions.map(({ version }) => [name, version] as const));
  assert.ok(listed.length > 5);
  for (const [name, version] of listed) assert.equal(answerVersion(name, version)?.status, 200, `${name}/${version}`);
});

test('groups and versions that are not there have no document', () => {
  assert.equal(answerGroup('nothing.k8s.io', []), undefined);
  assert.equal(answerVersion('', 'v2'), undefined);
  assert.equal(answerGroup('discovery.k8s.io', [])?.status, 200);
  assert.equal(answerVersion('', 'v1')?.status, 200);
});

test('an aggregated group is Stale until its server has answered, then Current with what it serves', async () => {
  await using it = await setUp(answerDiscovery);
  it.cluster.objects.pointMetricsServerAt(undefined, ['v1beta1']);
  assert.deepEqual(await it.metricsVersions(), [{ version: 'v1beta1', freshness: 'Stale' }]);
  it.connect();
  const [version] = await it.becomesCurrent();
  assert.equal(version?.resources?.length, 1);
  const { json } = await it.cluster.ask('/apis/metrics.k8s.io');
  assert.deepEqual((json as { preferredVersion: unknown }).preferredVersion, {
    groupVersion: 'metrics.k8s.io/v1beta1',
    version: 'v1beta1',
  });
});

test('a server with aggregated discovery is asked for that, and again only for what changed', async () => {
  const resources = [{ resource: 'nodes', scope: 'Cluster', responseKind: { kind: 'NodeMetrics' }, verbs: ['get'] }];
  const document = {
    kind: 'APIGroupDiscoveryList',
    items: [
      { metadata: { name: 'metrics.k8s.io' }, versions: [{ version: 'v1beta1', freshness: 'Current', resources }] },
    ],
  };
  const answer = (request: SeenRequest, response: ServerResponse): void => {
    if (request.url !== '/apis') return answerDiscovery(request, response);
    if (request.headers['If-None-Match'] === '"e"') response.writeHead(304).end();
    else response.writeHead(200, { 'Content-Type': v2, ETag: '"e"' }).end(JSON.stringify(document));
  };
  await using it = await setUp(answer);
  it.connect();
  const [version] = await it.becomesCurrent();
  assert.deepEqual(version?.resources, resources);
  const [asked] = it.backend.seen.filter(({ url }) => url === '/apis');
  assert.equal(asked?.headers['Accept'], `${v2},${v2.replace('v=v2', 'v=v2beta1')}`);
  assert.equal(asked?.headers['X-Remote-User'], 'system:kube-aggregator');
  assert.equal(asked?.headers['X-Remote-Group'], 'system:masters');

  it.connect();
  await it.cluster.becomes('Passed');
  assert.equal((await it.becomesCurrent())[0]?.resources?.length, 1);
});

async function setUp(answer: (request: SeenRequest, response: ServerResponse) => void) {
  const stack = new AsyncDisposableStack();
  const backend = stack.use(await startFakeBackend(await backendCertificate()));
  backend.answer = answer;
  const cluster = stack.use(await startTestCluster());
  const metricsVersions = async () => {
    const { json } = await cluster.ask('/apis', { headers: { Accept: kubectl } });
    return (json as WholeDocument).items.find(({ metadata }) => metadata.name === 'metrics.k8s.io')?.versions ?? [];
  };
  return {
    backend,
    cluster,
    metricsVersions,
    connect: () => cluster.objects.pointMetricsServerAt({ host: '127.0.0.1', port: backend.port }, ['v1beta1']),
    async becomesCurrent() {
      for (;;) {
        const versions = await metricsVersions();
        if (versions[0]?.freshness === 'Current') return versions;
      }
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
