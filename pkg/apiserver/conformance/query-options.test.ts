import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { test } from '../testing/every-protocol.ts';
import { ask, root, statusText } from './served-metrics.ts';

// aggregated-api.md §5.7

const number = (text: string, problem: string): string => `strconv.ParseInt: parsing "${text}": ${problem}`;
const invalidTime = 'invalid timeout specified in the request URL - time: invalid duration "x"';

const badRequests: readonly (readonly [query: string, message: string])[] = [
  ['limit=x', number('x', 'invalid syntax')],
  ['timeoutSeconds=99999999999999999999', number('99999999999999999999', 'value out of range')],
  ['labelSelector=a%2C%2Cb', "found ',', expected: identifier after ','"],
  ['labelSelector=%2Ca', "found ',', expected: !, identifier, or 'end of string'"],
  ['labelSelector=a%20in', "unable to parse requirement: found '' expected: '('"],
  ['labelSelector=!a%3Db', "found '=', expected: ',' or 'end of string'"],
  ['fieldSelector=metadata.name', "invalid selector: 'metadata.name'; can't understand 'metadata.name'"],
  ['fieldSelector=a%3Db%3Dc', 'invalid field selector: unescaped character in value: 61'],
  ['fieldSelector=foo%3Dx', '"foo" is not a known field selector: only "metadata.name", "metadata.namespace"'],
  ['timeout=x', invalidTime],
  ['timeout=x&limit=x', invalidTime],
];

for (const [query, message] of badRequests) {
  test(`?${query} is a 400 in the reference's words`, async () => {
    const { status, text } = await ask(`${root}/pods?${query}`);
    assert.deepEqual([status, text], [400, statusText(400, 'BadRequest', message)]);
  });
}

const accepted = [
  'limit=2',
  'continue=abc',
  'limit=2&continue=abc',
  'resourceVersion=5',
  'resourceVersion=nonsense',
  'resourceVersion=0&resourceVersionMatch=NotOlderThan',
  'resourceVersion=5&resourceVersionMatch=Exact',
  'timeoutSeconds=0',
  'timeout=0',
  'timeout=61s',
  'timeout=-1s',
  'export=true',
  'nosuchOption=1',
];

for (const query of accepted) {
  test(`?${query} is taken, and the list is whole`, async () => {
    const { status, text } = await ask(`${root}/pods?${query}`);
    assert.equal(status, 200);
    const { metadata, items } = JSON.parse(text);
    assert.deepEqual([metadata, items.length], [{}, 19]);
  });
}

for (const query of ['fieldSelector=metadata.name%3Dother', 'labelSelector=no%3Dsuch', 'fieldSelector=foo%3Dx']) {
  test(`?${query} selects among many: who asks for one object by name gets it`, async () => {
    const { items } = JSON.parse((await ask(`${root}/nodes`)).text);
    const { name } = items[0].metadata;
    const { status, text } = await ask(`${root}/nodes/${name}?${query}`);
    assert.deepEqual([status, JSON.parse(text).metadata.name], [200, name]);
  });
}

const match = 'resourceVersionMatch';
const cause = (message: string, field = match, reason = 'FieldValueForbidden') => ({ reason, message, field });
const withoutVersion = cause(`Forbidden: ${match} is forbidden unless resourceVersion is provided`);
const unknownMatch = cause(
  'Unsupported value: "x": supported values: "Exact", "NotOlderThan", ""',
  match,
  'FieldValueNotSupported',
);

const contradictions: readonly (readonly [query: string, causes: readonly ReturnType<typeof cause>[]])[] = [
  [`${match}=Exact`, [withoutVersion]],
  [`${match}=x&resourceVersion=1`, [unknownMatch]],
  [`${match}=x`, [withoutVersion, unknownMatch]],
  [`${match}=Exact&resourceVersion=0`, [cause(`Forbidden: ${match} "exact" is forbidden for resourceVersion "0"`)]],
  [
    `${match}=Exact&resourceVersion=1&continue=a`,
    [cause(`Forbidden: ${match} is forbidden when continue is provided`)],
  ],
  ['sendInitialEvents=false', [cause('Forbidden: sendInitialEvents is forbidden for list', 'sendInitialEvents')]],
  [
    `watch=1&${match}=NotOlderThan`,
    [cause(`Forbidden: ${match} is forbidden for watch unless sendInitialEvents is provided`)],
  ],
  ['watch=1&sendInitialEvents=true', [cause(`Forbidden: sendInitialEvents requires setting ${match} to NotOlderThan`)]],
];

