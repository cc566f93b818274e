import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { connect } from 'node:tls';
import { systemClock } from '../../lifecycle/clock.ts';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { type Facts, type Logger, silentLogger } from '../../telemetry/logger.ts';
import { listen } from '../listen/listener.ts';
import { type CertificatePair, generateKey, issueCertificate } from './issue-certificate.ts';
import {
  loadServingCertificate,
  type ServingCertificate,
  type ServingCertificateOptions,
} from './serving-certificate.ts';

const validity = { notBefore: Date.UTC(2026, 0), notAfter: Date.UTC(2028, 0) };
const [key, otherKey] = await Promise.all([generateKey(), generateKey()]);
const pair = await issueCertificate({ commonName: 'one', usages: ['server'], ...validity, key });
const renewed = await issueCertificate({ commonName: 'two', usages: ['server'], ...validity, key: otherKey });

test('without files a certificate is made for the Service, kept in the directory, and used again', async (t) => {
  const certDir = join(await folder(t), 'not', 'there', 'yet');
  const made = await loaded({ certDir });
  const [leaf, authority] = blocks(made.pair.certPem).map((pem) => new X509Certificate(pem));

  for (const name of [
    'metrics-server',
    'metrics-server.kube-system',
    'metrics-server.kube-system.svc',
    'metrics-server.kube-system.svc.cluster.local',
    'localhost',
  ]) {
    assert.equal(leaf!.checkHost(name, { subject: 'never' }), name);
  }
  assert.equal(leaf!.checkIP('127.0.0.1'), '127.0.0.1');
  assert.ok(leaf!.verify(authority!.publicKey) && authority!.ca && !leaf!.ca);
  assert.deepEqual(leaf!.keyUsage, ['1.3.6.1.5.5.7.3.1']);
  assert.equal(Date.parse(leaf!.validTo) - new WoundClock().now(), 365 * 86_400_000);

  assert.equal((await stat(join(certDir, 'apiserver.key'))).mode & 0o777, 0o600);
  assert.deepEqual((await readdir(certDir)).sort(), ['apiserver.crt', 'apiserver.key']);
  assert.deepEqual((await loaded({ certDir })).pair, made.pair);
});

test('a certificate made here is of use to the cipher suites that are spoken', async (t) => {
  const typeOf = async (ciphers?: string): Promise<string | undefined> => {
    const certDir = await folder(t);
    const { pair: made } = await loaded({ certDir, ...(ciphers && { tls: { ciphers } }) });
    return createPrivateKey(made.keyPem).asymmetricKeyType;
  };
  assert.equal(await typeOf(), 'ec');
  assert.equal(await typeOf('ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256'), 'ec');
  assert.equal(await typeOf('TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256'), 'rsa');
});

test('a client that trusts the authority in the file can verify the server by the name of the Service', async (t) => {
  const certDir = await folder(t);
  const { pair: made } = await loaded({ certDir, clock: systemClock });
  const log = silentLogger;
  const handle = async () => ({ status: 200, headers: {}, body: '' });
  const options = { bindAddress: '127.0.0.1', port: 0, requestTimeoutMs: 1000, clock: systemClock, log, handle };
  const outcome = await listen({ ...options, pair: made });
  assert.ok(outcome.kind === 'listening');
  t.after(() => outcome.listener.close({ graceMs: 0 }));

  const ca = blocks(made.certPem)[1]!;
  const { port } = outcome.listener;
  const socket = connect({ host: '127.0.0.1', port, servername: 'metrics-server.kube-system.svc', ca });
  t.after(() => socket.destroy());
  await once(socket, 'secureConnect');
  assert.equal(socket.authorized, true);
});

test('a specific bind address is named in the certificate, all addresses are not', async (t) => {
  const specific = await loaded({ certDir: await folder(t), bindAddress: '192.0.2.7' });
  assert.match(new X509Certificate(specific.pair.certPem).subjectAltName ?? '', /IP Address:192\.0\.2\.7$/);
  const all = await loaded({ certDir: await folder(t), bindAddress: '::' });
  assert.match(new X509Certificate(all.pair.certPem).subjectAltName ?? '', /IP Address:127\.0\.0\.1$/);
});

test('files that are given are loaded', async (t) => {
  const files = await written(t, pair);
  assert.deepEqual((await loaded(files)).pair, pair);
});

