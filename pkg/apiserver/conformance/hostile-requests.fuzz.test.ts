import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { test } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import type { AccessVerdict } from '../../model/user.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { ApiServer } from '../api-server.ts';
import { generateKey, issueCertificate } from '../certificates/issue-certificate.ts';
import type { Answer, ApiRequest } from '../exchange.ts';
import { Authenticator } from '../identity/authenticate.ts';
import { Authorizer } from '../identity/authorize.ts';
import { madeRequest } from '../made-request.ts';
import { bodyBytes } from './body-bytes.ts';
import { Dice } from './dice.ts';
import { recordedExchanges } from './recorded-exchange.ts';
import { recordedResource } from './recorded-resource.ts';

// `make fuzz` sets both. Without them this is a short run that is the same every time.
const seconds = Number(process.env['FUZZ_SECONDS'] ?? 0);
const firstSeed = Number(process.env['FUZZ_SEED'] ?? 1);
const shortRun = 150;

const root = '/apis/metrics.k8s.io/v1beta1';
const clock = new WoundClock();
const key = await generateKey();
const validity = { notBefore: clock.now() - 60_000, notAfter: clock.now() + 86_400_000, key };
const authority = await issueCertificate({ commonName: 'authority', isCa: true, usages: [], ...validity });
const proxy = await issueCertificate({ commonName: 'proxy', issuer: authority, usages: ['client'], ...validity });
const proxyChain = [new X509Certificate(proxy.certPem)];

const exchanges = recordedExchanges();
const [nodes, pods] = ['059', '063'].map((capture) => exchanges.find((each) => each.capture === capture));
/** What the server called unexpected. */
const faults: unknown[] = [];
const server = fuzzedServer();

const subjects: readonly (readonly [promise: string, draw: (dice: Dice) => ApiRequest | Promise<ApiRequest>])[] = [
  ['request lines', requestLine],
  ['Accept headers', (dice) => madeRequest(target(dice), { headers: { accept: accept(dice) } })],
  ['selectors and options', (dice) => madeRequest(`${root}/${dice.of(['pods', 'nodes'])}`, { query: query(dice) })],
  ['other headers', (dice) => madeRequest(target(dice), { headers: headers(dice), peerChain: proxyChain })],
  ["certificates' subjects", certificate],
];

for (const [promise, draw] of subjects) {
  test(`whatever ${promise} hold, there is an answer the reference could give`, async () => {
    const until = performance.now() + (seconds * 1000) / subjects.length;
    let seed = firstSeed;
    for (; seconds > 0 ? performance.now() < until : seed < firstSeed + shortRun; seed++) {
      const request = await draw(new Dice(seed));
      await assertFitting(request, seed);
    }
    if (seconds > 0) console.log(`${promise}: ${seed - firstSeed} requests, seeds ${firstSeed} to ${seed - 1}`);
  });
}

async function assertFitting(request: ApiRequest, seed: number): Promise<void> {
  const answer = await server.handle(request);
  const body = await bodyBytes(answer.body);
  const words = `FUZZ_SEED=${seed}: ${request.method} ${request.path}?${request.query} ${JSON.stringify(request.headers)}`;
  assert.deepEqual(faults.splice(0), [], words);
  assert.ok([200, 304, 400, 401, 403, 404, 405, 406, 422, 500].includes(answer.status), `${answer.status} ${words}`);
  for (const value of Object.values(answer.headers)) assert.match(value, /^[\t\x20-\x7e]*$/, words);
  if (answer.status >= 400 && request.method !== 'HEAD') assertRefusal(answer, body, words);
}

