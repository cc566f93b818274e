import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { User } from '../../model/user.ts';
import { requestTarget } from './request-target.ts';
import { clusterRights, forbiddenMessage, mayDo, metricsServerAccount } from './rights.ts';

const authenticated = ['system:authenticated'];
const admin: User = { name: 'kubernetes-admin', groups: ['system:masters', ...authenticated], extra: {} };
const metricsServer: User = { name: metricsServerAccount, groups: authenticated, extra: {} };
const viewer: User = { name: 'viewer', groups: authenticated, extra: {} };
const nobody: User = { name: 'nobody', groups: authenticated, extra: {} };
const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'], extra: {} };

const configMap = '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication';
const allowed: readonly [User, string, string][] = [
  [admin, 'DELETE', '/api/v1/nodes/n'],
  [admin, 'GET', '/simulator/truth'],
  [metricsServer, 'GET', '/api/v1/nodes?watch=true'],
  [metricsServer, 'GET', '/api/v1/pods'],
  [metricsServer, 'GET', '/api/v1/nodes/n/metrics'],
  [metricsServer, 'GET', configMap],
  [
    metricsServer,
    'GET',
    `${configMap.replace(/\/[^/]+$/, '')}?fieldSelector=metadata.name=extension-apiserver-authentication`,
  ],
  [metricsServer, 'POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews'],
  [viewer, 'GET', '/apis/metrics.k8s.io/v1beta1/nodes'],
  [viewer, 'GET', '/api/v1/nodes'],
  [nobody, 'GET', '/apis'],
  [nobody, 'GET', '/apis/metrics.k8s.io/v1beta1'],
  [nobody, 'POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews'],
  [anonymous, 'GET', '/version'],
];

const denied: readonly [User, string, string][] = [
  [metricsServer, 'DELETE', '/api/v1/pods/p'],
  [metricsServer, 'GET', '/api/v1/namespaces/kube-system/configmaps'],
  [metricsServer, 'GET', '/api/v1/namespaces/default/configmaps/extension-apiserver-authentication'],
  [metricsServer, 'GET', '/api/v1/nodes/n/stats'],
  [viewer, 'POST', '/api/v1/nodes'],
  [viewer, 'GET', '/simulator/truth'],
  [nobody, 'GET', '/apis/metrics.k8s.io/v1beta1/nodes'],
  [nobody, 'GET', '/api/v1/nodes'],
  [anonymous, 'GET', '/apis'],
];

for (const [user, method, url] of allowed) {
  test(`${user.name} may ${method} ${url}`, () => assert.equal(may(user, method, url), true));
}

for (const [user, method, url] of denied) {
  test(`${user.name} may not ${method} ${url}`, () => assert.equal(may(user, method, url), false));
}

test('a refusal says who may not do what, and where', () => {
  const messages = [
    forbiddenMessage(nobody, target('GET', '/apis/metrics.k8s.io/v1beta1/namespaces/shop/pods/p')),
    forbiddenMessage(nobody, target('GET', '/api/v1/nodes')),
    forbiddenMessage(anonymous, target('GET', '/apis')),
  ];
  assert.deepEqual(messages, [
    'pods.metrics.k8s.io "p" is forbidden: User "nobody" cannot get resource "pods" in API group "metrics.k8s.io" in the namespace "shop"',
    'nodes is forbidden: User "nobody" cannot list resource "nodes" in API group "" at the cluster scope',
    'forbidden: User "system:anonymous" cannot get path "/apis"',
  ]);
});

const may = (user: User, method: string, url: string): boolean => mayDo(clusterRights, user, target(method, url));

function target(method: string, url: string) {
  const [path = '', query] = url.split('?');
  return requestTarget(method, path, new URLSearchParams(query));
}
