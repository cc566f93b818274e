import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import type { NodeShape } from '../shape/cluster-shape.ts';
import { plainCluster } from '../shape/plain-cluster.ts';
import { sharedCertificates } from '../testing/test-cluster.ts';
import { KubeletCertificates } from './kubelet-certificates.ts';

test('kubelets of a small cluster have certificates of their own, those of a large one share one', async () => {
  const small = await KubeletCertificates.issue(await sharedCertificates(), nodes(2));
  assert.notEqual(small.of('node-00000').certPem, small.of('node-00001').certPem);
  const large = await KubeletCertificates.issue(await sharedCertificates(), nodes(21));
  assert.equal(large.of('node-00000').certPem, large.of('node-00001').certPem);
});

test('a kubelet that shares its certificate can still show one of another make, the same each time', async () => {
  const { clusterCa } = await sharedCertificates();
  const issued = await KubeletCertificates.issue(await sharedCertificates(), nodes(21));
  const shown = await issued.other('node-00000', 'other-name');
  const certificate = new X509Certificate(shown.certPem);
  assert.ok(certificate.verify(new X509Certificate(clusterCa.certPem).publicKey));
  assert.equal(certificate.checkHost('node-00000'), undefined);
  assert.equal(await issued.other('node-00000', 'other-name'), shown);
});

const nodes = (count: number): readonly NodeShape[] =>
  plainCluster({ nodes: count, podsPerNode: 0, containersPerPod: 1, seed: 1 }).nodes;