function assertRefusal({ status, headers }: Answer, body: Buffer, words: string): void {
  const text = body.toString();
  const type = headers['Content-Type'] ?? '';
  if (status === 500) assert.match(text, /^Internal Server Error: "/, words);
  else if (type.startsWith('text/plain')) assert.equal(status, text === '400 Bad Request\n' ? 400 : status, words);
  else if (type === 'application/vnd.kubernetes.protobuf')
    assert.equal(body.subarray(0, 4).toString('latin1'), 'k8s\0', words);
  else if (type === 'application/yaml') assert.match(text, /^apiVersion: v1\n/, words);
  else assert.ok('paths' in JSON.parse(text) || JSON.parse(text).code === status, words);
}

function requestLine(dice: Dice): ApiRequest {
  const methods = ['GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'X'];
  return madeRequest(target(dice), { method: dice.of(methods) });
}

function target(dice: Dice): string {
  const pieces = ['/', '//', '.', '..', '%2f', '%2e', '%', '%zz', '%ff', '%00', 'watch', 'proxy', 'namespaces', 'pods'];
  const more = [
    'nodes',
    'rig-node-1',
    'demo',
    'status',
    '*',
    ':',
    '(',
    '[',
    '?',
    ';',
    ' ',
    '\\',
    '\0',
    'é'.repeat(300),
  ];
  const starts = [
    root,
    `${root}/nodes`,
    `${root}/namespaces/demo/pods`,
    `${root}/watch`,
    '/apis',
    '/api/v1',
    '/livez',
    '',
  ];
  const path = dice.of(starts) + dice.text([...pieces, ...more], 8);
  return dice.below(3) === 0 ? `${path}?${query(dice)}` : path;
}

function accept(dice: Dice): string {
  const types = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf', '*/*', 'application/*'];
  const table = ';as=Table;v=v1;g=meta.k8s.io';
  const bits = [
    table,
    ';as=PartialObjectMetadataList;v=v1;g=meta.k8s.io',
    ';as=x',
    ';q=0.5',
    ';q=x',
    ';q=',
    ';q=1e999',
  ];
  const more = [',', ', ', ';', '=', '/', 'text/html', ';pretty=1', ';stream=watch', ';sv=v1', '"', '\\'];
  return dice.text([...types, ...types, ...bits, ...more], 10);
}

function query(dice: Dice): URLSearchParams {
  const names = ['labelSelector', 'fieldSelector', 'limit', 'continue', 'resourceVersion', 'resourceVersionMatch'];
  const more = ['sendInitialEvents', 'watch', 'timeoutSeconds', 'timeout', 'pretty', 'includeObject', 'export', 'x'];
  const bits = [
    'a',
    'in',
    'notin',
    '(',
    ')',
    ',',
    '=',
    '==',
    '!=',
    '!',
    '<',
    '>',
    ' ',
    '\\',
    '1',
    '-',
    'metadata.name',
  ];
  const values = [
    'metadata.namespace',
    '9'.repeat(30),
    '1s',
    'Exact',
    '0',
    'true',
    'x'.repeat(70),
    '/',
    '%',
    'x'.repeat(20_000),
  ];
  const pairs = Array.from({ length: dice.below(4) }, () => [
    dice.of([...names, ...more]),
    dice.text([...bits, ...values], 8),
  ]);
  return new URLSearchParams(pairs as [string, string][]);
}

function headers(dice: Dice): IncomingHttpHeaders {
  // Of these Node gives one value, however often they come.
  const single = ['accept', 'accept-encoding', 'user-agent', 'authorization', 'if-none-match', 'range', 'content-type'];
  const several = ['audit-id', 'x-remote-user', 'x-remote-group', 'x-remote-extra-a', 'x-remote-extra-%', '__proto__'];
  const claims = [
    'impersonate-user',
    'impersonate-group',
    'impersonate-uid',
    'impersonate-extra-%zz',
    'impersonate-extra-',
  ];
  const bits = ['gzip', ',', ';q=0', 'Bearer ', 'system:', 'masters', 'serviceaccount:', 'a', ':', '*', '"', 'curl/'];
  const pairs = Array.from({ length: dice.below(8) }, () => {
    const value = dice.text(bits, 6);
    const name = dice.of([...single, ...several, ...claims]);
    const isTwice = !single.includes(name) && dice.below(3) === 0;
    return [name, isTwice ? [value, dice.text(bits, 3)] : value] as const;
  });
  return Object.fromEntries(pairs);
}

/** Somebody whom our own authority vouches for under a strange name, sometimes with a byte turned. */
async function certificate(dice: Dice): Promise<ApiRequest> {
  const words = ['system:masters', 'CN=', ',', '/', '\\', '"', '+', '=', '\0', '\n', ' ', 'proxy', '*', '<'];
  const order = {
    commonName: dice.text(words, 5),
    organizations: Array.from({ length: dice.below(4) }, () => dice.text(words, 3)),
  };
  const { certPem } = await issueCertificate({ ...order, issuer: authority, usages: ['client'], ...validity });
  const der = Buffer.from(new X509Certificate(certPem).raw);
  if (dice.below(2) === 0) der[dice.below(der.length)] = dice.below(256);
  return madeRequest(`${root}/nodes`, { peerChain: chainOf(der), headers: headers(dice) });
}

/** None where TLS itself would have refused it. */
function chainOf(der: Buffer): readonly X509Certificate[] {
  try {
    return [new X509Certificate(der)];
  } catch {
    return [];
  }
}

function fuzzedServer(): ApiServer {
  assert.ok(nodes && pods);
  const log = { ...silentLogger, error: (message: string, facts: unknown) => void faults.push([message, facts]) };
  const requestHeader = {
    ca: authority.certPem,
    allowedNames: [],
    usernameHeaders: ['X-Remote-User'],
    uidHeaders: ['X-Remote-Uid'],
    groupHeaders: ['X-Remote-Group'],
    extraHeaderPrefixes: ['X-Remote-Extra-'],
  };
  const allowed: AccessVerdict = { kind: 'allowed', reason: '' };
  return new ApiServer({
    groups: [
      {
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        resources: [
          recordedResource({ name: 'nodes', kind: 'NodeMetrics', namespaced: false, list: nodes }, nodes),
          recordedResource({ name: 'pods', kind: 'PodMetrics', namespaced: true, list: pods }, pods),
        ],
      },
    ],
    authenticator: new Authenticator({
      trust: () => ({ clientCa: authority.certPem, requestHeader }),
      tokens: { review: async () => ({ kind: 'rejected', reason: '' }) },
      tokenCacheTtlMs: 0,
      clock,
      log: silentLogger,
    }),
    authorizer: new Authorizer({
      reviewer: { review: async (user) => (user.name === 'masters' ? { kind: 'denied', reason: '' } : allowed) },
      alwaysAllowPaths: [],
      authorizedTtlMs: 0,
      unauthorizedTtlMs: 0,
      clock,
      log: silentLogger,
    }),
    health: { livez: [], readyz: [], healthz: [] },
    expose: () => '',
    version: { major: '1', minor: '36', gitVersion: 'v1' } as never,
    openapi: { title: 'fuzzed', clock },
    log: log as never,
    newId: () => 'made-id',
    serverAddress: ':4444',
  });
}
