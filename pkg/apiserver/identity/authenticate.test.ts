import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import type { ClientTrust, RequestHeaderTrust } from '../../model/client-trust.ts';
import type { TokenVerdict, User } from '../../model/user.ts';
import { type Facts, type Logger, silentLogger } from '../../telemetry/logger.ts';
import {
  type CertificateOrder,
  type CertificatePair,
  generateKey,
  issueCertificate,
} from '../certificates/issue-certificate.ts';
import type { ApiRequest } from '../exchange.ts';
import { type Authentication, Authenticator } from './authenticate.ts';
import type { TokenReviewer } from './bearer-token.ts';

const start = new WoundClock().now();
const day = 86_400_000;
const [key, otherKey] = await Promise.all([generateKey(), generateKey()]);
const proxyCa = await issued('proxy-ca', { isCa: true });
const clientCa = await issued('client-ca', { isCa: true });
const strangeCa = await issued('proxy-ca', { isCa: true, key: otherKey });
const proxy = await issued('front-proxy-client', { issuer: proxyCa });
const alice = await issued('alice', { issuer: clientCa, organizations: ['dev', 'ops'] });

const requestHeader: RequestHeaderTrust = {
  ca: proxyCa.certPem,
  allowedNames: ['front-proxy-client'],
  usernameHeaders: ['X-Remote-User', 'X-Other-User'],
  uidHeaders: ['X-Remote-Uid'],
  groupHeaders: ['X-Remote-Group'],
  extraHeaderPrefixes: ['X-Remote-Extra-'],
};
const trust: ClientTrust = { clientCa: clientCa.certPem, requestHeader };
const jane = { 'x-remote-user': 'jane', 'x-remote-group': ['dev', 'a, b'] };
const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'], extra: {} };

test('whoever shows nothing is anonymous', async () => {
  assert.deepEqual(await userOf({}), anonymous);
});

test('the front proxy says who asks: name, uid, every group as sent, extras by unescaped lower-case key', async () => {
  const headers = {
    ...jane,
    'x-remote-uid': 'u-1',
    'x-remote-extra-scopes': ['one', 'two'],
    'x-remote-extra-example.com%2fteam': 'blue',
    'x-remote-extra-bad%escape': 'kept',
  };
  assert.deepEqual(await userOf({ headers, certificates: [proxy] }), {
    name: 'jane',
    uid: 'u-1',
    groups: ['dev', 'a, b', 'system:authenticated'],
    extra: { scopes: ['one', 'two'], 'example.com/team': ['blue'], 'bad%escape': ['kept'] },
  });
});

test('names beyond ASCII arrive as the front proxy sent them', async () => {
  const asNodeReads = Buffer.from('jürgen').toString('latin1');
  const user = await userOf({ headers: { 'x-remote-user': asNodeReads }, certificates: [proxy] });
  assert.equal(user.name, 'jürgen');
});

test('the first username header that says something wins', async () => {
  const headers = { 'x-remote-user': '', 'x-other-user': 'second' };
  assert.equal((await userOf({ headers, certificates: [proxy] })).name, 'second');
});

test('headers without the certificate of the front proxy name nobody', async () => {
  assert.deepEqual(await userOf({ headers: { ...jane, 'x-remote-group': 'system:masters' } }), anonymous);
  const asAlice = await userOf({ headers: jane, certificates: [alice] });
  assert.equal(asAlice.name, 'alice');
  assert.deepEqual(asAlice.groups, ['dev', 'ops', 'system:authenticated']);
});

test('headers name nobody while nobody may speak for others, or nothing is trusted yet', async () => {
  assert.deepEqual(await userOf({ headers: jane, certificates: [proxy], trust: undefined }), anonymous);
  assert.deepEqual(await userOf({ headers: jane, certificates: [proxy], trust: {} }), anonymous);
});

test('a front proxy of another authority, even one of the same name, is refused', async () => {
  const lookAlike = await issued('front-proxy-client', { issuer: strangeCa });
  const itself = await issued('front-proxy-client', { key: otherKey });
  for (const certificates of [[lookAlike], [lookAlike, strangeCa], [itself]]) {
    const refused = await reasonOf({ headers: jane, certificates });
    assert.match(refused, /^front proxy: certificate signed by unknown authority; client certificate: /);
  }
});

