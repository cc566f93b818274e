import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseLabelSelector } from '../../model/label-selector.ts';
import type { AcceptedBy } from '../../scraper/kubelet/trust/acceptance.ts';
import type { Outcome } from '../../scraper/outcome.ts';
import type { FindingCode } from '../finding-codes.ts';
import type { KubeletFacts, Speaker } from '../kubelets/kubelet-facts.ts';
import { codesIn, findingsIn, flags, kubelet, nodeNamed } from '../testing/made-facts.ts';
import { checkNodes, type NodesCheck, namesOf } from './nodes.ts';

const tls = (code: string): Outcome => ({ kind: 'tls', code, message: code });
const seenFrom = (issuer: string) => ({
  subject: 'CN=n1',
  issuer,
  names: 'DNS:n1',
  notAfter: 'Nov 27 08:00:00 2026 GMT',
});

const failures: readonly (readonly [promise: string, Partial<KubeletFacts>, FindingCode])[] = [
  ['that signed its certificate itself', { outcome: tls('DEPTH_ZERO_SELF_SIGNED_CERT') }, 'kubelet-self-signed'],
  [
    'that made a CA of its own for its certificate',
    { outcome: tls('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), certificate: seenFrom('CN=n1-ca@1764316800') },
    'kubelet-self-signed',
  ],
  [
    'with a certificate of a CA we do not know',
    { outcome: tls('SELF_SIGNED_CERT_IN_CHAIN'), certificate: seenFrom('CN=corporate CA') },
    'kubelet-unknown-ca',
  ],
  ['whose certificate has expired', { outcome: tls('CERT_HAS_EXPIRED') }, 'kubelet-certificate-expired'],
  ['whose certificate is for another name', { outcome: tls('ERR_TLS_CERT_ALTNAME_INVALID') }, 'kubelet-name-mismatch'],
  ['whose key is another than the pinned one', { outcome: tls('KUBELET_KEY_CHANGED') }, 'kubelet-key-changed'],
  ['whose key is not pinned yet', { outcome: tls('KUBELET_KEY_NOT_PINNED') }, 'kubelet-key-not-pinned'],
  ['that has no certificate yet', { outcome: tls('ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR') }, 'kubelet-tls'],
  ['that knows no token', { outcome: { kind: 'status', code: 401 } }, 'kubelet-unauthorized'],
  ['that lets nobody in', { outcome: { kind: 'status', code: 403 } }, 'kubelet-forbidden'],
  ['without resource metrics', { outcome: { kind: 'status', code: 404 } }, 'kubelet-no-resource-metrics'],
  ['that is broken', { outcome: { kind: 'status', code: 500 } }, 'kubelet-bad-answer'],
  ['that answers nonsense', { outcome: { kind: 'bad-body', message: 'it is not HTTP' } }, 'kubelet-bad-answer'],
  ['that answers without end', { outcome: { kind: 'too-large', limitBytes: 2 ** 24 } }, 'kubelet-bad-answer'],
  ['that measured nothing', { outcome: { kind: 'nothing-measured', badLines: 0 } }, 'kubelet-bad-answer'],
  ['nobody runs', { outcome: { kind: 'unreachable', code: 'ECONNREFUSED' } }, 'kubelet-unreachable'],
  ['that says nothing', { outcome: { kind: 'timed-out', afterMs: 10_000 } }, 'kubelet-timed-out'],
  ['without an address', { outcome: { kind: 'no-address', message: 'none' } }, 'kubelet-no-address'],
  ['whose runtime is silent', { outcome: { kind: 'scraped', containers: 0, badLines: 0 } }, 'kubelet-no-containers'],
  ['that is slow', { tookMs: 4_000 }, 'kubelet-slow'],
  ['in another time', { aheadMs: -7_000 }, 'clock-skew'],
];

describe('a kubelet', () => {
  for (const [promise, facts, code] of failures) {
    it(`${promise} is ${code}`, () => {
      assert.deepEqual(codesIn(checkNodes(check([kubelet('n1', facts), kubelet('n2')]))), [code]);
    });
  }

  it('that tells of containers in time, verified, is fine, and how long it took is told', () => {
    assert.deepEqual(checkNodes(check([kubelet('n1'), kubelet('n2', { tookMs: 41.4 })])), [
      {
        kind: 'fine',
        text: '2 of 2 kubelets answer for their containers, with certificates that are verified; the slowest (n2) took 41 ms.',
      },
    ]);
  });

  it('that is known by its pinned key is fine, and told apart', () => {
    const [verdict] = checkNodes(check([kubelet('n1', { acceptedBy: 'pin' }), kubelet('n2')]));
    assert.ok(verdict?.kind === 'fine');
    assert.match(verdict.text, /, 1 by the key that is pinned and the others by their certificates;/);
  });

  it('is told of together with those that fail alike, however many', () => {
    const outcome = { kind: 'unreachable', code: 'ECONNREFUSED' } as const;
    const many = Array.from({ length: 500 }, (_, at) => kubelet(`n${at}`, { outcome }));
    const [finding, ...others] = findingsIn(checkNodes(check([...many, kubelet('good')])));
    assert.deepEqual(others, []);
    assert.equal(finding?.about, 'nodes n0, n1, n2, n3, n4 and 495 more');
  });

  it('says what its certificate names, where that is the trouble', () => {
    const outcome = tls('ERR_TLS_CERT_ALTNAME_INVALID');
    const [finding] = findingsIn(
      checkNodes(check([kubelet('n1', { outcome, certificate: seenFrom('CN=kubernetes') })])),
    );
    assert.match(finding?.why ?? '', /It names DNS:n1\.$/);
  });

  it('of a node that is not Ready is not held against it twice', () => {
    const node = nodeNamed('n1', { ready: false });
    const down = kubelet('n1', { node, outcome: { kind: 'timed-out', afterMs: 10_000 } });
    assert.deepEqual(codesIn(checkNodes(check([down, kubelet('n2')]))), ['node-not-ready']);
  });
});

describe('a stranger to kubelets', () => {
  const lookedAt = (...kubelets: readonly KubeletFacts[]) => checkNodes(check(kubelets, 'stranger'));

  it('is refused, which is no finding: it was shown no token', () => {
    const refusing = lookedAt(kubelet('n1', { outcome: { kind: 'status', code: 401 } }));
    assert.deepEqual(refusing, [
      {
        kind: 'fine',
        text: '1 of 1 kubelets can be reached from here, with certificates that are verified; none was shown a token.',
      },
    ]);
  });

  it('sees their certificates all the same', () => {
    assert.deepEqual(codesIn(lookedAt(kubelet('n1', { outcome: tls('CERT_HAS_EXPIRED') }))), [
      'kubelet-certificate-expired',
    ]);
  });

  it('that cannot reach them could not look from here', () => {
    const [verdict, ...others] = lookedAt(kubelet('n1', { outcome: { kind: 'timed-out', afterMs: 10_000 } }));
    assert.deepEqual(others, []);
    assert.equal(verdict?.kind, 'unseen');
  });
});

describe('clocks', () => {
  it('that all differ from ours by the same are right, and ours is wrong', () => {
    const [finding, ...others] = findingsIn(
      checkNodes(check([kubelet('a', { aheadMs: 61_000 }), kubelet('b', { aheadMs: 60_400 })])),
    );
    assert.deepEqual(others, []);
    assert.equal(finding?.about, 'this machine');
    assert.equal(finding.what, 'Every node is 61.0 s ahead of us.');
  });

  it('that differ by no more than a Date header can tell are right', () => {
    assert.deepEqual(
      codesIn(checkNodes(check([kubelet('a', { aheadMs: 900 }), kubelet('b', { aheadMs: -4_900 })]))),
      [],
    );
  });
});

describe('flags of the server', () => {
  it('that leave nodes out are told, with how many', () => {
    const parsed = parseLabelSelector('kubernetes.io/hostname!=n2');
    assert.ok(parsed.kind === 'selector');
    const selecting = { ...flags.kubelet, nodeSelector: parsed.selector };
    const [finding] = findingsIn(
      checkNodes({
        nodes: [nodeNamed('n1'), nodeNamed('n2')],
        kubelets: [kubelet('n1')],
        flags: selecting,
        speaker: 'server',
      }),
    );
    assert.equal(finding?.code, 'nodes-excluded');
    assert.equal(finding.about, 'node n2');
    assert.match(finding.what, /leaves out 1 of 2 nodes/);
  });

  it('that switch verification off are told what would happen without', () => {
    const insecure = { ...flags.kubelet, trust: 'insecure' } as const;
    const advice = (acceptedBy: AcceptedBy) =>
      findingsIn(checkNodes({ ...check([kubelet('n1'), kubelet('n2', { acceptedBy })]), flags: insecure }))[0]?.cure
        .advice;
    assert.match(advice('certificate') ?? '', /not needed: all 2 certificates can be verified/);
    assert.match(advice('nothing') ?? '', /Not all could be verified \(n2\)\. --kubelet-tls=pin/);
  });
});

it('names are few, however many there are', () => {
  assert.equal(namesOf(['a']), 'a');
  assert.equal(namesOf(['a', 'b', 'c', 'd', 'e']), 'a, b, c, d, e');
  assert.equal(namesOf(['a', 'b', 'c', 'd', 'e', 'f']), 'a, b, c, d, e and 1 more');
});

function check(kubelets: readonly KubeletFacts[], speaker: Speaker = 'server'): NodesCheck {
  return { nodes: kubelets.map(({ node }) => node), kubelets, flags: flags.kubelet, speaker };
}
