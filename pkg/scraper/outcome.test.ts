import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keyChanged, keyNotPinned } from './kubelet/trust/acceptance.ts';
import { askingText, isSuccess, type Outcome, outcomeText } from './outcome.ts';

const texts: readonly (readonly [Outcome, RegExp])[] = [
  [{ kind: 'scraped', containers: 3, badLines: 0 }, /^answered for 3 containers$/],
  [{ kind: 'scraped', containers: 3, badLines: 2 }, /; 2 lines could not be read$/],
  [{ kind: 'nothing-measured', badLines: 0 }, /had measured nothing yet$/],
  [{ kind: 'no-address', message: 'it has no addresses at all' }, /^it has no addresses at all$/],
  [{ kind: 'timed-out', afterMs: 10_000 }, /did not answer within 10 s$/],
  [{ kind: 'unreachable', code: 'ECONNREFUSED' }, /nothing listens .*ECONNREFUSED/],
  [{ kind: 'unreachable', code: 'EWEIRD' }, /could not be reached: EWEIRD$/],
  [{ kind: 'status', code: 401 }, /401 Unauthorized/],
  [{ kind: 'status', code: 403, detail: 'no' }, /403 Forbidden.*get on nodes\/metrics \(.*verbs: \["get"\]\): no$/],
  [{ kind: 'status', code: 302 }, /a redirect, which is not followed$/],
  [{ kind: 'status', code: 500 }, /answered 500$/],
  [{ kind: 'tls', code: 'DEPTH_ZERO_SELF_SIGNED_CERT', message: 'x' }, /itself.*--kubelet-certificate-authority/],
  [
    { kind: 'tls', code: 'ERR_TLS_CERT_ALTNAME_INVALID', message: 'it names DNS:n2, and none of 10.0.0.1, n1' },
    /made out to somebody else: it names DNS:n2, and none of 10\.0\.0\.1, n1; .*--kubelet-preferred-address-types/,
  ],
  [
    { kind: 'tls', code: 'ERR_TLS_CERT_ALTNAME_INVALID', message: 'it does not contain any name (no SAN)' },
    /no SAN.*serverTLSBootstrap/,
  ],
  [{ kind: 'tls', code: 'CERT_HAS_EXPIRED', message: 'x' }, /has expired.*rotation/],
  [{ kind: 'tls', code: 'CERT_NOT_YET_VALID', message: 'x' }, /not valid yet; compare the clocks/],
  [
    { kind: 'tls', code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', message: 'x' },
    /not signed by an authority.*--kubelet-tls=pin/,
  ],
  [
    {
      kind: 'tls',
      code: 'SELF_SIGNED_CERT_IN_CHAIN',
      message: 'x',
      also: { code: 'ERR_TLS_CERT_ALTNAME_INVALID', message: 'it does not contain any name (no SAN)' },
    },
    /not signed by an authority.*SELF_SIGNED_CERT_IN_CHAIN\); besides, it does not contain any name \(no SAN\)/,
  ],
  [{ kind: 'tls', code: keyChanged, message: 'another key: kubectl patch' }, /kubelet: another key: kubectl patch/],
  [{ kind: 'tls', code: keyNotPinned, message: 'no Secret' }, /its key could not be pinned: no Secret/],
  [{ kind: 'tls', code: 'ERR_SSL_WRONG_VERSION_NUMBER', message: 'wrong version number' }, /wrong version number/],
  [{ kind: 'too-large', limitBytes: 16 * 2 ** 20 }, /larger than 16 MiB$/],
  [{ kind: 'bad-body', message: 'it is not HTTP' }, /could not be read: it is not HTTP$/],
  [{ kind: 'broken', message: 'oops' }, /fault in this server: oops$/],
];

describe('how a scrape ended', () => {
  for (const [outcome, text] of texts) {
    it(`is said in one line: ${JSON.stringify(outcome)}`, () => {
      assert.match(outcomeText(outcome), text);
      assert.doesNotMatch(outcomeText(outcome), /\n|\.$/);
    });
  }

  it('names the right that is missing for what was asked', () => {
    const forbidden: Outcome = { kind: 'status', code: 403 };
    assert.match(
      outcomeText(forbidden, 'summary'),
      /^the kubelet answered 403 .* get on nodes\/stats .*\["nodes\/stats"\]/,
    );
    assert.match(outcomeText(forbidden, 'node-proxy'), /^the kube-apiserver.* answered 403 .* get on nodes\/proxy /);
    assert.match(outcomeText({ kind: 'status', code: 404 }, 'summary'), /no summary at this path$/);
  });

  it('says what else was tried', () => {
    const asking = { outcome: { kind: 'status', code: 404 }, source: 'resource' } as const;
    assert.equal(askingText({ ...asking, alsoTried: undefined }), outcomeText(asking.outcome));
    const alsoTried = { source: 'summary', outcome: { kind: 'status', code: 403 } } as const;
    assert.match(askingText({ ...asking, alsoTried }), /404 .*; and its \/stats\/summary.* 403 .*nodes\/stats/);
  });

  it('is a success only when there is usage', () => {
    assert.deepEqual(
      [...new Set(texts.filter(([outcome]) => isSuccess(outcome)).map(([{ kind }]) => kind))],
      ['scraped'],
    );
  });
});