test('what cannot be loaded is explained', async (t) => {
  const { certFile, keyFile, certDir } = await written(t, pair);
  const missing = join(certDir, 'missing');
  const together = '--tls-cert-file and --tls-private-key-file must be given together';
  assert.equal(await refusal({ certDir, certFile }), together);
  assert.equal(await refusal({ certDir, keyFile }), together);
  assert.match(await refusal({ certDir, certFile: missing, keyFile }), /missing: no such file; check --tls-cert-file/);
  assert.match(await refusal({ certDir, certFile: certDir, keyFile }), /is a directory/);
  assert.match(await refusal({ certDir, certFile: keyFile, keyFile }), /the certificate is not PEM/);
  assert.match(await refusal({ certDir, certFile, keyFile: certFile }), /the key is not PEM/);

  await writeFile(keyFile, renewed.keyPem);
  const mismatch = await refusal({ certDir, certFile, keyFile });
  assert.match(mismatch, /they do not belong together/);
  assert.doesNotMatch(mismatch, /BEGIN/);
});

test('an expired certificate is shown, with a warning', async (t) => {
  const old = await issueCertificate({ commonName: 'old', usages: [], ...validity, notAfter: Date.UTC(2026, 5), key });
  const lines: string[] = [];
  const files = await written(t, old);
  assert.deepEqual((await loaded({ ...files, log: recording(lines) })).pair, old);
  assert.match(lines.join(), /^Serving certificate has expired; .*expiredAt=2026-06-01T00:00:00\.000Z$/);
});

test('half a pair in the directory is an error, never overwritten', async (t) => {
  const certDir = await folder(t);
  await writeFile(join(certDir, 'apiserver.crt'), pair.certPem);
  assert.match(await refusal({ certDir }), /apiserver\.key: no such file; remove both files from --cert-dir/);
  assert.equal(await readFile(join(certDir, 'apiserver.crt'), 'utf8'), pair.certPem);
});

test('a directory that cannot be made or written is explained', async (t) => {
  const parent = await folder(t);
  const file = join(parent, 'file');
  await writeFile(file, '');
  const cure = /; mount a writable directory there, choose another --cert-dir, or give --tls-cert-file$/;
  assert.match(await refusal({ certDir: join(file, 'below') }), cure);
});

test('a renewed pair is taken over; a broken one is complained of once and changes nothing', async (t) => {
  const files = await written(t, pair);
  const clock = new WoundClock();
  const lines: string[] = [];
  const certificate = await loaded({ ...files, clock, log: recording(lines) });
  const taken: CertificatePair[] = [];
  const stop = new AbortController();
  const running = certificate.follow((next) => taken.push(next), stop.signal);
  const look = async (): Promise<void> => {
    await clock.wind(10_000);
    await filesRead(clock);
  };

  await look();
  assert.equal(taken.length, 0);

  await writeFile(files.certFile, renewed.certPem);
  await look();
  await look();
  assert.equal(taken.length, 0);
  assert.deepEqual(certificate.pair, pair);
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /not usable, the one before stays in use reason=.*they do not belong together/);

  await writeFile(files.keyFile, renewed.keyPem);
  await look();
  assert.deepEqual(taken, [renewed]);
  assert.deepEqual(certificate.pair, renewed);

  await rm(files.certFile);
  await look();
  assert.equal(lines.length, 3);
  assert.match(lines[2]!, /no such file/);
  assert.deepEqual(certificate.pair, renewed);

  stop.abort();
  await running;
  assert.equal(clock.waiting, 0);
});

type Wishes = Partial<ServingCertificateOptions> & { readonly certDir: string };

const load = (wishes: Wishes) =>
  loadServingCertificate({ bindAddress: '0.0.0.0', clock: new WoundClock(), log: silentLogger, ...wishes });

async function loaded(wishes: Wishes): Promise<ServingCertificate> {
  const outcome = await load(wishes);
  assert.ok(outcome.kind === 'loaded', JSON.stringify(outcome));
  return outcome.certificate;
}

async function refusal(wishes: Wishes): Promise<string> {
  const outcome = await load(wishes);
  assert.ok(outcome.kind === 'failed');
  return outcome.message;
}

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'serving-certificate-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function written(t: TestContext, { certPem, keyPem }: CertificatePair) {
  const certDir = await folder(t);
  const files = { certDir, certFile: join(certDir, 'tls.crt'), keyFile: join(certDir, 'tls.key') };
  await writeFile(files.certFile, certPem);
  await writeFile(files.keyFile, keyPem);
  return files;
}

/** Reading takes as long as the disk takes; afterwards the follower sleeps again. */
async function filesRead(clock: WoundClock): Promise<void> {
  while (clock.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
}

const blocks = (pem: string): readonly string[] => pem.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];

function recording(lines: string[]): Logger {
  const line = (message: string, facts: Facts = {}): void => {
    lines.push(`${message} ${Object.entries(facts).map(([name, value]) => `${name}=${value}`)}`);
  };
  return { ...silentLogger, info: line, warn: line };
}
