import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseListOptions } from './list-options.ts';

const complaints: readonly (readonly [query: string, message: string])[] = [
  ['limit=x', 'strconv.ParseInt: parsing "x": invalid syntax'],
  ['limit=', 'strconv.ParseInt: parsing "": invalid syntax'],
  ['limit=1.5', 'strconv.ParseInt: parsing "1.5": invalid syntax'],
  ['limit=9223372036854775808', 'strconv.ParseInt: parsing "9223372036854775808": value out of range'],
  [`timeoutSeconds=${'9'.repeat(30)}`, `strconv.ParseInt: parsing "${'9'.repeat(30)}": value out of range`],
  ['labelSelector=!!', "unable to parse requirement: found '!', expected: identifier"],
  [
    'fieldSelector=spec.nodeName=n',
    '"spec.nodeName" is not a known field selector: only "metadata.name", "metadata.namespace"',
  ],
  ['limit=x&labelSelector=!!', 'strconv.ParseInt: parsing "x": invalid syntax'],
  [`labelSelector=${'!a,'.repeat(100)}!a`, 'labelSelector has 101 requirements; at most 100 are served'],
  [`fieldSelector=${'metadata.name!=a,'.repeat(101)}`, 'fieldSelector has 101 requirements; at most 100 are served'],
];

for (const [query, message] of complaints) {
  test(`${query.slice(0, 60)} is refused in the reference's words`, () => {
    assert.deepEqual(parseListOptions(new URLSearchParams(query), undefined), { kind: 'invalid', message });
  });
}

test('options that change nothing are accepted', () => {
  for (const query of [
    'limit=500',
    'limit=-9223372036854775808',
    'limit=%2B0005',
    'continue=x',
    'resourceVersion=0',
    'timeoutSeconds=5',
  ]) {
    const options = parseListOptions(new URLSearchParams(query), undefined);
    assert.deepEqual(options, { kind: 'options', query: {} }, query);
  }
});

test('selectors and namespace are handed on', () => {
  const query = new URLSearchParams({ labelSelector: 'app in (web,db)', fieldSelector: 'metadata.name=web-1' });
  const options = parseListOptions(query, 'demo');
  assert.equal(options.kind, 'options');
  assert.equal(options.query.namespace, 'demo');
  assert.equal(options.query.labels?.matches({ app: 'db' }), true);
  assert.equal(options.query.labels?.matches({ app: 'cache' }), false);
  assert.equal(options.query.fields?.matches({ 'metadata.name': 'web-1' }), true);
  assert.equal(options.query.fields?.matches({ 'metadata.name': 'web-2' }), false);
});

test('a number with very many zeros in front is read in one go', () => {
  const before = process.cpuUsage();
  parseListOptions(new URLSearchParams({ limit: `${'0'.repeat(100_000)}x` }), undefined);
  assert.ok(process.cpuUsage(before).user < 2_000_000, 'took more than 2 s of CPU');
});
