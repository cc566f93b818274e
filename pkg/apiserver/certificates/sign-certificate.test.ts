import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { createSecureContext } from 'node:tls';
import { issueCertificate } from './issue-certificate.ts';
import { keyAlgorithms, type SigningOrder, signCertificate } from './sign-certificate.ts';

const notBefore = Date.UTC(2026, 0, 1);
const notAfter = Date.UTC(2027, 0, 1);
const name = 'metrics-server.kube-system.svc';

for (const caAlgorithm of keyAlgorithms) {
  for (const keyAlgorithm of keyAlgorithms) {
    test(`a leaf of ${keyAlgorithm} verifies against its authority of ${caAlgorithm}`, async () => {
      const issuer = await signCertificate(authority({ keyAlgorithm: caAlgorithm }));
      const pair = await signCertificate(leaf({ keyAlgorithm, issuer }));
      const [ca, read] = [new X509Certificate(issuer.certPem), new X509Certificate(pair.certPem)];
      assert.ok(ca.ca && ca.checkIssued(ca) && ca.verify(ca.publicKey));
      assert.ok(!read.ca && read.checkIssued(ca) && read.verify(ca.publicKey));
      assert.ok(read.checkPrivateKey(createPrivateKey(pair.keyPem)));
      assert.equal(read.checkHost(name), name);
      assert.deepEqual(read.keyUsage, ['1.3.6.1.5.5.7.3.1']);
      assert.deepEqual([read.validFromDate.getTime(), read.validToDate.getTime()], [notBefore, notAfter]);
      assert.doesNotThrow(() => createSecureContext({ cert: pair.certPem, key: pair.keyPem, ca: issuer.certPem }));
    });
  }
}

test('an authority that somebody else made is repeated byte for byte, its key identifier included', async () => {
  const issuer = await issueCertificate({
    commonName: 'Wurzel Ä',
    organizations: ['Firma'],
    isCa: true,
    usages: [],
    notBefore,
    notAfter,
  });
  const pair = await signCertificate(leaf({ issuer }));
  const [ca, read] = [new X509Certificate(issuer.certPem), new X509Certificate(pair.certPem)];
  assert.ok(read.checkIssued(ca) && read.verify(ca.publicKey));
  assert.equal(read.issuer, ca.subject);
});

test('every serial number is positive, in shortest form, and its own', async () => {
  const pairs = await Promise.all(Array.from({ length: 50 }, () => signCertificate(leaf({}))));
  const serials = pairs.map(({ certPem }) => new X509Certificate(certPem).serialNumber);
  assert.equal(new Set(serials).size, serials.length);
  for (const serial of serials) assert.match(serial, /^[4-7][0-9A-F]{31}$/);
});

test('times on both sides of 2050 read back the same', async () => {
  for (const at of [Date.UTC(2049, 11, 31, 23, 59, 59), Date.UTC(2050, 0, 1), Date.UTC(2060, 5, 1)]) {
    const { certPem } = await signCertificate(leaf({ notAfter: at + 999 }));
    assert.equal(new X509Certificate(certPem).validToDate.getTime(), at);
  }
});

test('addresses of both families are named, in whichever way they are written', async () => {
  const ipAddresses = ['127.0.0.1', '::1', '2001:DB8::7:0:1', '::ffff:192.0.2.7', 'fd00:1:2:3:4:5:6:7', '1::'];
  const { certPem } = await signCertificate(leaf({ ipAddresses }));
  const read = new X509Certificate(certPem);
  for (const ip of ipAddresses) assert.equal(read.checkIP(ip), ip);
  assert.equal(read.checkIP('2001:db8::7:0:2'), undefined);
  await assert.rejects(signCertificate(leaf({ ipAddresses: ['metrics-server'] })), /must be an IP address/);
});

test('many names make long lengths, which read back', async () => {
  const dnsNames = Array.from({ length: 3_000 }, (_, at) => `n${at}.example`);
  const { certPem } = await signCertificate(leaf({ dnsNames }));
  assert.equal(new X509Certificate(certPem).subjectAltName?.split(', ').length, 3_000);
});

function authority(wishes: Partial<SigningOrder>): SigningOrder {
  return { commonName: 'ca', dnsNames: [], isCa: true, notBefore, notAfter, keyAlgorithm: 'ecdsa-p256', ...wishes };
}

function leaf(wishes: Partial<SigningOrder>): SigningOrder {
  return { ...authority({}), commonName: 'leaf', dnsNames: [name], isCa: false, ...wishes };
}
