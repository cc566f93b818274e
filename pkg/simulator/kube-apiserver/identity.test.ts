import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import type { User } from '../../model/user.ts';
import { sharedCertificates } from '../testing/test-cluster.ts';
import { anonymous, bearerToken, impersonated, recognise } from './identity.ts';

const ann: User = { name: 'ann', groups: ['system:authenticated'], extra: {} };
const tokens = new Map([['t', ann]]);
const nothing = { authorization: undefined, certificate: undefined, certificateRejected: false };

test('a token is found whatever the spelling of its scheme', () => {
  for (const header of ['Bearer t', 'bearer t', 'BEARER   t ']) assert.equal(bearerToken(header), 't');
  for (const header of ['Basic t', 'Bearer', 'Bearer a b', undefined]) assert.equal(bearerToken(header), undefined);
});

test('a known token is its user, an unknown one is refused, none is anonymous', () => {
  assert.deepEqual(recognise({ ...nothing, authorization: 'Bearer t' }, tokens), { kind: 'known', user: ann });
  assert.deepEqual(recognise({ ...nothing, authorization: 'Bearer x' }, tokens), { kind: 'refused' });
  assert.deepEqual(recognise(nothing, tokens), { kind: 'known', user: anonymous });
});

test('a certificate names its user and groups', async () => {
  const { admin } = await sharedCertificates();
  const certificate = new X509Certificate(admin.certPem);
  const recognition = recognise({ ...nothing, certificate }, tokens);
  assert.ok(recognition.kind === 'known');
  assert.equal(recognition.user.name, 'kubernetes-admin');
  assert.deepEqual(recognition.user.groups, ['system:masters', 'system:authenticated']);
});

test('a certificate of somebody else’s CA is refused, unless a token says who it is', () => {
  const rejected = { ...nothing, certificateRejected: true };
  assert.deepEqual(recognise(rejected, tokens), { kind: 'refused' });
  assert.deepEqual(recognise({ ...rejected, authorization: 'Bearer t' }, tokens), { kind: 'known', user: ann });
});

test('kubectl --as and --as-group name somebody else', () => {
  assert.equal(impersonated({}), undefined);
  assert.deepEqual(impersonated({ 'impersonate-user': 'bob', 'impersonate-group': 'a, b' }), {
    name: 'bob',
    groups: ['a', 'b', 'system:authenticated'],
    extra: {},
  });
});
