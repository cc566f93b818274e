import assert from 'node:assert/strict';
import { test } from 'node:test';
import { madeRequest } from './made-request.ts';
import { type MediaType, namesOneOf, negotiate, noConversions, servedMediaTypes } from './negotiate.ts';
import { objectConversions } from './render.ts';

const table = { kind: 'Table', group: 'meta.k8s.io', version: 'v1' };
const protobufType = 'application/vnd.kubernetes.protobuf';

const choices: readonly (readonly [accept: string | undefined, chosen: string | undefined])[] = [
  [undefined, 'json'],
  ['*/*', 'json'],
  ['*', 'json'],
  ['application/*', 'json'],
  ['application/json', 'json'],
  ['application/yaml', 'yaml'],
  [protobufType, 'protobuf'],
  [`${protobufType}, */*`, 'protobuf'],
  [`*/*, ${protobufType}`, 'protobuf'],
  [`application/json;q=0.5,${protobufType}`, 'protobuf'],
  [`${protobufType};q=0.1, application/json;q=0.2`, 'json'],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'json'],
  ['text/html', undefined],
  ['application/json;stream=watch', 'json'],
  ['application/json;stream=other', undefined],
  ['application/json;sv=v1', undefined],
  ['application/json;charset=utf-8', 'json'],
  ['nonsense', undefined],
  ['a/b/c, application/yaml', 'yaml'],
  ['application/json;q=nonsense, application/yaml', 'yaml'],
  ['application/json;as=Table;v=v1;g=meta.k8s.io,application/json', 'json Table v1'],
  [
    'application/json;as=Table;v=v2;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io',
    'json Table v1beta1',
  ],
  ['application/json;as=Table;v=v1', undefined],
  [`${protobufType};as=Table;v=v1;g=meta.k8s.io,application/yaml;as=Table;v=v1;g=meta.k8s.io`, 'yaml Table v1'],
  [`${protobufType};as=PartialObjectMetadataList;v=v1;g=meta.k8s.io`, 'protobuf PartialObjectMetadataList v1'],
  ['application/json;as=Secret;v=v1;g=meta.k8s.io, */*', 'json'],
];

for (const [accept, chosen] of choices) {
  test(`accepting ${accept ?? 'nothing in particular'} gets ${chosen ?? 'nothing'}`, () => {
    const request = madeRequest('/', { headers: accept === undefined ? {} : { accept } });
    assert.equal(summary(negotiate(request, objectConversions)), chosen);
  });
}

const readers: readonly (readonly [target: string, agent: string, accept: string, pretty: boolean])[] = [
  ['/', 'curl/8.14.1', '*/*', true],
  ['/', 'Wget/1.21', '*/*', true],
  ['/', 'Mozilla/5.0 (X11)', '*/*', true],
  ['/', 'Mozilla/4.0', '*/*', false],
  ['/', 'kubectl/v1.36.0', '*/*', false],
  ['/?pretty=false', 'curl/8.14.1', '*/*', false],
  ['/?pretty=1', 'kubectl/v1.36.0', '*/*', true],
  ['/?pretty', 'curl/8.14.1', '*/*', true],
  ['/?pretty=maybe', 'curl/8.14.1', '*/*', false],
  ['/', 'kubectl/v1.36.0', 'application/json;pretty=1', true],
];

for (const [target, agent, accept, pretty] of readers) {
  test(`${target} from ${agent} accepting ${accept} is ${pretty ? '' : 'not '}laid out for people`, () => {
    const request = madeRequest(target, { headers: { 'user-agent': agent, accept } });
    assert.equal(negotiate(request, noConversions)?.pretty, pretty);
  });
}

test('the router in front knows exact types and everything, nothing between', () => {
  for (const accept of ['', '*/*', 'application/json;q=0.1', 'text/html, application/yaml']) {
    assert.ok(namesOneOf(accept, servedMediaTypes), accept);
  }
  for (const accept of ['application/*', 'text/html', 'application/cbor', '*']) {
    assert.ok(!namesOneOf(accept, servedMediaTypes), accept);
  }
});

test('no Accept header, however broken, breaks the negotiation', () => {
  const seed = Date.now() % 100_000;
  let state = seed;
  const next = (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % limit;
  };
  const parts = [
    'application',
    '/',
    'json',
    '*',
    ';',
    ',',
    'q',
    '=',
    '0.5',
    'as',
    'Table',
    'v',
    'g',
    ' ',
    '""',
    'é',
    '-1',
  ];
  for (let round = 0; round < 5000; round++) {
    const accept = Array.from({ length: next(20) }, () => parts[next(parts.length)]).join('');
    assert.doesNotThrow(
      () => negotiate(madeRequest('/', { headers: { accept } }), () => true),
      `seed ${seed}: ${accept}`,
    );
  }
});

test('objects are offered as Tables in JSON and YAML only', () => {
  assert.deepEqual(
    (['json', 'yaml', 'protobuf'] as const).map((encoding) => objectConversions(table, encoding)),
    [true, true, false],
  );
});

function summary(media: MediaType | undefined): string | undefined {
  if (media?.as === undefined) return media?.encoding;
  return `${media.encoding} ${media.as.kind} ${media.as.version}`;
}

test('of a very long Accept header only the beginning counts', () => {
  const accept = `${'a/b,'.repeat(200)}application/json`;
  assert.equal(negotiate(madeRequest('/', { headers: { accept } }), noConversions), undefined);
});
