import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import type { AccessAttributes, AccessVerdict, User } from '../../model/user.ts';
import { impersonate } from '../identity/impersonate.ts';
import { madeRequest } from '../made-request.ts';

const path = '/apis/metrics.k8s.io/v1beta1/nodes';
const admin: User = { name: 'admin', groups: ['system:authenticated'], extra: {} };

interface Acting {
  readonly promise: string;
  readonly headers: IncomingHttpHeaders;
  /** What is asked, as `resource[/subresource].group [namespace/]name`, in order. */
  readonly asked: readonly string[];
  readonly user: User;
}

const acts: readonly Acting[] = [
  {
    promise: 'a user is asked about by name and is authenticated',
    headers: { 'impersonate-user': 'bob' },
    asked: ['users. bob'],
    user: { name: 'bob', groups: ['system:authenticated'], extra: {} },
  },
  {
    promise: 'each group is asked about, and being authenticated is added',
    headers: { 'impersonate-user': 'bob', 'impersonate-group': ['dev', 'a, b'] },
    asked: ['users. bob', 'groups. dev', 'groups. a, b'],
    user: { name: 'bob', groups: ['dev', 'a, b', 'system:authenticated'], extra: {} },
  },
  {
    promise: 'who claims to be unauthenticated is not made authenticated',
    headers: { 'impersonate-user': 'bob', 'impersonate-group': 'system:unauthenticated' },
    asked: ['users. bob', 'groups. system:unauthenticated'],
    user: { name: 'bob', groups: ['system:unauthenticated'], extra: {} },
  },
  {
    promise: 'nobody in particular is unauthenticated, whatever the groups',
    headers: { 'impersonate-user': 'system:anonymous', 'impersonate-group': 'dev' },
    asked: ['users. system:anonymous', 'groups. dev'],
    user: { name: 'system:anonymous', groups: ['dev', 'system:unauthenticated'], extra: {} },
  },
  {
    promise: 'a service account is asked about as such and has its groups',
    headers: { 'impersonate-user': 'system:serviceaccount:web:reader' },
    asked: ['serviceaccounts. web/reader'],
    user: {
      name: 'system:serviceaccount:web:reader',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:web', 'system:authenticated'],
      extra: {},
    },
  },
  {
    promise: 'the groups asked for take the place of those of a service account',
    headers: { 'impersonate-user': 'system:serviceaccount:web:reader', 'impersonate-group': 'dev' },
    asked: ['serviceaccounts. web/reader', 'groups. dev'],
    user: { name: 'system:serviceaccount:web:reader', groups: ['dev', 'system:authenticated'], extra: {} },
  },
  {
    promise: 'what is no name of a service account is a user',
    headers: { 'impersonate-user': 'system:serviceaccount:Web:reader' },
    asked: ['users. system:serviceaccount:Web:reader'],
    user: { name: 'system:serviceaccount:Web:reader', groups: ['system:authenticated'], extra: {} },
  },
  {
    promise: 'names are UTF-8, though Node reads them byte by byte',
    headers: { 'impersonate-user': asNodeReads('jürgen'), 'impersonate-group': asNodeReads('Büro') },
    asked: ['users. jürgen', 'groups. Büro'],
    user: { name: 'jürgen', groups: ['Büro', 'system:authenticated'], extra: {} },
  },
  {
    promise: 'each extra value is asked about, keys unescaped, and the uid last',
    headers: {
      'impersonate-user': 'bob',
      'impersonate-uid': '7',
      'impersonate-extra-scopes': ['view', 'edit'],
      'impersonate-extra-acme.com%2fproject': 'p',
    },
    asked: [
      'users. bob',
      'userextras/scopes.authentication.k8s.io view',
      'userextras/scopes.authentication.k8s.io edit',
      'userextras/acme.com/project.authentication.k8s.io p',
      'uids.authentication.k8s.io 7',
    ],
    user: {
      name: 'bob',
      uid: '7',
      groups: ['system:authenticated'],
      extra: { scopes: ['view', 'edit'], 'acme.com/project': ['p'] },
    },
  },
];

