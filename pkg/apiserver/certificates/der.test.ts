import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readCertificateFacts } from './certificate-facts.ts';
import { derElements, derOid, derText } from './der.ts';

test('elements lie side by side, with short and long lengths', () => {
  const long = Buffer.alloc(300, 7);
  const bytes = Buffer.concat([Buffer.from([0x02, 0x01, 0x05, 0x04, 0x82, 0x01, 0x2c]), long]);
  assert.deepEqual(derElements(bytes), [
    { tag: 0x02, content: Buffer.from([5]) },
    { tag: 0x04, content: long },
  ]);
  assert.deepEqual(derElements(Buffer.alloc(0)), []);
});

test('what is cut off, of endless length or with a multi-byte tag is not read', () => {
  for (const bytes of [[0x02], [0x02, 0x02, 0x05], [0x30, 0x80], [0x04, 0x82, 0x01], [0x1f, 0x81, 0x01, 0x00]]) {
    assert.equal(derElements(Buffer.from(bytes)), undefined, `bytes ${bytes}`);
  }
});

test('object identifiers are read in dotted form', () => {
  assert.equal(derOid(Buffer.from('550403', 'hex')), '2.5.4.3');
  assert.equal(derOid(Buffer.from('2b0601040183c25302', 'hex')), '1.3.6.1.4.1.57683.2');
  assert.equal(derOid(Buffer.from('883703', 'hex')), '2.999.3');
  assert.equal(derOid(Buffer.from('5584', 'hex')), undefined);
  assert.equal(derOid(Buffer.alloc(0)), undefined);
  assert.equal(derOid(Buffer.alloc(20, 0xff)), undefined);
});

test('text is read in the encodings that names use', () => {
  assert.equal(derText({ tag: 0x0c, content: Buffer.from('Jürgen') }), 'Jürgen');
  assert.equal(derText({ tag: 0x14, content: Buffer.from('Jürgen', 'latin1') }), 'Jürgen');
  assert.equal(derText({ tag: 0x1e, content: Buffer.from('004a00fc', 'hex') }), 'Jü');
  assert.equal(derText({ tag: 0x1e, content: Buffer.from('004a00', 'hex') }), undefined);
  assert.equal(derText({ tag: 0x02, content: Buffer.from([1]) }), undefined);
});

test('a certificate with bytes turned or cut off is read or refused, never a crash', () => {
  const raw = new X509Certificate(readFileSync(join(import.meta.dirname, '../testdata/certificates/short-ca.pem'))).raw;
  const seed = 20261121;
  const random = dice(seed);
  for (let round = 0; round < 3000; round++) {
    const bytes = Buffer.from(raw.subarray(0, round % 3 === 0 ? Math.floor(random() * raw.length) : raw.length));
    const flips = 1 + Math.floor(random() * 3);
    for (let flip = 0; flip < flips; flip++) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    const read = () => readCertificateFacts({ raw: bytes } as unknown as X509Certificate);
    assert.doesNotThrow(read, `seed ${seed}, round ${round}`);
  }
});

/** mulberry32: the same numbers for the same seed. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