test('a certificate of the right authority with a name not allowed is refused', async () => {
  const other = await issued('somebody-else', { issuer: proxyCa });
  const refused = await reasonOf({ headers: jane, certificates: [other] });
  assert.match(refused, /^front proxy: common name "somebody-else" is not allowed; /);
});

test('without a list of names every certificate of the authority may speak for others', async () => {
  const other = await issued('somebody-else', { issuer: proxyCa });
  const open = { ...trust, requestHeader: { ...requestHeader, allowedNames: [] } };
  assert.equal((await userOf({ headers: jane, certificates: [other], trust: open })).name, 'jane');
});

test('an expired front proxy is refused, and so is one from the future', async () => {
  const expired = await issued('front-proxy-client', { issuer: proxyCa, notAfter: start - 1000 });
  const early = await issued('front-proxy-client', { issuer: proxyCa, notBefore: start + 1000 });
  assert.match(await reasonOf({ headers: jane, certificates: [expired] }), /has expired at/);
  assert.match(await reasonOf({ headers: jane, certificates: [early] }), /is not valid before/);
});

test('a certificate for servers only may not speak for others', async () => {
  const server = await issued('front-proxy-client', { issuer: proxyCa, usages: ['server'] });
  assert.match(await reasonOf({ headers: jane, certificates: [server] }), /may not be used by clients/);
});

test('a front proxy below an intermediate is known by the intermediate it presents', async () => {
  const between = await issued('between', { isCa: true, issuer: proxyCa, key: otherKey });
  const below = await issued('front-proxy-client', { issuer: between });
  assert.equal((await userOf({ headers: jane, certificates: [below, between] })).name, 'jane');
  assert.match(await reasonOf({ headers: jane, certificates: [below] }), /unknown authority/);
});

test('a front proxy with a certificate over elliptic curves is known', async () => {
  const read = (name: string): string =>
    readFileSync(join(import.meta.dirname, '../testdata/certificates', `${name}.pem`), 'utf8');
  const certificates = [{ certPem: read('ecdsa-proxy'), keyPem: '' }];
  const curves = { requestHeader: { ...requestHeader, ca: read('ecdsa-ca') } };
  assert.equal((await userOf({ headers: jane, certificates, trust: curves })).name, 'jane');
});

test('a rotated authority of the front proxy takes effect with the next request on the same connection', async () => {
  let current: ClientTrust = trust;
  const authenticator = authenticatorFor({ trust: () => current });
  const request = asRequest({ headers: jane, certificates: [proxy] });
  assert.equal((await authenticator.authenticate(request)).kind, 'user');
  current = { ...trust, requestHeader: { ...requestHeader, ca: strangeCa.certPem } };
  assert.equal((await authenticator.authenticate(request)).kind, 'unauthorized');
  current = { ...trust, requestHeader: { ...requestHeader, ca: strangeCa.certPem + proxyCa.certPem } };
  assert.equal((await authenticator.authenticate(request)).kind, 'user');
});

test('the front proxy asking for itself, without a name, is nobody: its certificate does not make it a user', async () => {
  assert.match(await reasonOf({ certificates: [proxy] }), /^client certificate: certificate signed by unknown/);
  assert.deepEqual(await userOf({ certificates: [proxy], trust: { requestHeader } }), anonymous);
});

test('a client certificate names a user: common name, organizations as groups, its fingerprint', async () => {
  const fingerprint = createHash('sha256').update(new X509Certificate(alice.certPem).raw).digest('hex');
  assert.deepEqual(await userOf({ certificates: [alice] }), {
    name: 'alice',
    groups: ['dev', 'ops', 'system:authenticated'],
    extra: { 'authentication.kubernetes.io/credential-id': [`X509SHA256=${fingerprint}`] },
  });
});

test('a client certificate that does not verify is refused, never anonymous', async () => {
  const mallory = await issued('alice', { issuer: strangeCa, organizations: ['system:masters'] });
  const expired = await issued('alice', { issuer: clientCa, notAfter: start - 1000 });
  assert.match(await reasonOf({ certificates: [mallory] }), /client certificate: certificate signed by unknown/);
  assert.match(await reasonOf({ certificates: [expired] }), /client certificate: certificate "alice" has expired/);
});

test('a token that is accepted wins over a certificate that is not', async () => {
  const mallory = await issued('alice', { issuer: strangeCa });
  const headers = { authorization: 'Bearer good' };
  assert.equal((await userOf({ headers, certificates: [mallory] })).name, 'bob');
});