for (const [query, causes] of contradictions) {
  test(`?${query} is a 422 that names every contradiction`, async () => {
    const { status, text } = await ask(`${root}/pods?${query}`);
    const said = causes.map(({ field, message }) => `${field}: ${message}`);
    const words = said.length === 1 ? said.join() : `[${said.join(', ')}]`;
    const details = { group: 'meta.k8s.io', kind: 'ListOptions', causes };
    const message = `ListOptions.meta.k8s.io "" is invalid: ${words}`;
    assert.deepEqual([status, text], [422, statusText(422, 'Invalid', message, details)]);
  });
}

test('export of one object is a 400, unless it is not wanted', async () => {
  const node = `${root}/nodes/rig-node-1`;
  const refusal = 'the export parameter, deprecated since v1.14, is no longer supported';
  assert.equal((await ask(`${node}?export=true`)).text, statusText(400, 'BadRequest', refusal));
  assert.equal((await ask(`${node}?export=false`)).status, 200);
});

const pods = (text: string): string[] =>
  JSON.parse(text).items.map((item: { metadata: { name: string } }) => item.metadata.name);

const selections: readonly (readonly [query: string, names: readonly string[]])[] = [
  ['fieldSelector=metadata.name%3Dburner', ['burner', 'burner']],
  ['fieldSelector=metadata.name%3D%3Dburner%2Cmetadata.namespace!%3Ddemo', ['burner']],
  ['fieldSelector=%2C%2Cmetadata.name%3Dburner%2C', ['burner', 'burner']],
  ['labelSelector=app%3Dburner', ['burner', 'burner']],
  ['labelSelector=!app&fieldSelector=metadata.namespace%3Ddefault', ['badprobe']],
];

for (const [query, names] of selections) {
  test(`?${query} selects`, async () => assert.deepEqual(pods((await ask(`${root}/pods?${query}`)).text), names));
}

for (const [parameter, file] of [
  ['labelSelector', 'label-selectors.txt'],
  ['fieldSelector', 'field-selectors.txt'],
] as const) {
  test(`every recorded ${parameter} is taken or refused as kubectl does`, async () => {
    const lines = readFileSync(join(import.meta.dirname, '../../model/testdata', file), 'utf8')
      .trim()
      .split('\n');
    for (const line of lines) {
      const [, selector = '', error = ''] = /^\[([^]*)\] => err=\[(?:error: )?([^]*?) ?\] url=/.exec(line) ?? [];
      const { status, text } = await ask(`${root}/pods`, { query: new URLSearchParams({ [parameter]: selector }) });
      if (error === '') assert.ok(status === 200 || /not a known field selector/.test(text), line);
      else assert.deepEqual([status, JSON.parse(text).message.trim()], [400, error.trim()], line);
    }
  });
}

test('a client that gave itself a second has a 504 after it, written the same for everybody', async () => {
  const clock = new WoundClock();
  const answer = ask(
    `${root}/pods?timeout=1s`,
    { headers: { accept: 'application/yaml' } },
    {
      timing: { clock, requestTimeoutMs: 60_000 },
      authorizer: {
        authorize: (_user, _attributes, signal) =>
          new Promise((resolve) => {
            signal.addEventListener('abort', () => resolve({ kind: 'unavailable', reason: '' }));
          }),
      },
    },
  );
  await clock.wind(999);
  await clock.wind(1);
  const { status, headers, text } = await answer;
  assert.deepEqual([status, headers['Content-Type']], [504, 'text/plain; charset=utf-8']);
  assert.equal(
    text,
    '{"metadata":{},"status":"Failure","message":"Timeout: request did not complete within the allotted timeout","reason":"Timeout","details":{},"code":504}\n',
  );
  assert.equal(clock.waiting, 0);
});
