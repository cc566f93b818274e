import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { sharedCertificates } from './testing/test-cluster.ts';

test('each certificate is issued by the CA that answers for it', async () => {
  const { clusterCa, frontProxyCa, frontProxyClient, apiServer, admin, wrong, kubelet } = await sharedCertificates();
  const issuedBy = (pair: { certPem: string }, ca: { certPem: string }): boolean =>
    new X509Certificate(pair.certPem).verify(new X509Certificate(ca.certPem).publicKey);
  for (const pair of [apiServer, admin, await kubelet('n')]) assert.ok(issuedBy(pair, clusterCa));
  for (const pair of [frontProxyClient, wrong.expired, wrong['other-name']]) assert.ok(issuedBy(pair, frontProxyCa));
  assert.ok(!issuedBy(wrong['other-ca'], frontProxyCa));
  assert.ok(!issuedBy(frontProxyClient, clusterCa));
});

test('a kubelet’s certificate is for its node’s name and for 127.0.0.1', async () => {
  const { certPem } = await (await sharedCertificates()).kubelet('worker-1');
  const certificate = new X509Certificate(certPem);
  assert.equal(certificate.checkHost('worker-1'), 'worker-1');
  assert.equal(certificate.checkIP('127.0.0.1'), '127.0.0.1');
});

test('the certificate that many kubelets share is of the cluster’s CA, for 127.0.0.1, and cheap to sign with', async () => {
  const { clusterCa, manyKubelets } = await sharedCertificates();
  const certificate = new X509Certificate((await manyKubelets()).certPem);
  assert.ok(certificate.verify(new X509Certificate(clusterCa.certPem).publicKey));
  assert.equal(certificate.checkIP('127.0.0.1'), '127.0.0.1');
  assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
});

test('the wrong certificates are wrong in just the one way', async () => {
  const { wrong } = await sharedCertificates();
  const subject = (name: 'expired' | 'other-name' | 'other-ca'): string =>
    new X509Certificate(wrong[name].certPem).subject;
  assert.ok(new X509Certificate(wrong.expired.certPem).validToDate.getTime() < Date.now());
  assert.ok(new X509Certificate(wrong['other-ca'].certPem).validToDate.getTime() > Date.now());
  assert.deepEqual(
    [subject('expired'), subject('other-ca'), subject('other-name')],
    ['CN=front-proxy-client', 'CN=front-proxy-client', 'CN=somebody-else'],
  );
});
