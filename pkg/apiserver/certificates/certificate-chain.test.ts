import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { as, type EpochMs } from '../../model/units.ts';
import { ChainVerifier } from './certificate-chain.ts';
import { type CertificateOrder, type CertificatePair, generateKey, issueCertificate } from './issue-certificate.ts';

const now = as<EpochMs>(Date.UTC(2027, 0, 1));
const day = 86_400_000;
const key = await generateKey();
const otherKey = await generateKey();
const root = await issued('root', { isCa: true });

test('a client certificate of the authority is trusted', async () => {
  const leaf = await issued('alice', { issuer: root });
  assert.equal(reasonOf(root, leaf), 'trusted');
});

test('intermediates come from the client, in any order, with the root or without, and with strangers between', async () => {
  const [upper, lower, leaf] = await chainOf('upper', 'lower', 'leaf');
  const stranger = await issued('stranger', { isCa: true });

  assert.equal(reasonOf(root, leaf!, lower!, upper!), 'trusted');
  assert.equal(reasonOf(root, leaf!, upper!, lower!), 'trusted');
  assert.equal(reasonOf(root, leaf!, lower!, upper!, root), 'trusted');
  assert.equal(reasonOf(root, leaf!, stranger, lower!, stranger, upper!), 'trusted');
  assert.equal(reasonOf(root, leaf!, upper!), 'certificate signed by unknown authority');
  assert.equal(reasonOf(root, leaf!), 'certificate signed by unknown authority');
});

test('an intermediate in the bundle is enough, without its root', async () => {
  const [upper, leaf] = await chainOf('upper', 'leaf');
  assert.equal(reasonOf(upper!, leaf!), 'trusted');
});

test('a certificate that stands in the bundle itself is trusted', async () => {
  const leaf = await issued('pinned');
  assert.equal(reasonOf(leaf, leaf), 'trusted');
});

test('another authority is not trusted, not even with the same name', async () => {
  const lookAlike = await issued('root', { isCa: true, key: otherKey });
  const leaf = await issued('mallory', { issuer: lookAlike });
  assert.equal(reasonOf(root, leaf), 'certificate signed by unknown authority');
  assert.equal(reasonOf(root, leaf, lookAlike), 'certificate signed by unknown authority');
});

test('a self-signed certificate with the subject of a trusted one is not trusted', async () => {
  const lookAlike = await issued('root', { key: otherKey, usages: ['client'] });
  assert.equal(reasonOf(root, lookAlike), 'certificate signed by unknown authority');
});

test('whoever is no authority cannot issue', async () => {
  const alice = await issued('alice', { issuer: root, key: otherKey });
  const forged = await issued('admin', { issuer: alice });
  // Without the right to sign, its signature does not even count as one.
  assert.equal(reasonOf(root, forged, alice), 'certificate signed by unknown authority');
});

test('a certificate counts from its first second to its last, by our clock', async () => {
  const leaf = await issued('alice', { issuer: root, notBefore: now, notAfter: now + 60_000 });
  const at = (moment: number): string => reasonAt(moment, root.certPem, [leaf.certPem]);
  assert.equal(at(now - 1), 'certificate "alice" is not valid before 2027-01-01T00:00:00.000Z');
  assert.equal(at(now), 'trusted');
  assert.equal(at(now + 60_000), 'trusted');
  assert.equal(at(now + 60_001), 'certificate "alice" has expired at 2027-01-01T00:01:00.000Z');
});

test('a certificate that expires while its connection lives stops counting', async () => {
  const leaf = await issued('alice', { issuer: root, notAfter: now + 60_000 });
  const verifier = new ChainVerifier();
  const presented = [new X509Certificate(leaf.certPem)];
  assert.equal(verifier.verify(presented, root.certPem, now).kind, 'trusted');
  assert.equal(verifier.verify(presented, root.certPem, as<EpochMs>(now + 61_000)).kind, 'untrusted');
});

