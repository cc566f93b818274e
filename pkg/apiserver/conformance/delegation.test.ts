import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import type { AccessAttributes, AccessVerdict, TokenVerdict, User } from '../../model/user.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { type CertificatePair, generateKey, issueCertificate } from '../certificates/issue-certificate.ts';
import type { ApiRequest } from '../exchange.ts';
import { Authenticator } from '../identity/authenticate.ts';
import { Authorizer } from '../identity/authorize.ts';
import { test } from '../testing/every-protocol.ts';
import { ask, root, type Served, statusText } from './served-metrics.ts';

// aggregated-api.md §4.2, §4.3: what a caller meets, from the credential to the refusal.

const clock = new WoundClock();
const key = await generateKey();
const validity = { notBefore: clock.now() - 60_000, notAfter: clock.now() + 86_400_000, key };
const authority = await issueCertificate({ commonName: 'authority', isCa: true, usages: [], ...validity });
const chain = ({ certPem }: CertificatePair): readonly X509Certificate[] => [new X509Certificate(certPem)];
const proxy = chain(
  await issueCertificate({ commonName: 'proxy', issuer: authority, usages: ['client'], ...validity }),
);
const strange = chain(await issueCertificate({ commonName: 'proxy', usages: ['client'], ...validity }));

/** The kube-apiserver, as far as it is asked. */
interface Reviews {
  readonly token?: TokenVerdict;
  readonly access?: AccessVerdict;
}

const away = { kind: 'unavailable', reason: 'SubjectAccessReview: connect ECONNREFUSED <10.0.0.1>' } as const;
const tokensAway = { kind: 'unavailable', reason: 'TokenReview: connect ECONNREFUSED' } as const;
const denied: AccessVerdict = { kind: 'denied', reason: '' };
const bob: User = { name: 'bob', uid: '7', groups: ['dev'], extra: { scope: ['a'] } };

interface Meeting extends Reviews {
  readonly promise: string;
  readonly target?: string;
  readonly chain?: readonly X509Certificate[];
  readonly headers?: IncomingHttpHeaders;
  readonly status: number;
  readonly body?: string;
}

const through = (user: string, ...groups: readonly string[]) => ({
  'x-remote-user': user,
  'x-remote-group': [...groups],
});
const unauthorized = statusText(401, 'Unauthorized', 'Unauthorized');
const nodes = `${root}/nodes`;

const meetings: readonly Meeting[] = [
  {
    promise: 'whoever the front proxy names, and may, is served',
    chain: proxy,
    headers: through('bob', 'dev'),
    status: 200,
  },
  {
    promise: 'the aggregator, a master, is served while the kube-apiserver is away',
    chain: proxy,
    headers: through('system:kube-aggregator', 'system:masters'),
    access: away,
    status: 200,
  },
  {
    promise: 'health is told to anybody while the kube-apiserver is away',
    target: '/readyz',
    access: away,
    status: 200,
  },
  {
    promise: 'whoever needs a review is told in plain text that there is none',
    chain: proxy,
    headers: through('bob'),
    access: away,
    target: `${nodes}?a=<b>,%20c&d`,
    status: 500,
    body: `Internal Server Error: "${nodes}?a=&lt;b&gt;,%20c&amp;d": SubjectAccessReview: connect ECONNREFUSED &lt;10.0.0.1&gt;\n`,
  },
  {
    promise: 'a token that nobody can look up is no credential, and not nobody either',
    headers: { authorization: 'Bearer t' },
    token: tokensAway,
    status: 401,
    body: unauthorized,
  },
  {
    promise: 'a token that is not known likewise',
    headers: { authorization: 'Bearer t' },
    token: { kind: 'rejected', reason: 'no' },
    status: 401,
    body: unauthorized,
  },
  {
    promise: 'a certificate of another authority likewise',
    chain: strange,
    headers: through('bob'),
    status: 401,
    body: unauthorized,
  },
  {
    promise: 'a known token is served, its user reviewed',
    headers: { authorization: ' bearer t ' },
    token: { kind: 'authenticated', user: bob },
    status: 200,
  },
  {
    promise: 'the word of the front proxy counts only with its certificate',
    headers: through('bob', 'system:masters'),
    access: denied,
    status: 403,
    body: statusText(
      403,
      'Forbidden',
      'nodes.metrics.k8s.io is forbidden: User "system:anonymous" cannot list resource "nodes" in API group "metrics.k8s.io" at the cluster scope',
      { group: 'metrics.k8s.io', kind: 'nodes' },
    ),
  },
  {
    promise: 'who may not see one pod is told which',
    chain: proxy,
    headers: through('bob'),
    target: `${root}/namespaces/demo/pods/p`,
    access: { kind: 'denied', reason: 'no rule' },
    status: 403,
    body: statusText(
      403,
      'Forbidden',
      'pods.metrics.k8s.io "p" is forbidden: User "bob" cannot get resource "pods" in API group "metrics.k8s.io" in the namespace "demo": no rule',
      { name: 'p', group: 'metrics.k8s.io', kind: 'pods' },
    ),
  },
  {
    promise: 'who may not see part of a pod is told which part',
    chain: proxy,
    headers: through('bob'),
    target: `${root}/namespaces/demo/pods/p/log`,
    access: denied,
    status: 403,
    body: statusText(
      403,
      'Forbidden',
      'pods.metrics.k8s.io "p" is forbidden: User "bob" cannot get resource "pods/log" in API group "metrics.k8s.io" in the namespace "demo"',
      { name: 'p', group: 'metrics.k8s.io', kind: 'pods' },
    ),
  },
  {
    promise: 'who may not see a path is told which, whether it is there or not',
    target: '/nosuch',
    access: denied,
    status: 403,
    body: statusText(403, 'Forbidden', 'forbidden: User "system:anonymous" cannot get path "/nosuch"', {}),
  },
];

