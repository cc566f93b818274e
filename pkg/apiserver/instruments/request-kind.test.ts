import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { madeRequest } from '../made-request.ts';
import type { ApiGroupVersion, Resource } from '../resource.ts';
import { RequestKinds } from './request-kind.ts';

const resource = (name: string, namespaced: boolean): Resource<unknown> =>
  ({ name, namespaced, kind: 'X' }) as unknown as Resource<unknown>;

const groups = [
  { group: 'metrics.k8s.io', version: 'v1beta1', resources: [resource('nodes', false), resource('pods', true)] },
] as unknown as readonly ApiGroupVersion[];

const api = '/apis/metrics.k8s.io/v1beta1';

/** method, target, verb, resource, scope, subresource, component, whether it is counted */
const rows: readonly (readonly [string, string, string, string, string, string, string, boolean])[] = [
  ['GET', `${api}/nodes`, 'LIST', 'nodes', 'cluster', '', 'apiserver', true],
  ['GET', `${api}/nodes/`, 'LIST', 'nodes', 'cluster', '', 'apiserver', true],
  ['GET', `${api}/nodes/n1`, 'GET', 'nodes', 'resource', '', 'apiserver', true],
  ['GET', `${api}/pods?limit=500`, 'LIST', 'pods', 'cluster', '', 'apiserver', true],
  ['GET', `${api}/pods?watch=1`, 'WATCH', 'pods', 'cluster', '', 'apiserver', true],
  ['GET', `${api}/namespaces/a/pods`, 'LIST', 'pods', 'namespace', '', 'apiserver', true],
  [
    'GET',
    `${api}/namespaces/a/pods?fieldSelector=metadata.name%3Dp`,
    'LIST',
    'pods',
    'namespace',
    '',
    'apiserver',
    true,
  ],
  ['GET', `${api}/namespaces/a/pods/p`, 'GET', 'pods', 'resource', '', 'apiserver', true],
  ['GET', `${api}/namespaces/a/pods/p?watch=1`, 'GET', 'pods', 'resource', '', 'apiserver', true],
  ['POST', `${api}/namespaces/a/pods`, 'POST', 'pods', 'namespace', '', 'apiserver', false],
  ['GET', `${api}/namespaces/a/nodes`, 'GET', '', '', '', 'apiserver', false],
  ['GET', `${api}/pods/p`, 'GET', '', '', '', 'apiserver', false],
  ['GET', `${api}/namespaces/a/pods/p/log`, 'GET', '', '', '', 'apiserver', false],
  ['GET', `${api}/secrets`, 'GET', '', '', '', 'apiserver', false],
  ['GET', '/apis/example.com/v1/pods', 'GET', '', '', '', 'apiserver', false],
  ['GET', '/apis', 'GET', '', '', 'apis', 'apiserver', true],
  ['GET', '/apis/', 'GET', '', '', 'apis', 'apiserver', true],
  ['POST', '/apis', 'POST', '', '', 'apis', 'apiserver', false],
  ['GET', '/apis/metrics.k8s.io', 'GET', '', '', '', 'apiserver', false],
  ['GET', '/healthz?verbose', 'GET', '', '', '/healthz', '', true],
  ['HEAD', '/livez', 'GET', '', '', '/livez', '', true],
  ['GET', '/readyz', 'GET', '', '', '/readyz', '', true],
  ['GET', '/readyz/ping', 'GET', '', '', '', 'apiserver', false],
  ['GET', '/openapi/v2', 'GET', '', '', '/openapi/v2', 'apiserver', false],
  ['GET', '/nowhere', 'GET', '', '', '', 'apiserver', false],
  ['PROPFIND', '/nowhere', 'other', '', '', '', 'apiserver', false],
];

describe('requests are told apart as the kube-apiserver does it', () => {
  for (const [method, target, verb, name, scope, subresource, component, counted] of rows) {
    it(`${method} ${target}`, () => {
      const kind = new RequestKinds(groups).of(madeRequest(target, { method }));
      const { resource: said, ...rest } = kind;
      assert.deepEqual(
        { resource: said, verb: rest.verb, scope: rest.scope, subresource: rest.subresource },
        { resource: name, verb, scope, subresource },
      );
      assert.equal(rest.component, component);
      assert.equal(rest.counted, counted);
    });
  }

  it('there are few kinds, whatever strangers send', () => {
    const kinds = new RequestKinds(groups);
    const seen = new Set<unknown>();
    for (let index = 0; index < 2_000; index++) {
      const odd = String.fromCodePoint(33 + (index % 90)).repeat(1 + (index % 7)) + index;
      for (const path of [`/${odd}`, `${api}/${odd}`, `${api}/namespaces/${odd}/pods/${odd}`, `/apis/${odd}/v1/${odd}`])
        for (const method of ['GET', odd]) seen.add(kinds.of(madeRequest('/', { path, method })));
    }
    assert.ok(seen.size <= 8, `${seen.size} kinds`);
  });
});
