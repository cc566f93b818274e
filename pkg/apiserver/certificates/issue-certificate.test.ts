import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { type CertificateOrder, generateKey, issueCertificate } from './issue-certificate.ts';

const notBefore = Date.UTC(2026, 0, 1);
const notAfter = Date.UTC(2027, 0, 1);
const key = await generateKey();

test('a certificate says who holds it, what for and how long', async () => {
  const pair = await issueCertificate({
    ...ordered('system:node:a'),
    organizations: ['system:nodes', 'second'],
    dnsNames: ['a.example', '*.b.example'],
    ipAddresses: ['127.0.0.1', '::1'],
    usages: ['server', 'client'],
  });
  const read = new X509Certificate(pair.certPem);

  assert.equal(read.subject, 'O=system:nodes\nO=second\nCN=system:node:a');
  assert.equal(read.subjectAltName, 'DNS:a.example, DNS:*.b.example, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
  assert.deepEqual(read.keyUsage, ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']);
  assert.equal(read.ca, false);
  assert.equal(Date.parse(read.validFrom), notBefore);
  assert.equal(Date.parse(read.validTo), notAfter);
  assert.ok(read.checkPrivateKey(createPrivateKey(pair.keyPem)));
});

test('a chain of an authority, one between and a leaf verifies link by link', async () => {
  const root = await issueCertificate({ ...ordered('Wurzel Ä'), isCa: true });
  const between = await issueCertificate({ ...ordered('between'), isCa: true, issuer: root, key: await generateKey() });
  const leaf = await issueCertificate({ ...ordered('leaf'), usages: ['client'], issuer: between });
  const [top, middle, end] = [root, between, leaf].map(({ certPem }) => new X509Certificate(certPem));

  assert.ok(top!.ca && middle!.ca && !end!.ca);
  assert.ok(top!.checkIssued(top!) && top!.verify(top!.publicKey));
  assert.ok(middle!.checkIssued(top!) && middle!.verify(top!.publicKey));
  assert.ok(end!.checkIssued(middle!) && end!.verify(middle!.publicKey));
  assert.ok(!end!.checkIssued(top!));
});

test('an authority has no extended key usage, so that it may issue for every purpose', async () => {
  const pair = await issueCertificate({ ...ordered('ca'), isCa: true });
  assert.equal(new X509Certificate(pair.certPem).keyUsage, undefined);
});

test('every serial number is positive, in shortest form, and its own', async () => {
  const pairs = await Promise.all(Array.from({ length: 50 }, () => issueCertificate(ordered('x'))));
  const serials = pairs.map(({ certPem }) => new X509Certificate(certPem).serialNumber);
  assert.equal(new Set(serials).size, serials.length);
  for (const serial of serials) assert.match(serial, /^[4-7][0-9A-F]{31}$/);
});

test('each certificate gets a key of its own unless one is given', async () => {
  const { key: _, ...fresh } = ordered('x');
  const first = await issueCertificate(fresh);
  const second = await issueCertificate(fresh);
  assert.notEqual(first.keyPem, second.keyPem);
  assert.equal((await issueCertificate({ ...fresh, key: first.keyPem })).keyPem, first.keyPem);
});

test('a validity beyond 2050 is written so that it reads back the same', async () => {
  const far = Date.UTC(2060, 5, 1);
  const pair = await issueCertificate({ ...ordered('x'), notAfter: far + 999 });
  assert.equal(Date.parse(new X509Certificate(pair.certPem).validTo), far);
});

test('an address that is none is refused', async () => {
  await assert.rejects(issueCertificate({ ...ordered('x'), ipAddresses: ['localhost'] }), /IP address, got localhost/);
});

function ordered(commonName: string): CertificateOrder {
  return { commonName, usages: [], notBefore, notAfter, key };
}