test('an expired authority vouches for nobody; one with the same key that is valid still does', async () => {
  const expired = await issued('ca', { isCa: true, notAfter: now - 1000 });
  const renewed = await issued('ca', { isCa: true });
  const leaf = await issued('alice', { issuer: renewed });
  assert.match(reasonOf(expired, leaf), /^certificate "ca" has expired at/);
  assert.equal(reasonOf({ ...renewed, certPem: expired.certPem + renewed.certPem }, leaf), 'trusted');
});

test('a certificate for servers only does not make a client', async () => {
  const leaf = await issued('web', { issuer: root, usages: ['server'] });
  assert.equal(reasonOf(root, leaf), 'certificate "web" may not be used by clients');
  assert.match(reasonOfFiles('server-only-ca', 'server-only-leaf'), /"server-only-ca" may not be used by clients/);
});

test('a certificate without a stated use, or for any use, may be used by clients', async () => {
  const leaf = await issued('old', { issuer: root, usages: [] });
  assert.equal(reasonOf(root, leaf), 'trusted');
  assert.equal(reasonOfFiles('ecdsa-ca', 'ecdsa-any-usage'), 'trusted');
});

test('certificates over elliptic curves are verified too', () => {
  assert.equal(reasonOfFiles('ecdsa-ca', 'ecdsa-proxy'), 'trusted');
  assert.equal(reasonOfFiles('short-ca', 'ecdsa-proxy'), 'certificate signed by unknown authority');
});

test('an authority with a limited path does not vouch beyond it', () => {
  assert.equal(reasonOfFiles('short-ca', 'short-direct'), 'trusted');
  assert.equal(
    reasonOfFiles('short-ca', 'short-leaf', 'short-intermediate'),
    'certificate "short-ca" has too many authorities below it',
  );
});

test('a critical extension nobody understands, or a signature by SHA-1, is refused', () => {
  assert.match(reasonOfFiles('ecdsa-ca', 'ecdsa-unknown-critical'), /critical extensions not understood: 1\.2\.3\.4$/);
  assert.equal(reasonOfFiles('ecdsa-ca', 'ecdsa-sha1'), 'certificate signed by unknown authority');
});

test('the subject is read as Go reads it', () => {
  assert.deepEqual(subjectOf('ecdsa-many-groups'), {
    commonName: 'last',
    organizations: ['one', 'two'],
    unknownCritical: [],
  });
  assert.deepEqual(subjectOf('ecdsa-no-name'), { commonName: '', organizations: ['nameless'], unknownCritical: [] });
  assert.equal(subjectOf('ecdsa-with-uid').uid, 'u-17');
});

test('a new bundle takes effect at once, and the old one is forgotten', async () => {
  const next = await issued('next', { isCa: true, key: otherKey });
  const leaf = [new X509Certificate((await issued('alice', { issuer: root })).certPem)];
  const verifier = new ChainVerifier();
  assert.equal(verifier.verify(leaf, root.certPem, now).kind, 'trusted');
  assert.equal(verifier.verify(leaf, next.certPem, now).kind, 'untrusted');
  assert.equal(verifier.verify(leaf, root.certPem + next.certPem, now).kind, 'trusted');
  assert.equal(verifier.verify(leaf, '', now).kind, 'untrusted');
});

test('a refusal is remembered for ten seconds and no bundle longer', async () => {
  const other = await issued('other', { isCa: true, key: otherKey });
  const leaf = await issued('alice', { issuer: other, notBefore: now + 20_000 });
  const chain = [new X509Certificate(leaf.certPem)];
  const verifier = new ChainVerifier();
  const at = (moment: number, { certPem }: CertificatePair): string =>
    verifier.verify(chain, certPem, as<EpochMs>(moment)).kind;
  assert.equal(at(now, other), 'untrusted');
  assert.equal(at(now + 20_000, other), 'trusted');
  assert.equal(at(now + 20_000, root), 'untrusted');
  assert.equal(at(now + 20_001, other), 'trusted');
});

