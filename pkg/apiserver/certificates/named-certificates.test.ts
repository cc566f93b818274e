import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { systemClock } from '../../lifecycle/clock.ts';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { type Listener, type ListenOptions, listen } from '../listen/listener.ts';
import { type CertificatePair, generateKey, issueCertificate } from './issue-certificate.ts';
import {
  loadNamedCertificates,
  type NamedCertificates,
  type NamedFiles,
  type NamedPair,
} from './named-certificates.ts';

const key = await generateKey();
const validity = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 86_400_000, key };
const issue = (commonName: string, dnsNames: readonly string[] = []): Promise<CertificatePair> =>
  issueCertificate({ commonName, dnsNames, usages: ['server'], ...validity });

test('without names a pair is shown for its common name, if that is a domain, and its alternative names', async (t) => {
  const domain = await loaded([await written(t, await issue('One.example.com', ['two.example.com']))]);
  assert.deepEqual(domain.pairs[0]?.names, ['two.example.com']);
  const lower = await loaded([await written(t, await issue('*.example.com', ['two.example.com', '*.example.com']))]);
  assert.deepEqual(lower.pairs[0]?.names, ['*.example.com', 'two.example.com']);
  const address = await loaded([await written(t, await issue('192.0.2.7'))]);
  assert.deepEqual(address.pairs[0]?.names, []);
});

test('every pair that cannot be used is a problem that names the flag and the file', async (t) => {
  const good = await written(t, await issue('good'));
  const outcome = await loadNamedCertificates(
    [good, { ...good, keyFile: '/nowhere/key' }, { ...good, certFile: good.keyFile }],
    { clock: new WoundClock(), log: silentLogger },
  );
  assert.ok(outcome.kind === 'failed');
  assert.equal(outcome.problems.length, 2);
  assert.match(outcome.problems[0] ?? '', /^--tls-sni-cert-key: .*\/nowhere\/key: no such file/);
});

test('a renewed pair is handed on with all the others; a broken one changes nothing', async (t) => {
  const clock = new WoundClock();
  const [one, two] = [await written(t, await issue('one')), await written(t, await issue('two'))];
  const certificates = await loaded([one, { ...two, names: ['B.example.com'] }], clock);
  const handed: (readonly NamedPair[])[] = [];
  const stop = new AbortController();
  const running = certificates.follow((pairs) => handed.push(pairs), stop.signal);

  await writeFile(one.certFile, 'broken');
  await look(clock);
  assert.equal(handed.length, 0);
  await writeFile(one.certFile, (await issue('uno')).certPem);
  await look(clock);
  assert.deepEqual(
    handed.map((pairs) => pairs.map(({ names }) => names)),
    [[['uno'], ['b.example.com']]],
  );
  stop.abort();
  await running;
});

/** A row: whom the client looks for, and whose certificate it is shown. */
const sought: readonly (readonly [serverName: string, shown: string])[] = [
  ['a.example.com', 'exact'],
  ['A.Example.COM', 'exact'],
  ['b.example.com', 'wild'],
  ['x.b.example.com', 'server'],
  ['example.com', 'server'],
  ['other.org', 'server'],
];

test('a client is shown the certificate of the name it looks for: exact, wildcard, or the one for everybody', async (t) => {
  const exact = { pair: await issue('exact'), names: ['a.example.com'] };
  const wild = { pair: await issue('wild'), names: ['*.example.com', 'a.example.com'] };
  const listener = await listening(t, [exact, wild]);
  const shown = async (servername: string): Promise<string> => {
    const socket = await meet(t, listener, { servername });
    return String(socket.getPeerCertificate().subject.CN);
  };
  for (const [serverName, name] of sought) assert.equal(await shown(serverName), name, serverName);
  listener.replaceNamedPairs([{ pair: await issue('renewed'), names: ['a.example.com'] }]);
  assert.equal(await shown('a.example.com'), 'renewed');
  assert.throws(() => listener.replaceNamedPairs([{ pair: { certPem: 'x', keyPem: 'y' }, names: ['a.example.com'] }]));
  assert.equal(await shown('a.example.com'), 'renewed');
});

