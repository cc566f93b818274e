import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { describe, it } from 'node:test';
import { type CertificatePair, issueCertificate } from '../../apiserver/certificates/issue-certificate.ts';
import { systemClock } from '../../lifecycle/clock.ts';
import { FakeKubelet } from '../testing/fake-kubelet.ts';
import type { KubeletAnswer } from './kubelet-client.ts';
import { KubeletConnections } from './kubelet-connections.ts';

/** Without IPv6 there is nobody to ask: that is what is seen then. */
const isThere = Object.values(networkInterfaces()).some((all) => all?.some(({ address }) => address === '::1'));
const nowhere: KubeletAnswer = { kind: 'unreachable', code: 'EADDRNOTAVAIL' };

describe('a kubelet at an IPv6 address', () => {
  it('is asked over TLS where its certificate bears that address, and named in brackets', async () => {
    const { answer, hosts } = await asked('::1');
    assert.deepEqual(answer, isThere ? 'node_cpu_usage_seconds_total 1 5\n' : nowhere);
    assert.ok(hosts.every((host) => /^\[::1\]:\d+$/.test(host)) && hosts.length === Number(isThere), hosts.join());
  });

  it('is the same one however the certificate spells the address', async () => {
    const { answer } = await asked('0:0:0:0:0:0:0:1');
    assert.deepEqual(answer, isThere ? 'node_cpu_usage_seconds_total 1 5\n' : nowhere);
  });

  it('is refused, unasked, where its certificate bears another', async () => {
    const { answer, hosts } = await asked('::2');
    assert.deepEqual(hosts, []);
    assert.match(JSON.stringify(answer), isThere ? /"tls".*ALTNAME.*and none of ::1/ : /EADDRNOTAVAIL/);
  });
});

/** What comes of asking at ::1, and the Host of each request that arrived there. */
async function asked(certified: string): Promise<{ answer: string | KubeletAnswer; hosts: readonly string[] }> {
  const [ca, pair] = await certificates(certified);
  await using kubelet = new FakeKubelet(pair);
  if (isThere) await kubelet.listen('::1');
  using client = new KubeletConnections({
    credentials: { current: () => ({ ca: ca.certPem, token: 'secret' }) },
    trust: 'verified',
    keepAliveMs: 60_000,
    clock: systemClock,
    userAgent: 'tacho/test',
  });
  const target = { node: 'n1', host: '::1', port: isThere ? kubelet.port : 10_250, path: '/metrics/resource' };
  const answer = await client.read(target, new AbortController().signal);
  const hosts = kubelet.requests.map(({ headers }) => headers.host ?? '');
  return { answer: answer.kind === 'ok' ? answer.body.toString() : answer, hosts };
}

async function certificates(address: string): Promise<readonly [CertificatePair, CertificatePair]> {
  const validity = { notBefore: Date.now() - 60_000, notAfter: Date.now() + 3_600_000 };
  const ca = await issueCertificate({ commonName: 'cluster-ca', isCa: true, usages: [], ...validity });
  const order = { commonName: 'system:node:n1', issuer: ca, usages: ['server'] as const, ...validity };
  return [ca, await issueCertificate({ ...order, ipAddresses: [address] })];
}
