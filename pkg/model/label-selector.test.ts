import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseLabelSelector } from './label-selector.ts';

const vectors = readFileSync(join(import.meta.dirname, 'testdata/label-selectors.txt'), 'utf8')
  .trimEnd()
  .split('\n');

for (const vector of vectors) {
  const [, text = '', error = '', url = ''] = /^\[(.*)\] => err=\[(.*)\] url=\[(.*)\]$/.exec(vector) ?? [];
  test(`reads "${text}" as kubectl does`, () => {
    const result = parseLabelSelector(text);
    if (error !== '') return assert.deepEqual(result, { kind: 'invalid', message: error.slice('error: '.length, -1) });
    const canonical = new URLSearchParams(url.slice(0, -1).split('?')[1]).get('labelSelector');
    assert.equal(result.kind === 'selector' && String(result.selector), canonical);
  });
}

test('a selector matches as Kubernetes documents it', () => {
  const labels = { app: 'web', tier: '', level: '10' };
  const matching = ['', 'app', '!nosuch', 'app=web', 'app==web', 'app!=db', 'nosuch!=db', 'app in (db,web)', 'tier='];
  const also = [
    'tier in ()',
    'app notin (db)',
    'nosuch notin (db)',
    'level>9',
    'level<11',
    'app=web,tier',
    ' app = web ',
  ];
  const other = [
    'nosuch',
    '!app',
    'app=db',
    'nosuch=',
    'app!=web',
    'app in (db)',
    'app notin (db,web)',
    'nosuch in (a)',
  ];
  const more = ['level>10', 'level<10', 'app>1', 'nosuch>1', 'app=web,nosuch', 'toString', 'constructor'];
  for (const text of [...matching, ...also]) assert.equal(selectorOf(text).matches(labels), true, text);
  for (const text of [...other, ...more]) assert.equal(selectorOf(text).matches(labels), false, text);
});

test('requirements come sorted by key, with the spelling of the operator and sorted values', () => {
  assert.deepEqual(selectorOf('z,!y,x notin (b,a,b),w>1,v==2').requirements, [
    { key: 'v', operator: '==', values: ['2'] },
    { key: 'w', operator: 'gt', values: ['1'] },
    { key: 'x', operator: 'notin', values: ['a', 'b'] },
    { key: 'y', operator: '!', values: [] },
    { key: 'z', operator: 'exists', values: [] },
  ]);
});

test('several bad values are all named', () => {
  const result = parseLabelSelector('a in (-,_)');
  assert.ok(result.kind === 'invalid');
  assert.match(result.message, /^unable to parse requirement: \[values\[0\]\[a\]: .*, values\[1\]\[a\]: .*\]$/);
});

test('a key may have a domain before it, and the domain is checked', () => {
  assert.equal(parseLabelSelector('beta.kubernetes.io/arch=amd64').kind, 'selector');
  for (const key of ['/a', 'A.b/c', '.a/b', 'a./b', `${'a'.repeat(254)}/b`, 'a/', `a/${'b'.repeat(64)}`]) {
    assert.equal(parseLabelSelector(key).kind, 'invalid', key);
  }
  assert.deepEqual(parseLabelSelector('/a'), {
    kind: 'invalid',
    message: 'unable to parse requirement: <nil>: Invalid value: "/a": prefix part must be non-empty',
  });
});

test('numbers beyond 64 bits are no integers', () => {
  assert.equal(parseLabelSelector('a>9223372036854775807').kind, 'selector');
  assert.equal(parseLabelSelector('a>9223372036854775808').kind, 'invalid');
});

test('the canonical text selects the same and is its own canonical text', () => {
  const seed = 5;
  let state = seed;
  const next = (below: number): number => {
    state = (state * 48271) % 2147483647;
    return state % below;
  };
  const pieces = ['a', 'b', 'in', 'notin', ' ', ',', '=', '!', '(', ')', '>', '<', '1', '-', '\u0000', 'é'];
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: next(9) }, () => pieces[next(pieces.length)]).join('');
    const result = parseLabelSelector(text);
    if (result.kind === 'invalid') assert.match(result.message, /found '|Invalid value/, `"${text}" (seed ${seed})`);
    else assert.equal(String(selectorOf(String(result.selector))), String(result.selector), `"${text}" (seed ${seed})`);
  }
});

test('a very long selector is read in time that grows with its length', () => {
  assert.equal(parseLabelSelector('a,'.repeat(200_000)).kind, 'invalid');
  assert.equal(parseLabelSelector(`a in (${'b,'.repeat(200_000)})`).kind, 'selector');
  assert.equal(parseLabelSelector(`${'a.'.repeat(200_000)}/b`).kind, 'invalid');
});

function selectorOf(text: string) {
  const result = parseLabelSelector(text);
  assert.ok(result.kind === 'selector', `"${text}" is a selector`);
  return result.selector;
}
