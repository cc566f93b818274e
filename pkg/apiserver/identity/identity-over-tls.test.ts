import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { OutgoingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import { type TestContext, test } from 'node:test';
import { systemClock } from '../../lifecycle/clock.ts';
import type { ClientTrust } from '../../model/client-trust.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import {
  type CertificateOrder,
  type CertificatePair,
  generateKey,
  issueCertificate,
} from '../certificates/issue-certificate.ts';
import { type Listener, listen } from '../listen/listener.ts';
import { Authenticator } from './authenticate.ts';

const [key, otherKey] = await Promise.all([generateKey(), generateKey()]);
const server = await issued('server', { usages: ['server'] });
const proxyCa = await issued('proxy-ca', { isCa: true });
const between = await issued('between', { isCa: true, issuer: proxyCa, key: otherKey });
const proxy = await issued('front-proxy', { issuer: between });
const stranger = await issued('front-proxy', { key: otherKey });
const proxyChain = { cert: proxy.certPem + between.certPem, key: proxy.keyPem };

const requestHeader = {
  ca: proxyCa.certPem,
  allowedNames: ['front-proxy'],
  usernameHeaders: ['X-Remote-User'],
  uidHeaders: [],
  groupHeaders: ['X-Remote-Group'],
  extraHeaderPrefixes: ['X-Remote-Extra-'],
};
const jane = { 'X-Remote-User': 'jane', 'X-Remote-Group': ['a, system:masters', 'b'] };

test('the front proxy is believed on every request of its connection, group by group', async (t) => {
  const listener = await listening(t, () => ({ requestHeader }));
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  t.after(() => agent.destroy());
  const expected = 'jane: [a, system:masters] [b] [system:authenticated]';
  assert.equal(await whoAmI(listener, { headers: jane, agent, ...proxyChain }), expected);
  assert.equal(await whoAmI(listener, { headers: jane, agent, ...proxyChain }), expected);
});

test('the same headers without the certificate, or with a look-alike, make nobody jane', async (t) => {
  const listener = await listening(t, () => ({ requestHeader }));
  assert.equal(await whoAmI(listener, { headers: jane }), 'system:anonymous: [system:unauthenticated]');
  const lookAlike = { cert: stranger.certPem, key: stranger.keyPem };
  assert.equal(await whoAmI(listener, { headers: jane, ...lookAlike }), 'unauthorized');
  const withTrueIntermediates = { cert: stranger.certPem + between.certPem + proxyCa.certPem, key: stranger.keyPem };
  assert.equal(await whoAmI(listener, { headers: jane, ...withTrueIntermediates }), 'unauthorized');
});

test('an authority that is no longer trusted stops counting on connections that are open', async (t) => {
  let trust: ClientTrust = { requestHeader };
  const listener = await listening(t, () => trust);
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  t.after(() => agent.destroy());
  assert.match(await whoAmI(listener, { headers: jane, agent, ...proxyChain }), /^jane/);
  trust = { requestHeader: { ...requestHeader, ca: stranger.certPem } };
  assert.equal(await whoAmI(listener, { headers: jane, agent, ...proxyChain }), 'unauthorized');
});

async function listening(t: TestContext, trust: () => ClientTrust): Promise<Listener> {
  const tokens = { review: async () => ({ kind: 'rejected' as const, reason: 'unknown' }) };
  const parts = { clock: systemClock, log: silentLogger };
  const authenticator = new Authenticator({ trust, tokens, tokenCacheTtlMs: 0, ...parts });
  const outcome = await listen({
    bindAddress: '127.0.0.1',
    port: 0,
    pair: server,
    requestTimeoutMs: 10_000,
    ...parts,
    async handle(asked) {
      const found = await authenticator.authenticate(asked);
      if (found.kind !== 'user') return { status: 401, headers: {}, body: found.kind };
      const { name, groups } = found.user;
      return { status: 200, headers: {}, body: `${name}: ${groups.map((group) => `[${group}]`).join(' ')}` };
    },
  });
  assert.ok(outcome.kind === 'listening');
  t.after(() => outcome.listener.close({ graceMs: 0 }));
  return outcome.listener;
}

interface Asking {
  readonly headers: OutgoingHttpHeaders;
  readonly cert?: string;
  readonly key?: string;
  readonly agent?: Agent;
}

async function whoAmI({ port }: Listener, asking: Asking): Promise<string> {
  const asked = request({ host: '127.0.0.1', port, rejectUnauthorized: false, agent: false, ...asking });
  asked.end();
  const [response] = await once(asked, 'response');
  let text = '';
  for await (const chunk of response) text += chunk;
  return text;
}

function issued(commonName: string, wishes: Partial<CertificateOrder> = {}): Promise<CertificatePair> {
  const usages = wishes.isCa ? [] : ['client' as const];
  const validity = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 86_400_000 };
  return issueCertificate({ commonName, usages, key, ...validity, ...wishes });
}
