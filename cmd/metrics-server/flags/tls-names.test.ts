import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createSecureContext } from 'node:tls';
import { ciphersFor, parseCipherSuites, parseCurves, parseTlsVersion } from './tls-names.ts';

const suitesOf13 = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256';

describe('TLS versions', () => {
  it('are told by the names that Go programs use; none is TLS 1.2', () => {
    assert.deepEqual(parseTlsVersion(['']), { kind: 'value', value: 'TLSv1.2' });
    assert.deepEqual(parseTlsVersion(['VersionTLS13']), { kind: 'value', value: 'TLSv1.3' });
    assert.equal(parseTlsVersion(['TLSv1.3']).kind, 'problem');
  });

  it('that are broken are taken with a warning', () => {
    for (const name of ['VersionTLS10', 'VersionTLS11']) {
      const parsed = parseTlsVersion([name]);
      assert.ok(parsed.kind === 'value');
      assert.match(parsed.warning ?? '', new RegExp(`allows ${name}`));
    }
  });
});

describe('cipher suites', () => {
  it("are OpenSSL's in the order given, those of TLS 1.3 always among them", () => {
    const names = 'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256';
    assert.deepEqual(parseCipherSuites([names]), {
      kind: 'value',
      value: `ECDHE-RSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-GCM-SHA256:${suitesOf13}`,
    });
    assert.deepEqual(parseCipherSuites(['TLS_AES_256_GCM_SHA384']), {
      kind: 'value',
      value: 'TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256',
    });
  });

  it('are left to the defaults when none is given', () => {
    assert.deepEqual(parseCipherSuites(['']), { kind: 'value', value: undefined });
  });

  it('that nobody knows are refused, all named', () => {
    const parsed = parseCipherSuites(['TLS_A,ECDHE-RSA-AES128-SHA', 'toString']);
    assert.ok(parsed.kind === 'problem');
    assert.match(parsed.message, /^has no cipher suite TLS_A, ECDHE-RSA-AES128-SHA, toString: take of TLS_AES_128_GCM/);
  });

  it('that are insecure are taken with a warning', () => {
    const parsed = parseCipherSuites(['TLS_RSA_WITH_AES_128_CBC_SHA256']);
    assert.ok(parsed.kind === 'value');
    assert.equal(parsed.value, `AES128-SHA256:${suitesOf13}`);
    assert.equal(parsed.warning, 'allows insecure suites: TLS_RSA_WITH_AES_128_CBC_SHA256');
  });

  it('that OpenSSL has no more are left out with a warning, and refused when no other is given', () => {
    const rc4 = 'TLS_RSA_WITH_RC4_128_SHA';
    assert.deepEqual(parseCipherSuites([`${rc4},TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`]), {
      kind: 'value',
      value: `ECDHE-RSA-AES128-GCM-SHA256:${suitesOf13}`,
      warning: `leaves out what this build does not have: ${rc4}`,
    });
    assert.equal(parseCipherSuites([rc4]).kind, 'problem');
  });
});

describe('curves', () => {
  it('are told by their numbers', () => {
    assert.deepEqual(parseCurves(['29,23', '4588']), { kind: 'value', value: 'X25519:P-256:X25519MLKEM768' });
    assert.deepEqual(parseCurves(['']), { kind: 'value', value: undefined });
  });

  it('that nobody knows are refused', () => {
    const parsed = parseCurves(['29,7,X25519']);
    assert.ok(parsed.kind === 'problem');
    assert.match(parsed.message, /^has no curve 7, X25519: take of 23 \(P-256\), /);
  });
});

it('Node.js takes every version, suite and curve that these flags can name', () => {
  const all = (parsed: { kind: string; message?: string }) =>
    [...(parsed.message ?? '').matchAll(/\bTLS_\w+|\b\d+(?= \()/g)].map(([name]) => name).filter((n) => n !== 'TLS_');
  const suites = parseCipherSuites([all(parseCipherSuites(['TLS_'])).join()]);
  const curves = parseCurves([all(parseCurves(['x'])).join()]);
  assert.ok(suites.kind === 'value' && curves.kind === 'value' && suites.value && curves.value);
  assert.equal(curves.value.split(':').length, 7);
  for (const name of ['VersionTLS10', 'VersionTLS11', 'VersionTLS12', 'VersionTLS13']) {
    const version = parseTlsVersion([name]);
    assert.ok(version.kind === 'value');
    for (const given of [undefined, suites.value]) {
      const ciphers = ciphersFor(version.value, given);
      createSecureContext({ minVersion: version.value, ...(ciphers && { ciphers }), ecdhCurve: curves.value });
    }
  }
});