for (const { promise, status, body, ...meeting } of meetings) {
  test(promise, async () => {
    const { answer } = await meet(meeting);
    assert.equal(answer.status, status, answer.text);
    if (body !== undefined) assert.equal(answer.text, body);
  });
}

test('a token behind two spaces is no credential; whoever sent it is warned, also by a refusal', async () => {
  const headers = { authorization: 'Bearer  t' };
  const warnings = ['the provided Authorization header contains extra space before the bearer token, and is ignored'];
  const { answer, asked } = await meet({ headers, token: { kind: 'authenticated', user: bob }, access: denied });
  assert.deepEqual([answer.status, asked[0]?.[0].name, answer.warnings], [403, 'system:anonymous', warnings]);
  assert.deepEqual((await meet({ headers })).answer.warnings, warnings);
});

test('the reviewer is told who asks, with uid, extra and the group everybody known is in', async () => {
  const { asked } = await meet({
    headers: { authorization: 'Bearer t' },
    token: { kind: 'authenticated', user: bob },
    target: `${root}/pods?labelSelector=app%3Dweb&fieldSelector=metadata.name%3Dp`,
  });
  const attributes: AccessAttributes = {
    kind: 'resource',
    verb: 'list',
    group: 'metrics.k8s.io',
    version: 'v1beta1',
    resource: 'pods',
    name: 'p',
    fieldSelector: [{ key: 'metadata.name', operator: 'In', values: ['p'] }],
    labelSelector: [{ key: 'app', operator: 'In', values: ['web'] }],
  };
  assert.deepEqual(asked, [[{ ...bob, groups: ['dev', 'system:authenticated'] }, attributes]]);
});

test('who acts as somebody else is asked about first, then that somebody', async () => {
  const { asked, answer } = await meet({
    chain: proxy,
    headers: { ...through('bob'), 'impersonate-user': 'carol', 'impersonate-group': 'ops' },
  });
  assert.equal(answer.status, 200);
  assert.deepEqual(
    asked.map(([user, what]) => `${user.name} ${what.verb} ${what.kind === 'path' ? what.path : what.resource}`),
    ['bob impersonate users', 'bob impersonate groups', 'carol list nodes'],
  );
  assert.deepEqual(asked.at(-1)?.[0].groups, ['ops', 'system:authenticated']);
});

test('a master may act as anybody, and is nobody special then', async () => {
  const { asked, answer } = await meet({
    chain: proxy,
    headers: { ...through('root', 'system:masters'), 'impersonate-user': 'carol' },
    access: denied,
  });
  assert.equal(answer.status, 403);
  assert.deepEqual(
    asked.map(([user]) => user.name),
    ['carol'],
  );
});

async function meet({
  target = nodes,
  chain: peerChain = [],
  headers = {},
  token = { kind: 'rejected', reason: '' },
  access = { kind: 'allowed', reason: '' },
}: Omit<Meeting, 'promise' | 'status' | 'body'>): Promise<{
  readonly answer: Served;
  readonly asked: readonly (readonly [User, AccessAttributes])[];
}> {
  const asked: [User, AccessAttributes][] = [];
  const requestHeader = {
    ca: authority.certPem,
    allowedNames: ['proxy'],
    usernameHeaders: ['X-Remote-User'],
    uidHeaders: [],
    groupHeaders: ['X-Remote-Group'],
    extraHeaderPrefixes: ['X-Remote-Extra-'],
  };
  const authenticator = new Authenticator({
    trust: () => ({ clientCa: '', requestHeader }),
    tokens: { review: async () => token },
    tokenCacheTtlMs: 10_000,
    clock,
    log: silentLogger,
  });
  const reviewer = {
    review: async (user: User, attributes: AccessAttributes): Promise<AccessVerdict> => {
      asked.push([user, attributes]);
      return access;
    },
  };
  const authorizer = new Authorizer({
    reviewer,
    alwaysAllowPaths: ['/healthz', '/readyz', '/livez'],
    authorizedTtlMs: 10_000,
    unauthorizedTtlMs: 10_000,
    clock,
    log: silentLogger,
  });
  const request: Partial<ApiRequest> = { peerChain, headers };
  return { answer: await ask(target, request, { authenticator, authorizer }), asked };
}
