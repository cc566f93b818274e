import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { exactValue, parseFieldSelector } from './field-selector.ts';

const known = ['metadata.name', 'metadata.namespace'];
const vectors = readFileSync(join(import.meta.dirname, 'testdata/field-selectors.txt'), 'utf8')
  .trimEnd()
  .split('\n');

for (const vector of vectors) {
  const [, text = '', error = '', url = ''] = /^\[(.*)\] => err=\[(.*)\] url=\[(.*)\]$/.exec(vector) ?? [];
  test(`reads "${text}" as kubectl does`, () => {
    // kubectl knows no fields and leaves that check to the server.
    const result = parseFieldSelector(text, [...known, 'foo']);
    if (error !== '') return assert.deepEqual(result, { kind: 'invalid', message: error.slice('error: '.length, -1) });
    const canonical = new URLSearchParams(url.slice(0, -1).split('?')[1] ?? '').get('fieldSelector') ?? '';
    assert.equal(result.kind === 'selector' && String(result.selector), canonical);
  });
}

test('an unknown field is refused with the list of those that are known', () => {
  assert.deepEqual(parseFieldSelector('foo=bar', known), {
    kind: 'invalid',
    message: '"foo" is not a known field selector: only "metadata.name", "metadata.namespace"',
  });
});

test('terms are matched together, and a missing field counts as empty', () => {
  const fields = { 'metadata.name': 'a,b' };
  for (const text of [
    '',
    ',',
    'metadata.name=a\\,b',
    'metadata.name!=c',
    'metadata.namespace=',
    'metadata.namespace!=x',
  ]) {
    assert.equal(selectorOf(text).matches(fields), true, text);
  }
  for (const text of ['metadata.name=c', 'metadata.name=a\\,b,metadata.namespace=x', 'metadata.name!=a\\,b']) {
    assert.equal(selectorOf(text).matches(fields), false, text);
  }
});

test('the value a field must have is found, where one is demanded', () => {
  assert.equal(exactValue(selectorOf('metadata.namespace=ns,metadata.name==x'), 'metadata.name'), 'x');
  assert.equal(exactValue(selectorOf('metadata.name!=x'), 'metadata.name'), undefined);
  assert.equal(exactValue(undefined, 'metadata.name'), undefined);
});

test('the canonical text reads back as itself', () => {
  const seed = 11;
  let state = seed;
  const pieces = ['metadata.name', '=', '!=', ',', '\\', 'a', '\\,', '\\=', '😀', '\n'];
  for (let round = 0; round < 20_000; round++) {
    state = (state * 48271) % 2147483647;
    const text = Array.from({ length: 6 }, (_, i) => pieces[Math.floor(state / 7 ** i) % pieces.length]).join('');
    const result = parseFieldSelector(text, known);
    if (result.kind === 'selector') {
      assert.equal(String(selectorOf(String(result.selector))), String(result.selector), `"${text}" (seed ${seed})`);
    }
  }
});

function selectorOf(text: string) {
  const result = parseFieldSelector(text, known);
  assert.ok(result.kind === 'selector', `"${text}" is a selector`);
  return result.selector;
}
