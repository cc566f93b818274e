import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { Flag } from './flag.ts';
import { allFlags, sections } from './sections.ts';

/** What we have beside the reference's. */
const ours = ['api-versions', 'api-warnings', 'events', 'help'];
const oursOfCatalogue = Object.keys(sections.Catalogue);
const oursOfKubelets = [
  'kubelet-compression',
  'kubelet-slow-request-timeout',
  'kubelet-via-node-proxy',
  'kubelet-tls',
  'kubelet-pins-secret',
];
const oursOfServing = ['serving-ca', 'serving-ca-secret', 'serving-service', 'serving-key-algorithm'];

interface ReferenceFlag {
  readonly name: string;
  readonly default: string;
  readonly letter: string | undefined;
}

const references: readonly ReferenceFlag[] = readFileSync(
  join(import.meta.dirname, '..', 'testdata', 'reference-flags.txt'),
  'utf8',
)
  .split('\n')
  .filter((line) => /^[a-z]/.test(line))
  .map((line) => {
    const [name = '', text = '', letter] = line.split(' ');
    return { name, default: text === '""' ? '' : text, letter: letter?.slice(1) };
  });

const flags: Readonly<Record<string, Flag>> = allFlags;

describe('the flags', () => {
  it('are the 103 of the reference, and those of ours', () => {
    assert.equal(references.length, 103);
    const extra = [...ours, ...oursOfKubelets, ...oursOfServing, ...oursOfCatalogue];
    const names = [...references.map(({ name }) => name), ...extra];
    assert.deepEqual(Object.keys(flags).toSorted(), names.toSorted());
  });

  it('stand in one section each', () => {
    const counts = Object.values(sections).map((section) => Object.keys(section).length);
    assert.equal(
      counts.reduce((sum, count) => sum + count),
      Object.keys(flags).length,
    );
    assert.deepEqual(counts, [
      3 + ours.length,
      19,
      10 + oursOfKubelets.length,
      13 + oursOfServing.length,
      11,
      4,
      31,
      oursOfCatalogue.length,
      4,
      8,
    ]);
  });

  it('have the defaults of the reference', () => {
    const defaults = references.map(({ name }) => [name, String(flags[name]?.default)]);
    assert.deepEqual(
      defaults,
      references.map(({ name, default: text }) => [name, text]),
    );
  });

  it('have the letters of the reference', () => {
    const letters = references
      .filter(({ letter }) => letter !== undefined)
      .map(({ name, letter }) => [letter, name.length === 1 ? name : flags[name]?.alias]);
    assert.deepEqual(letters, [
      ['l', 'l'],
      ['v', 'v'],
    ]);
  });

  it('take the names that some of them once had', () => {
    const former = Object.entries(flags).flatMap(([name, flag]) => (flag.formerNames ?? []).map((old) => [old, name]));
    assert.deepEqual(former, [
      ['audit-webhook-batch-initial-backoff', 'audit-webhook-initial-backoff'],
      ['label-seperator', 'label-separator'],
    ]);
  });

  it('say what they do, in a sentence', () => {
    const mute = Object.entries(flags).filter(([, { help }]) => !/^[A-Z].*\.$/s.test(help));
    assert.deepEqual(
      mute.map(([name]) => name),
      [],
    );
  });
});
