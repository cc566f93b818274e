import assert from 'node:assert/strict';
import { request } from 'node:https';
import { test } from 'node:test';
import { systemClock } from '../../lifecycle/clock.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { issueCertificate } from '../certificates/issue-certificate.ts';
import { listen } from '../listen/listener.ts';
import { Authenticator } from './authenticate.ts';
import { type SocketToken, tokenInProtocols } from './socket-token.ts';

const named = (token: string): string =>
  `base64url.bearer.authorization.k8s.io.${Buffer.from(token).toString('base64url')}`;
const refused = (reason: string): SocketToken => ({ kind: 'error', reason: `WebSocket: ${reason}` });
const none: SocketToken = { kind: 'no-opinion' };

/** A row: the protocols offered, and what they say. */
const offers: readonly (readonly [promise: string, protocols: string | undefined, said: SocketToken])[] = [
  ['a token beside another protocol', `v4.channel.k8s.io, ${named('größe')}`, { kind: 'token', token: 'größe' }],
  ['the order does not matter', `${named('t')},v4.channel.k8s.io`, { kind: 'token', token: 't' }],
  ['a token alone', named('t'), refused('missing additional subprotocol')],
  ['two tokens', `a, ${named('t')}, ${named('u')}`, refused('multiple base64.bearer.authorization tokens specified')],
  [
    'no base64',
    'a, base64url.bearer.authorization.k8s.io.a+b=',
    refused('invalid base64.bearer.authorization token encoding'),
  ],
  [
    'half a character',
    'a, base64url.bearer.authorization.k8s.io.w',
    refused('invalid base64.bearer.authorization token encoding'),
  ],
  [
    'no UTF-8',
    'a, base64url.bearer.authorization.k8s.io._w',
    refused('invalid base64.bearer.authorization token encoding'),
  ],
  ['an empty token', `a, ${named('')}`, none],
  ['other protocols', 'a, b', none],
  ['no protocols', undefined, none],
];

for (const [promise, protocols, said] of offers) {
  test(`tokens of WebSockets: ${promise}`, () => {
    const headers = { ...(protocols !== undefined && { 'sec-websocket-protocol': protocols }) };
    assert.deepEqual(tokenInProtocols({ connection: 'keep-alive, Upgrade', upgrade: 'WebSocket', ...headers }), said);
    assert.deepEqual(tokenInProtocols({ upgrade: 'websocket', ...headers }), none);
    assert.deepEqual(tokenInProtocols({ connection: 'upgrade', upgrade: 'h2c', ...headers }), none);
  });
}

test('whoever opens a WebSocket with a token is known by it, and answered as anybody', async (t) => {
  const user = { name: 'jane', groups: [], extra: {} };
  const reviewed: string[] = [];
  const tokens = {
    review: async (token: string) => {
      reviewed.push(token);
      return { kind: 'authenticated' as const, user };
    },
  };
  const parts = { clock: systemClock, log: silentLogger };
  const authenticator = new Authenticator({ trust: () => undefined, tokens, tokenCacheTtlMs: 0, ...parts });
  const dates = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 86_400_000 };
  const outcome = await listen({
    bindAddress: '127.0.0.1',
    port: 0,
    pair: await issueCertificate({ commonName: 'server', usages: ['server'], ...dates }),
    requestTimeoutMs: 10_000,
    ...parts,
    async handle(asked) {
      const found = await authenticator.authenticate(asked);
      return { status: 200, headers: {}, body: found.kind === 'user' ? found.user.name : found.reason };
    },
  });
  assert.ok(outcome.kind === 'listening');
  t.after(() => outcome.listener.close({ graceMs: 0 }));
  const headers = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-protocol': `v4.channel.k8s.io, ${named('t')}`,
  };
  const where = { host: '127.0.0.1', port: outcome.listener.port, rejectUnauthorized: false, agent: false } as const;
  const { promise, resolve } = Promise.withResolvers<string>();
  request({ ...where, headers }, async (response) =>
    resolve((await response.setEncoding('utf8').toArray()).join('')),
  ).end();
  assert.deepEqual([await promise, reviewed], ['jane', ['t']]);
});