test('a bearer token names the user that the kube-apiserver knows; the scheme may be in any case', async () => {
  for (const authorization of ['Bearer good', 'bearer good', '  BEARER good  ', 'Bearer good more']) {
    const user = await userOf({ headers: { authorization } });
    assert.deepEqual(user, { name: 'bob', groups: ['testers', 'system:authenticated'], extra: {} }, authorization);
  }
});

test('what is no bearer token is not looked at', async () => {
  for (const authorization of ['Basic Z29vZA==', 'Bearer', 'Bearer ', 'Bearer  good', '']) {
    assert.deepEqual(await userOf({ headers: { authorization } }), anonymous, authorization);
  }
});

test('whoever puts a second space before the token is nobody in particular, and is told so', async () => {
  const warned = async (authorization: string) => {
    const caller = await authenticatorFor({}).authenticate(asRequest({ headers: { authorization } }));
    return caller.kind === 'user' && caller.user.name === 'system:anonymous' ? (caller.warnings ?? []) : undefined;
  };
  const sentence = 'the provided Authorization header contains extra space before the bearer token, and is ignored';
  assert.deepEqual(await warned('Bearer  good'), [sentence]);
  assert.deepEqual(await warned('bearer   good'), [sentence]);
  for (const authorization of ['Bearer', 'Bearer ', 'Basic  Z29vZA==', ''])
    assert.deepEqual(await warned(authorization), [], authorization);
});

test('a token that is rejected, or cannot be reviewed, is refused, never anonymous', async () => {
  assert.equal(await reasonOf({ headers: { authorization: 'Bearer bad' } }), 'bearer token: unknown');
  assert.equal(
    await reasonOf({ headers: { authorization: 'Bearer outage' } }),
    'bearer token could not be reviewed: connection refused',
  );
});

test('a token is reviewed once in a while, accepted or not, but every time while nobody can review', async () => {
  const clock = new WoundClock();
  const asked: string[] = [];
  const authenticator = authenticatorFor({ clock, tokens: reviewing(asked) });
  const present = (token: string): Promise<Authentication> =>
    authenticator.authenticate(asRequest({ headers: { authorization: `Bearer ${token}` } }));
  for (const token of ['good', 'good', 'bad', 'bad', 'outage', 'outage']) await present(token);
  assert.deepEqual(asked, ['good', 'bad', 'outage', 'outage']);

  await clock.wind(10_000);
  for (const token of ['good', 'bad']) await present(token);
  assert.equal(asked.length, 4, 'ten seconds are not over before they are over');
  await clock.wind(1);
  for (const token of ['good', 'bad']) await present(token);
  assert.deepEqual(asked.slice(4), ['good', 'bad']);
  assert.equal(clock.waiting, 0);
});

test('tokens are not cached when told so', async () => {
  const asked: string[] = [];
  const authenticator = authenticatorFor({ tokens: reviewing(asked), tokenCacheTtlMs: 0 });
  const request = asRequest({ headers: { authorization: 'Bearer good' } });
  await authenticator.authenticate(request);
  await authenticator.authenticate(request);
  assert.equal(asked.length, 2);
});

test('two who present one token at the same time share one review, also when the first of them leaves', async () => {
  const asked: AbortSignal[] = [];
  const { promise: verdict, resolve } = Promise.withResolvers<TokenVerdict>();
  const tokens: TokenReviewer = {
    review(_token, signal) {
      asked.push(signal);
      return verdict;
    },
  };
  const authenticator = authenticatorFor({ tokens });
  const leaving = new AbortController();
  const headers = { authorization: 'Bearer good' };
  const first = authenticator.authenticate({ ...asRequest({ headers }), signal: leaving.signal });
  const second = authenticator.authenticate(asRequest({ headers }));
  leaving.abort();
  assert.equal((await first).kind, 'unauthorized');
  assert.equal(asked[0]?.aborted, false);
  resolve({ kind: 'authenticated', user: { name: 'bob', groups: [], extra: {} } });
  assert.equal((await second).kind, 'user');
  assert.equal(asked.length, 1);
});

