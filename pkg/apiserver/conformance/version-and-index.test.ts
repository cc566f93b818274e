import assert from 'node:assert/strict';
import type { ApiServerOptions, HealthChecks } from '../api-server.ts';
import { test } from '../testing/every-protocol.ts';
import { askOfThings, bodyText, thingsIn } from '../testing/things.ts';

// `/version`, and the list of paths that `/` answers and that every path nobody knows answers too.

test('/version is laid out for people, whoever asks', async () => {
  const answer = await askOfThings('/version');
  assert.equal(answer.headers['Content-Type'], 'application/json');
  const text = await bodyText(answer);
  assert.equal(text, JSON.stringify(JSON.parse(text), undefined, 2));
  const { major, minor, gitVersion, platform } = JSON.parse(text);
  assert.deepEqual([major, minor, gitVersion, platform], ['1', '36', 'v1.36.0', 'linux/amd64']);
});

/** A row: a path, and the status that comes with the list. */
const indexed: readonly (readonly [path: string, status: number])[] = [
  ['/', 200],
  ['/index.html', 200],
  ['/api', 404],
  ['/nosuch', 404],
  ['/openapi', 404],
  ['/openapi/', 404],
  ['/openapi/v1', 404],
  ['/openapi/v2/', 404],
  ['/swagger.json', 404],
  ['/Version', 404],
];

for (const [path, status] of indexed) {
  test(`${path} answers ${status} with the list of paths`, async () => {
    const answer = await askOfThings(path);
    assert.equal(answer.status, status);
    assert.equal(answer.headers['Content-Type'], 'application/json');
    const text = await bodyText(answer);
    const { paths } = JSON.parse(text);
    assert.equal(text, JSON.stringify({ paths }, undefined, 2));
    assert.deepEqual(paths, thingPaths);
  });
}

test('with the checks and the group of metrics-server, the list is that of metrics-server', async () => {
  const resources = thingsIn('v1beta1').resources;
  const groups = [{ group: 'metrics.k8s.io', version: 'v1beta1', resources }];
  const paths = await pathsOf({ groups, health: referenceChecks });
  assert.deepEqual(paths, referencePaths);
});

test('each further version adds its own path', async () => {
  const more = await pathsOf({ groups: [thingsIn('v1beta1'), thingsIn('v1')] });
  assert.deepEqual(
    more.filter((path) => !thingPaths.includes(path)),
    ['/apis/things.example.com/v1beta1'],
  );
});

test('a server that describes no types lists no OpenAPI and serves none', async () => {
  const quiet = { openapi: undefined } as unknown as Partial<ApiServerOptions>;
  const paths = await pathsOf(quiet);
  assert.deepEqual(
    paths.filter((path) => path.startsWith('/openapi')),
    [],
  );
  assert.equal((await askOfThings('/openapi/v3', {}, quiet)).status, 404);
});

async function pathsOf(changes: Partial<ApiServerOptions>): Promise<readonly string[]> {
  const { paths } = JSON.parse(await bodyText(await askOfThings('/', {}, changes)));
  return paths;
}

const thingPaths: readonly string[] = [
  '/apis',
  '/apis/things.example.com',
  '/apis/things.example.com/v1',
  '/healthz',
  '/healthz/ping',
  '/livez',
  '/livez/ping',
  '/metrics',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/',
  '/readyz',
  '/readyz/ping',
  '/statusz',
  '/version',
];

const checks = (...names: readonly string[]) => names.map((name) => ({ name, check: () => undefined }));
const hooks = ['poststarthook/max-in-flight-filter', 'poststarthook/storage-object-count-tracker-hook'];
const referenceChecks: HealthChecks = {
  healthz: checks('ping', 'log', ...hooks, 'metadata-informer-sync'),
  livez: checks('ping', 'log', ...hooks, 'metric-collection-timely', 'metadata-informer-sync'),
  readyz: checks(
    'ping',
    'log',
    ...hooks,
    'metric-storage-ready',
    'metric-informer-sync',
    'metadata-informer-sync',
    'shutdown',
  ),
};

/** As a running metrics-server 0.9.0 lists them. */
const referencePaths: readonly string[] = [
  '/apis',
  '/apis/metrics.k8s.io',
  '/apis/metrics.k8s.io/v1beta1',
  '/healthz',
  '/healthz/log',
  '/healthz/metadata-informer-sync',
  '/healthz/ping',
  '/healthz/poststarthook/max-in-flight-filter',
  '/healthz/poststarthook/storage-object-count-tracker-hook',
  '/livez',
  '/livez/log',
  '/livez/metadata-informer-sync',
  '/livez/metric-collection-timely',
  '/livez/ping',
  '/livez/poststarthook/max-in-flight-filter',
  '/livez/poststarthook/storage-object-count-tracker-hook',
  '/metrics',
  '/openapi/v2',
  '/openapi/v3',
  '/openapi/v3/',
  '/readyz',
  '/readyz/log',
  '/readyz/metadata-informer-sync',
  '/readyz/metric-informer-sync',
  '/readyz/metric-storage-ready',
  '/readyz/ping',
  '/readyz/poststarthook/max-in-flight-filter',
  '/readyz/poststarthook/storage-object-count-tracker-hook',
  '/readyz/shutdown',
  '/statusz',
  '/version',
];
