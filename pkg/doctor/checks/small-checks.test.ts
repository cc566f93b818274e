import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { as, type EpochMs } from '../../model/units.ts';
import type { CertificateRequestFacts } from '../facts.ts';
import type { JudgedRight } from '../gathering/rights.ts';
import { codesIn, findingsIn, ours, serverPod } from '../testing/made-facts.ts';
import { checkAutoscalers } from './autoscalers.ts';
import { checkCertificateRequests } from './certificate-requests.ts';
import { checkServerProxy } from './proxies.ts';
import { checkRights } from './rights.ts';
import { checkServedMetrics } from './served-metrics.ts';

describe('requests of kubelets for certificates', () => {
  const request = (
    name: string,
    user: string,
    change: Partial<CertificateRequestFacts> = {},
  ): CertificateRequestFacts => ({
    name,
    user,
    groups: ['system:nodes'],
    createdAt: as<EpochMs>(1),
    pending: true,
    ...change,
  });

  it('that wait are approved by one command: the newest of each node, and of nobody who is no node', () => {
    const [finding] = findingsIn(
      checkCertificateRequests({
        kind: 'seen',
        value: [
          request('old', 'system:node:b'),
          request('new', 'system:node:b', { createdAt: as<EpochMs>(2) }),
          request('only', 'system:node:a'),
          request('done', 'system:node:c', { pending: false }),
          request('eve', 'eve'),
          request('impostor', 'system:node:d', { groups: ['system:authenticated'] }),
        ],
      }),
    );
    assert.deepEqual(finding?.cure.commands, ['kubectl certificate approve only new']);
    assert.equal(finding.about, 'nodes a, b');
  });

  it('are approved twenty at a time', () => {
    const value = Array.from({ length: 45 }, (_, at) => request(`csr-${at}`, `system:node:n${at}`));
    const [finding] = findingsIn(checkCertificateRequests({ kind: 'seen', value }));
    assert.equal(finding?.cure.commands?.[0]?.split(' ').length, 3 + 20);
    assert.match(finding.about, /and 25 more$/);
  });
});

describe('autoscalers', () => {
  it('that lack requests are told container by container, with what to write', () => {
    const missing = [
      { container: 'envoy', resource: 'cpu' },
      { container: 'envoy', resource: 'memory' },
    ];
    const value = [{ namespace: 'shop', name: 'checkout', targetKind: 'Deployment', target: 'checkout', missing }];
    const [finding] = findingsIn(checkAutoscalers({ kind: 'seen', value }));
    assert.deepEqual(finding?.cure.commands, [
      'kubectl -n shop set resources deployment/checkout -c envoy --requests=cpu=100m,memory=128Mi',
    ]);
    assert.deepEqual(finding.cure.manifest?.slice(-3), [
      '            requests:',
      '              cpu: 100m',
      '              memory: 128Mi',
    ]);
  });
});

describe('a proxy', () => {
  const codes = (environment: Record<string, string>, host?: string) => {
    const [container] = serverPod().containers;
    assert.ok(container);
    return codesIn(
      checkServerProxy({ pod: serverPod({ containers: [{ ...container, environment }] }), host }, 'metrics-server'),
    );
  };

  it('is in the way unless NO_PROXY exempts the kube-apiserver, in small letters too', () => {
    assert.deepEqual(codes({}, '10.96.0.1'), []);
    assert.deepEqual(codes({ HTTPS_PROXY: 'http://p:3128' }, '10.96.0.1'), ['proxy-in-the-way']);
    assert.deepEqual(codes({ https_proxy: 'http://p:3128', no_proxy: '10.0.0.0/8' }, '10.96.0.1'), []);
    assert.deepEqual(codes({ HTTPS_PROXY: 'http://p:3128', NO_PROXY: '10.0.0.0/16' }, '10.96.0.1'), [
      'proxy-in-the-way',
    ]);
  });

  it('gets the benefit of the doubt where nobody knows the address, and something is exempt', () => {
    assert.deepEqual(codes({ HTTPS_PROXY: 'http://p:3128', NO_PROXY: '.svc' }), []);
    assert.deepEqual(codes({ HTTPS_PROXY: 'http://p:3128' }), ['proxy-in-the-way']);
  });
});

describe('rights', () => {
  const right: JudgedRight = {
    verbs: ['get'],
    group: '',
    resource: 'nodes/metrics',
    purpose: 'be answered by kubelets',
    grantedBy: 'role',
    missing: { kind: 'seen', value: ['get'] },
  };

  it('that are missing come with the rule, as it is written into a ClusterRole', () => {
    const [finding] = findingsIn(checkRights([right], ours));
    assert.equal(finding?.what, 'It may not get nodes/metrics.');
    assert.equal(finding.about, 'system:serviceaccount:kube-system:metrics-server');
    assert.deepEqual(finding.cure.manifest, [
      '- apiGroups: [""]',
      '  resources: ["nodes/metrics"]',
      '  verbs: ["get"]',
    ]);
  });

  it('nobody may ask about are not known, and those that are known to be missing are told', () => {
    const hidden = { ...right, missing: { kind: 'unseen', why: 'forbidden' } } as const;
    assert.deepEqual(
      checkRights([hidden, right], ours).map(({ kind }) => kind),
      ['finding', 'unseen'],
    );
  });
});

describe('what is served', () => {
  const health = {
    kind: 'seen',
    value: { ready: true, failing: [], degraded: ['1 of 2 nodes have no metrics'] },
  } as const;
  const node = { name: 'n2', uid: '', labels: {}, addresses: [], kubeletPort: 0, ready: true };
  const served = {
    kind: 'seen',
    value: { names: new Set(['n1']), missing: [{ node, reason: 'node n2: 403 Forbidden' }] },
  } as const;
  const check = { serviceRef: ours, health, served, isCutOff: false, explained: new Set<string>() };

  it('lacks a node: the reason is what the server says', () => {
    const [finding] = findingsIn(checkServedMetrics(check));
    assert.equal(finding?.code, 'node-without-metrics');
    assert.equal(finding.why, 'The server says: node n2: 403 Forbidden');
  });

  it('lacks a node of which something was found already: nothing new', () => {
    assert.deepEqual(codesIn(checkServedMetrics({ ...check, explained: new Set(['n2']) })), []);
  });

  it('is not asked for where the kube-apiserver cannot ask', () => {
    assert.deepEqual(
      checkServedMetrics({ ...check, isCutOff: true }).map(({ kind }) => kind),
      ['unseen'],
    );
  });

  it('by a server that is not ready says which checks fail', () => {
    const ill = { kind: 'seen', value: { ready: false, failing: ['metric-storage-ready'], degraded: [] } } as const;
    const [finding] = findingsIn(checkServedMetrics({ ...check, health: ill }));
    assert.equal(finding?.code, 'server-not-ready');
    assert.match(finding.what, /metric-storage-ready/);
  });
});
