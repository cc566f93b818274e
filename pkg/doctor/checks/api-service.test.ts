import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { issueCertificate } from '../../apiserver/certificates/issue-certificate.ts';
import type { Reading } from '../gathering/kube-reader.ts';
import { apiService, codesIn, findingsIn, flags, now, ours } from '../testing/made-facts.ts';
import { type ApiServiceCheck, checkApiService } from './api-service.ts';

const day = 86_400_000;

describe('the APIService', () => {
  it('that is ours and Available is fine, and it is told whether its server is verified', () => {
    const [verdict, ...others] = checkApiService(check({}));
    assert.deepEqual(others, []);
    assert.deepEqual(verdict, {
      kind: 'fine',
      text: 'v1beta1.metrics.k8s.io is Available, and leads to Service kube-system/metrics-server; its certificate is not verified (see --serving-ca=self-managed).',
    });
  });

  it('need not be there for v1, only for v1beta1', () => {
    assert.deepEqual(checkApiService(check({ version: 'v1', apiService: { kind: 'absent' } })), []);
    assert.deepEqual(codesIn(checkApiService(check({ apiService: { kind: 'absent' } }))), ['apiservice-missing']);
  });

  it('of another server names who installed it, and how to take it over', () => {
    const service = { namespace: 'monitoring', name: 'prometheus-adapter', port: 443 };
    const annotations = { 'meta.helm.sh/release-name': 'adapter' };
    const [finding] = findingsIn(checkApiService(check({ apiService: seen(apiService({ service, annotations })) })));
    assert.equal(finding?.code, 'apiservice-other-owner');
    assert.match(finding.what, /Service monitoring\/prometheus-adapter\. It belongs to the Helm release adapter\./);
    assert.equal(
      finding.cure.commands?.at(-1),
      `kubectl patch apiservice v1beta1.metrics.k8s.io --type=merge -p '{"spec":{"service":{"namespace":"kube-system","name":"metrics-server"}}}'`,
    );
  });

  it('nobody has looked at yet is no finding', () => {
    const { available: _, ...fresh } = apiService();
    assert.deepEqual(
      checkApiService(check({ apiService: seen(fresh) })).map(({ kind }) => kind),
      ['unseen'],
    );
  });

  it('whose CAs have all expired says so, whatever else it says; one that is valid is enough', async () => {
    const ca = (notAfter: number) =>
      issueCertificate({ commonName: 'ca', isCa: true, usages: [], notBefore: now - 10 * day, notAfter });
    const [old, good] = await Promise.all([ca(now - day), ca(now + day)]);
    const available = { status: 'False', reason: 'FailedDiscoveryCheck', message: 'x509: certificate has expired' };
    const codes = (caBundle: string) =>
      codesIn(checkApiService(check({ apiService: seen(apiService({ caBundle, available })) })));
    assert.deepEqual(codes(old.certPem), ['apiservice-ca-expired']);
    assert.deepEqual(codes(`${old.certPem}${good.certPem}`), ['apiservice-certificate']);
    assert.deepEqual(codes('no certificate at all'), ['apiservice-certificate']);
  });

  it('that may not be read is judged by what comes of asking for the group', () => {
    const hidden = { apiService: { kind: 'unseen', why: 'forbidden', status: 403 } } as const;
    const judged = (status: number, text = '') =>
      checkApiService(check({ ...hidden, discovery: { kind: 'seen', value: { status, text } } }));
    assert.deepEqual(
      judged(200).map(({ kind }) => kind),
      ['fine'],
    );
    assert.deepEqual(codesIn(judged(404)), ['apiservice-missing']);
    const [unavailable] = findingsIn(judged(503, 'service unavailable\n'));
    assert.equal(unavailable?.code, 'apiservice-unavailable');
    assert.match(unavailable.what, /answers 503 for the group: service unavailable$/);
    const silent = checkApiService(check({ ...hidden, discovery: { kind: 'unseen', why: 'no answer' } }));
    assert.deepEqual(
      silent.map(({ kind }) => kind),
      ['unseen'],
    );
  });
});

const seen = <T>(value: T): Reading<T> => ({ kind: 'seen', value });

function check(change: Partial<ApiServiceCheck>): ApiServiceCheck {
  return {
    version: 'v1beta1',
    apiService: seen(apiService()),
    discovery: seen({ status: 200, text: '' }),
    ours,
    flags,
    now,
    ...change,
  };
}