for (const { promise, headers, asked, user } of acts) {
  test(`impersonation: ${promise}`, async () => {
    const questions: AccessAttributes[] = [];
    const outcome = await acting({ ...headers, accept: 'a/b' }, (question) => {
      questions.push(question);
      return { kind: 'allowed', reason: '' };
    });
    assert.deepEqual(questions.map(inWords), asked);
    assert.ok(outcome.kind === 'acting');
    assert.deepEqual(outcome.user, user);
    assert.deepEqual(outcome.request.headers, { accept: 'a/b' });
  });
}

test('impersonation: whoever asks for nobody else asks no reviewer', async () => {
  assert.deepEqual(await acting({ 'impersonate-user': '' }, () => assert.fail()), { kind: 'none' });
});

const refusals: readonly (readonly [promise: string, refused: string, message: string, details: object])[] = [
  [
    'a user',
    'users',
    'users "bob" is forbidden: User "admin" cannot impersonate resource "users" in API group "" at the cluster scope: no',
    { name: 'bob', group: '', kind: 'users' },
  ],
  [
    'a group',
    'groups',
    'groups "dev" is forbidden: User "admin" cannot impersonate resource "groups" in API group "" at the cluster scope: no',
    { name: 'dev', group: '', kind: 'groups' },
  ],
  [
    'an extra value',
    'userextras',
    'userextras.authentication.k8s.io "view" is forbidden: User "admin" cannot impersonate resource "userextras/scopes" in API group "authentication.k8s.io" at the cluster scope: no',
    { name: 'view', group: 'authentication.k8s.io', kind: 'userextras' },
  ],
];

for (const [promise, refused, message, details] of refusals) {
  test(`impersonation: one claim that is not allowed is a 403 that names it: ${promise}`, async () => {
    const headers = { 'impersonate-user': 'bob', 'impersonate-group': 'dev', 'impersonate-extra-scopes': 'view' };
    const outcome = await acting(headers, (question) => ({
      kind: question.kind === 'resource' && question.resource === refused ? 'denied' : 'allowed',
      reason: 'no',
    }));
    assert.deepEqual(outcome, { kind: 'refused', status: { code: 403, reason: 'Forbidden', message, details } });
  });
}

test('impersonation: a claim that nobody could be asked about is not allowed, and does not say why', async () => {
  const outcome = await acting({ 'impersonate-user': 'bob' }, () => ({ kind: 'unavailable', reason: 'away' }));
  assert.ok(outcome.kind === 'refused');
  assert.equal(outcome.status.code, 403);
  assert.doesNotMatch(outcome.status.message, /away/);
});

const incomplete: readonly (readonly [headers: IncomingHttpHeaders, message: string])[] = [
  [{ 'impersonate-group': ['a', 'b'] }, 'requested [{Group  a    } {Group  b    }] without impersonating a user'],
  [{ 'impersonate-uid': '7' }, 'requested [{UID  7  authentication.k8s.io/v1  }] without impersonating a user'],
  [
    { 'impersonate-extra-scopes': 'v' },
    'requested [{UserExtra  v  authentication.k8s.io/v1  scopes}] without impersonating a user',
  ],
];

for (const [headers, message] of incomplete) {
  test(`impersonation: ${Object.keys(headers).join()} without a user is a 400`, async () => {
    const outcome = await acting(headers, () => assert.fail());
    assert.deepEqual(outcome, { kind: 'refused', status: { code: 400, reason: 'BadRequest', message } });
  });
}

function acting(headers: IncomingHttpHeaders, decide: (question: AccessAttributes) => AccessVerdict) {
  return impersonate(madeRequest(path, { headers }), admin, {
    authorize: async (user, question) => {
      assert.equal(user, admin);
      return decide(question);
    },
  });
}

function inWords(attributes: AccessAttributes): string {
  if (attributes.kind === 'path') return attributes.path;
  const { verb, group, resource, subresource, namespace, name } = attributes;
  assert.equal(verb, 'impersonate');
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  return `${what}.${group} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

function asNodeReads(text: string): string {
  return Buffer.from(text).toString('latin1');
}