test('a review that nobody waits for any more is given up, and one without an answer ends after 30 s', async () => {
  const clock = new WoundClock();
  const asked: AbortSignal[] = [];
  const tokens: TokenReviewer = {
    review(_token, signal) {
      asked.push(signal);
      return new Promise(() => undefined);
    },
  };
  const authenticator = authenticatorFor({ clock, tokens });
  const leaving = new AbortController();
  const request = asRequest({ headers: { authorization: 'Bearer good' } });
  const left = authenticator.authenticate({ ...request, signal: leaving.signal });
  leaving.abort();
  await left;
  assert.equal(asked[0]?.aborted, true);

  const waiting = authenticator.authenticate(request);
  await clock.wind(30_000);
  assert.deepEqual(await waiting, {
    kind: 'unauthorized',
    reason: 'bearer token could not be reviewed: no answer in time',
  });
  assert.equal(clock.waiting, 0);
});

test('groups that say whether somebody is known are left as they are', async () => {
  const headers = { 'x-remote-user': 'jane', 'x-remote-group': 'system:authenticated' };
  assert.deepEqual((await userOf({ headers, certificates: [proxy] })).groups, ['system:authenticated']);
  const nobody = { 'x-remote-user': 'system:anonymous', 'x-remote-group': 'system:unauthenticated' };
  assert.deepEqual(await userOf({ headers: nobody, certificates: [proxy] }), anonymous);
});

test('why somebody was refused is logged without the token', async () => {
  const lines: string[] = [];
  const detail = (_: number, message: string, facts: Facts = {}): void => {
    lines.push(`${message} ${JSON.stringify(facts)}`);
  };
  const log: Logger = { ...silentLogger, detail };
  await authenticatorFor({ log }).authenticate(asRequest({ headers: { authorization: 'Bearer bad-secret' } }));
  assert.equal(lines.length, 1);
  assert.doesNotMatch(lines[0]!, /secret/);
});

test('extras may bear any name without harm', async () => {
  const headers = { 'x-remote-user': 'jane', 'x-remote-extra-__proto__': 'x' };
  const user = await userOf({ headers, certificates: [proxy] });
  assert.deepEqual(Object.entries(user.extra), [['__proto__', ['x']]]);
});

interface Asking {
  readonly headers?: IncomingHttpHeaders;
  readonly certificates?: readonly CertificatePair[];
  /** Absent = the usual; undefined = nothing known yet. */
  readonly trust?: ClientTrust | undefined;
}

function asRequest({ headers = {}, certificates = [] }: Asking): ApiRequest {
  return {
    method: 'GET',
    path: '/apis/metrics.k8s.io/v1beta1/nodes',
    query: new URLSearchParams(),
    headers,
    peerChain: certificates.map(({ certPem }) => new X509Certificate(certPem)),
    remoteAddress: '192.0.2.1',
    signal: new AbortController().signal,
  };
}

function authenticatorFor(options: Partial<ConstructorParameters<typeof Authenticator>[0]> = {}): Authenticator {
  return new Authenticator({
    trust: () => trust,
    tokens: reviewing([]),
    tokenCacheTtlMs: 10_000,
    clock: new WoundClock(),
    log: silentLogger,
    ...options,
  });
}

async function authentication(asking: Asking): Promise<Authentication> {
  const current = 'trust' in asking ? asking.trust : trust;
  return await authenticatorFor({ trust: () => current }).authenticate(asRequest(asking));
}

async function userOf(asking: Asking): Promise<User> {
  const outcome = await authentication(asking);
  assert.ok(outcome.kind === 'user', JSON.stringify(outcome));
  return outcome.user;
}

async function reasonOf(asking: Asking): Promise<string> {
  const outcome = await authentication(asking);
  assert.ok(outcome.kind === 'unauthorized', JSON.stringify(outcome));
  return outcome.reason;
}

function reviewing(asked: string[]): TokenReviewer {
  return {
    async review(token): Promise<TokenVerdict> {
      asked.push(token);
      if (token === 'outage') return { kind: 'unavailable', reason: 'connection refused' };
      if (token !== 'good') return { kind: 'rejected', reason: 'unknown' };
      return { kind: 'authenticated', user: { name: 'bob', groups: ['testers'], extra: {} } };
    },
  };
}

function issued(commonName: string, wishes: Partial<CertificateOrder> = {}): Promise<CertificatePair> {
  const usages = wishes.isCa ? [] : ['client' as const];
  return issueCertificate({ commonName, usages, notBefore: start - day, notAfter: start + day, key, ...wishes });
}