test('a stranger who asks again and again on one connection is not verified every time', async () => {
  const lookAlikes = await Promise.all(
    Array.from({ length: 30 }, async () => new X509Certificate((await issued('X', { isCa: true })).certPem)),
  );
  const verifier = new ChainVerifier();
  verifier.verify(lookAlikes, root.certPem, now);
  const before = process.cpuUsage();
  for (let time = 0; time < 2_000; time++) verifier.verify(lookAlikes, root.certPem, now);
  // A hundred signatures each time take ten seconds or more.
  assert.ok(process.cpuUsage(before).user < 2_000_000, 'took more than 2 s of CPU');
});

test('a bundle may hold remarks and broken blocks between its certificates', async () => {
  const leaf = await issued('alice', { issuer: root });
  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  assert.equal(reasonOf({ ...root, certPem: `# remark\n${broken}\n${root.certPem}` }, leaf), 'trusted');
  assert.equal(reasonOf({ ...root, certPem: broken }, leaf), 'certificate signed by unknown authority');
});

test('a client that presents many look-alikes of one authority is answered soon', async () => {
  const looks = await Promise.all(Array.from({ length: 60 }, () => issued('twin', { isCa: true, key })));
  const leaf = await issued('leaf', { issuer: looks[0]! });
  assert.equal(reasonOf(root, leaf, ...looks), 'certificate signed by unknown authority');
});

type Wishes = Partial<CertificateOrder>;

test('a certificate whose dates are none is refused, not stumbled over', async () => {
  const leaf = await issued('alice', { issuer: root });
  const der = Buffer.from(new X509Certificate(leaf.certPem).raw);
  // UTCTime, which is 13 characters. Its tag and length alone also stand in one of some thousand serial numbers.
  const time = der.toString('latin1').search(/\x17\x0d\d{12}Z/);
  der.write('x', time + 4, 'latin1');
  const verdict = new ChainVerifier().verify([new X509Certificate(der)], root.certPem, now);
  assert.match(verdict.kind === 'untrusted' ? verdict.reason : '', /has no readable time of validity/);
});

function issued(commonName: string, wishes: Wishes = {}): Promise<CertificatePair> {
  const usages = wishes.isCa ? [] : ['client' as const];
  return issueCertificate({ commonName, usages, notBefore: now - day, notAfter: now + day, key, ...wishes });
}

/** Authorities below the root, each issued by the one before, and at the end a leaf. */
async function chainOf(...names: string[]): Promise<CertificatePair[]> {
  const chain = [root];
  for (const [index, name] of names.entries()) {
    const isCa = index < names.length - 1;
    chain.push(await issued(name, { issuer: chain.at(-1)!, isCa, key: await generateKey() }));
  }
  return chain.slice(1);
}

function reasonOf(trusted: CertificatePair, ...presented: CertificatePair[]): string {
  return reasonAt(
    now,
    trusted.certPem,
    presented.map(({ certPem }) => certPem),
  );
}

function reasonOfFiles(trusted: string, ...presented: string[]): string {
  return reasonAt(now, read(trusted), presented.map(read));
}

function reasonAt(moment: number, bundle: string, presented: string[]): string {
  const chain = presented.map((pem) => new X509Certificate(pem));
  const verdict = new ChainVerifier().verify(chain, bundle, as<EpochMs>(moment));
  return verdict.kind === 'trusted' ? 'trusted' : verdict.reason;
}

function subjectOf(name: string) {
  const verdict = new ChainVerifier().verify([new X509Certificate(read(name))], read('ecdsa-ca'), now);
  assert.ok(verdict.kind === 'trusted');
  return verdict.subject;
}

function read(name: string): string {
  return readFileSync(join(import.meta.dirname, '../testdata/certificates', `${name}.pem`), 'utf8');
}
