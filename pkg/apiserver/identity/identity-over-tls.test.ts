import assert from 'node:assert/strict';
import type { OutgoingHttpHeaders } from 'node:http';
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
import { type Client, type Contact, protocols } from '../listen/testing/clients.ts';
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

for (const [protocol, clientOf] of protocols) {
  test(`over ${protocol} the front proxy is believed on every request of its connection, group by group`, async (t) => {
    const whoAmI = await meeting(t, clientOf, () => ({ requestHeader }), proxyChain);
    const expected = 'jane: [a, system:masters] [b] [system:authenticated]';
    assert.deepEqual([await whoAmI(jane), await whoAmI(jane)], [expected, expected]);
  });

  test(`over ${protocol} each request of a connection has an identity of its own`, async (t) => {
    const whoAmI = await meeting(t, clientOf, () => ({ requestHeader }), proxyChain);
    const names = Array.from({ length: 20 }, (_, at) => `user-${at}`);
    const found = await Promise.all(names.map((name) => whoAmI({ 'X-Remote-User': name })));
    assert.deepEqual(
      found,
      names.map((name) => `${name}: [system:authenticated]`),
    );
  });

  test(`over ${protocol} the same headers without the certificate, or with a look-alike, make nobody jane`, async (t) => {
    const trust = (): ClientTrust => ({ requestHeader });
    assert.equal(await (await meeting(t, clientOf, trust))(jane), 'system:anonymous: [system:unauthenticated]');
    const lookAlike = { cert: stranger.certPem, key: stranger.keyPem };
    assert.equal(await (await meeting(t, clientOf, trust, lookAlike))(jane), 'unauthorized');
    const trueIntermediates = { ...lookAlike, cert: stranger.certPem + between.certPem + proxyCa.certPem };
    assert.equal(await (await meeting(t, clientOf, trust, trueIntermediates))(jane), 'unauthorized');
  });

  test(`over ${protocol} an authority that is no longer trusted stops counting on open connections`, async (t) => {
    let trust: ClientTrust = { requestHeader };
    const whoAmI = await meeting(t, clientOf, () => trust, proxyChain);
    assert.match(await whoAmI(jane), /^jane/);
    trust = { requestHeader: { ...requestHeader, ca: stranger.certPem } };
    assert.equal(await whoAmI(jane), 'unauthorized');
  });
}

/** One connection of a client that shows this certificate, and what the server takes its requests for. */
async function meeting(
  t: TestContext,
  clientOf: (contact: Contact) => Client,
  trust: () => ClientTrust,
  shown: Omit<Contact, 'port'> = {},
): Promise<(headers: OutgoingHttpHeaders) => Promise<string>> {
  const { port } = await listening(t, trust);
  const client = clientOf({ port, ...shown });
  t.after(() => client.close());
  return async (headers) => (await client.ask({ headers })).body;
}

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

function issued(commonName: string, wishes: Partial<CertificateOrder> = {}): Promise<CertificatePair> {
  const usages = wishes.isCa ? [] : ['client' as const];
  const validity = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 86_400_000 };
  return issueCertificate({ commonName, usages, key, ...validity, ...wishes });
}