for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`nobody resumes a session under a name either, over ${maxVersion}, so that no identity is lost`, async (t) => {
    const listener = await listening(t, [{ pair: await issue('exact'), names: ['a.example.com'] }]);
    const contact = { servername: 'a.example.com', maxVersion };
    const first = await meet(t, listener, contact);
    let session = first.getSession();
    first.on('session', (ticket) => {
      session = ticket;
    });
    first.end('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    await once(first.resume(), 'close');
    assert.ok(session);
    assert.equal((await meet(t, listener, { ...contact, session })).isSessionReused(), false);
  });
}

test('only the versions and suites of TLS asked for are spoken', async (t) => {
  const tls = { minVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256:TLS_AES_128_GCM_SHA256' } as const;
  const listener = await listening(t, [], { tls: { ...tls, ecdhCurve: 'P-384' } });
  const old = await meet(t, listener, { maxVersion: 'TLSv1.2' });
  assert.equal(old.getCipher().name, 'ECDHE-RSA-AES128-GCM-SHA256');
  assert.deepEqual(old.getEphemeralKeyInfo(), { type: 'ECDH', name: 'secp384r1', size: 384 });
  await assert.rejects(meet(t, listener, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES256-GCM-SHA384' }));
  await assert.rejects(meet(t, listener, { ecdhCurve: 'P-256' }));
  const newer = await listening(t, [], { tls: { minVersion: 'TLSv1.3' } });
  await assert.rejects(meet(t, newer, { maxVersion: 'TLSv1.2' }));
});

/** A row: whether HTTP/2 is off, what the client offers, and what is spoken. */
const offers: readonly (readonly [disableHttp2: boolean, offered: readonly string[], spoken: string | false])[] = [
  [false, ['h2', 'http/1.1'], 'h2'],
  [false, ['http/1.1'], 'http/1.1'],
  [false, [], false],
  [true, ['h2', 'http/1.1'], 'http/1.1'],
];

test('HTTP/2 is spoken with whoever offers it, unless it is off', async (t) => {
  for (const [disableHttp2, offered, spoken] of offers) {
    const listener = await listening(t, [], { disableHttp2 });
    const socket = await meet(t, listener, { ALPNProtocols: [...offered] });
    assert.equal(socket.alpnProtocol, spoken);
  }
});

async function listening(
  t: TestContext,
  namedPairs: readonly NamedPair[],
  options: Partial<ListenOptions> = {},
): Promise<Listener> {
  const outcome = await listen({
    bindAddress: '127.0.0.1',
    port: 0,
    pair: await issue('server'),
    namedPairs,
    requestTimeoutMs: 1_000,
    clock: systemClock,
    log: silentLogger,
    handle: async () => ({ status: 200, headers: {}, body: '' }),
    ...options,
  });
  assert.ok(outcome.kind === 'listening');
  t.after(() => outcome.listener.close({ graceMs: 0 }));
  return outcome.listener;
}

async function meet(t: TestContext, { port }: Listener, contact: ConnectionOptions): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...contact });
  t.after(() => socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

async function loaded(entries: readonly NamedFiles[], clock = new WoundClock()): Promise<NamedCertificates> {
  const outcome = await loadNamedCertificates(entries, { clock, log: silentLogger });
  assert.ok(outcome.kind === 'loaded');
  return outcome.certificates;
}

async function written(t: TestContext, { certPem, keyPem }: CertificatePair) {
  const folder = await mkdtemp(join(tmpdir(), 'named-certificates-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const files = { certFile: join(folder, 'tls.crt'), keyFile: join(folder, 'tls.key') };
  await writeFile(files.certFile, certPem);
  await writeFile(files.keyFile, keyPem);
  return files;
}

/** Each of two followers looks, which takes as long as the disk takes, and sleeps again. */
async function look(clock: WoundClock): Promise<void> {
  await clock.wind(10_000);
  while (clock.waiting < 2) await new Promise((resolve) => setImmediate(resolve));
}
