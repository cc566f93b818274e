import assert from 'node:assert/strict';
import { test } from 'node:test';
import { requestTarget } from './request-target.ts';

const cases: readonly [string, string, object][] = [
  ['GET', '/api/v1/nodes', { verb: 'list', group: '', version: 'v1', resource: 'nodes' }],
  ['GET', '/api/v1/nodes?watch=true', { verb: 'watch', group: '', version: 'v1', resource: 'nodes' }],
  ['GET', '/api/v1/nodes/n1', { verb: 'get', group: '', version: 'v1', resource: 'nodes', name: 'n1' }],
  [
    'GET',
    '/api/v1/nodes/n1/metrics',
    { verb: 'get', group: '', version: 'v1', resource: 'nodes', subresource: 'metrics', name: 'n1' },
  ],
  ['GET', '/api/v1/namespaces', { verb: 'list', group: '', version: 'v1', resource: 'namespaces' }],
  ['GET', '/api/v1/namespaces/x', { verb: 'get', group: '', version: 'v1', resource: 'namespaces', name: 'x' }],
  [
    'DELETE',
    '/api/v1/namespaces/x/pods/p',
    { verb: 'delete', group: '', version: 'v1', resource: 'pods', namespace: 'x', name: 'p' },
  ],
  [
    'GET',
    '/apis/metrics.k8s.io/v1beta1/namespaces/x/pods?labelSelector=a',
    { verb: 'list', group: 'metrics.k8s.io', version: 'v1beta1', resource: 'pods', namespace: 'x' },
  ],
  [
    'GET',
    '/api/v1/namespaces/x/configmaps?fieldSelector=metadata.name%3Dc',
    { verb: 'list', group: '', version: 'v1', resource: 'configmaps', namespace: 'x', name: 'c' },
  ],
  [
    'POST',
    '/apis/authentication.k8s.io/v1/tokenreviews',
    { verb: 'create', group: 'authentication.k8s.io', version: 'v1', resource: 'tokenreviews' },
  ],
];

for (const [method, url, expected] of cases) {
  test(`${method} ${url} is about an object`, () => {
    assert.deepEqual(targetOf(method, url), { kind: 'resource', ...expected });
  });
}

for (const path of ['/', '/api', '/api/v1', '/apis', '/apis/metrics.k8s.io/v1beta1', '/healthz', '/simulator/truth']) {
  test(`GET ${path} is about a path`, () => {
    assert.deepEqual(targetOf('GET', path), { kind: 'path', verb: 'get', path });
  });
}

test('broken escapes do not break the reading', () => {
  assert.equal(targetOf('GET', '/api/v1/nodes/%zz').kind, 'resource');
});

function targetOf(method: string, url: string) {
  const [path = '', query] = url.split('?');
  return requestTarget(method, path, new URLSearchParams(query));
}
