import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { as, type EpochMs } from '../../model/units.ts';
import type { CertificatePair } from '../certificates/issue-certificate.ts';
import { type Authorities, bundleOf, readAuthorities, writeAuthorities } from './authorities.ts';
import { makeAuthority } from './issuing.ts';
import { agree, dueStep, promoted, type RotationStep, retired, usualTerms as terms } from './rotation.ts';

const service = { namespace: 'kube-system', name: 'metrics-server' };
const dayMs = 86_400_000;
const start = as<EpochMs>(Date.UTC(2026, 0, 1));
const after = (days: number): EpochMs => as<EpochMs>(start + days * dayMs);
const made = (days: number): Promise<CertificatePair> =>
  makeAuthority({ service, keyAlgorithm: 'ecdsa-p256', terms }, after(days));

const first = await made(0);
const second = await made(244);
const stranger = await made(1);
const middle: Authorities = { active: first, next: second };
const turned = promoted(middle, after(245));

describe('a rotation', () => {
  const cases: readonly [string, Authorities, number, number | undefined, RotationStep][] = [
    ['nothing while the authority is young', { active: first }, 243, undefined, 'nothing'],
    ['a successor after two thirds of its life', { active: first }, 244, undefined, 'announce'],
    ['nothing while the successor is not known to everybody', middle, 245, undefined, 'nothing'],
    ['nothing before it has been known for the overlap', middle, 245, terms.overlapMs - 1, 'nothing'],
    ['the successor signs once it has been known for the overlap', middle, 245, terms.overlapMs, 'promote'],
    ['the one before stays while it may have signed something that lives', turned, 275, undefined, 'nothing'],
    ['the one before goes when everything it signed has run out', turned, 276, undefined, 'retire'],
    ['a successor takes over untold where the authority has run out', middle, 366, undefined, 'promote'],
    ['a new beginning where everything has run out', { active: first }, 366, undefined, 'restart'],
    [
      'a new successor where the announced one has run out as well',
      { active: second, next: first },
      490,
      terms.overlapMs,
      'announce',
    ],
  ];
  for (const [title, authorities, days, toldForMs, step] of cases) {
    it(title, () => assert.equal(dueStep(authorities, after(days), toldForMs, terms), step));
  }

  it('tells the same before and after the successor takes over, and the key of the one before is gone', () => {
    assert.equal(bundleOf(turned), bundleOf(middle));
    const texts = [...writeAuthorities(turned).values()].join('\n');
    assert.ok(!texts.includes(first.keyPem));
    assert.equal(bundleOf(retired(turned)), second.certPem);
  });
});

describe('the Secret', () => {
  it('is read as it was written, and what others keep in it stays', () => {
    const before = new Map([
      ['theirs', Buffer.from('x')],
      ['next.crt', Buffer.from('old')],
    ]);
    for (const authorities of [{ active: first }, middle, turned]) {
      const data = writeAuthorities(authorities, before);
      assert.deepEqual(readAuthorities(data), { kind: 'read', authorities });
      assert.equal(String(data.get('theirs')), 'x');
    }
  });

  it('says what is wrong with it, and quotes no key', () => {
    const good = writeAuthorities(middle);
    const cases: readonly [string, string | undefined, RegExp][] = [
      ['ca.crt', undefined, /^it has no ca\.crt$/],
      ['ca.key', undefined, /^it has no ca\.key$/],
      ['ca.crt', 'nonsense', /^its ca\.crt is no PEM certificate$/],
      ['ca.key', first.keyPem.slice(0, 100), /^its ca\.key is no PEM key/],
      ['ca.key', second.keyPem, /^its ca\.crt and ca\.key do not belong together$/],
      ['next.key', undefined, /^it has no next\.key$/],
      ['previous.crt', 'x'.repeat(70_000), /^its previous\.crt is longer than 65536 bytes$/],
    ];
    for (const [key, text, reason] of cases) {
      const data = new Map(good);
      if (text === undefined) data.delete(key);
      else data.set(key, Buffer.from(text));
      const reading = readAuthorities(data);
      assert.match(reading.kind === 'malformed' ? reading.reason : 'read', reason);
    }
  });
});

describe('what the Secret holds against what we know', () => {
  const read = (authorities: Authorities) => ({ kind: 'read', authorities }) as const;

  it('is followed by whoever knows nothing yet, and by whoever finds what they know in it', () => {
    for (const own of [undefined, { active: first }, { active: second }]) {
      for (const stored of [middle, turned])
        assert.deepEqual(agree(own, read(stored)), { kind: 'agreed', authorities: stored });
    }
  });

  it('takes over like any successor where it was replaced without notice', () => {
    const agreement = agree(middle, read({ active: stranger }));
    assert.ok(agreement.kind === 'restore');
    assert.deepEqual(agreement.authorities, { active: first, next: stranger });
  });

  it('is put right where it is spoilt, and made again with a successor where it was deleted', () => {
    const spoilt = agree(turned, { kind: 'malformed', reason: 'it has no ca.crt' });
    assert.deepEqual(spoilt, { kind: 'restore', authorities: turned, why: 'it has no ca.crt' });
    const deleted = agree(turned, { kind: 'absent' });
    assert.deepEqual(deleted, { kind: 'restore', authorities: turned, why: 'it was deleted', needsNext: true });
  });
});
