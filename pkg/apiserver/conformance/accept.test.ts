import assert from 'node:assert/strict';
import { test } from '../testing/every-protocol.ts';
import { accepting, ask, root, statusText } from './served-metrics.ts';

// aggregated-api.md §5.3

const json = 'application/json';
const yaml = 'application/yaml';
const protobuf = 'application/vnd.kubernetes.protobuf';
const table = 'as=Table;v=v1;g=meta.k8s.io';
const noneOf = (...types: readonly string[]): string =>
  statusText(406, 'NotAcceptable', `406: Not Acceptable\n\nAvailable representations: ${types.join(', ')}`, {});
const onlyThese = statusText(
  406,
  'NotAcceptable',
  `only the following media types are accepted: ${json}, ${yaml}, ${protobuf}`,
);
const listRefusal = noneOf(json, yaml, protobuf, `${json};stream=watch`, `${protobuf};stream=watch`);

const chosen: readonly (readonly [promise: string, accept: string, type: string, kind: string])[] = [
  ['nothing said is JSON', '', json, 'NodeMetricsList'],
  ['everything is JSON', '*/*', json, 'NodeMetricsList'],
  ['what kubectl top sends is protobuf', `${protobuf}, */*`, protobuf, 'NodeMetricsList'],
  ['what generated clients send is protobuf', `${protobuf},${json}`, protobuf, 'NodeMetricsList'],
  ['the better quality wins', `${json};q=0.1,${yaml};q=0.9`, yaml, 'NodeMetricsList'],
  ['the exact type wins over everything', `*/*,${yaml}`, yaml, 'NodeMetricsList'],
  ['what browsers send is JSON', 'text/html,application/xhtml+xml,*/*;q=0.8', json, 'NodeMetricsList'],
  [
    'what kubectl get sends is a Table',
    `${json};${table},${json};as=Table;v=v1beta1;g=meta.k8s.io,${json}`,
    json,
    'Table',
  ],
  ['a Table in YAML', `${yaml};${table}`, yaml, 'Table'],
  ['a Table in protobuf is passed over', `${protobuf};${table},${json};${table}`, json, 'Table'],
  ['an unknown form is passed over', `${json};as=Chart;v=v1;g=meta.k8s.io,${json}`, json, 'NodeMetricsList'],
  [
    'a form of an unknown version is passed over',
    `${json};as=Table;v=v9;g=meta.k8s.io,${json}`,
    json,
    'NodeMetricsList',
  ],
  ['a form of an unknown group is passed over', `${json};as=Table;v=v1;g=other,${json}`, json, 'NodeMetricsList'],
  ['parameters nobody knows do not matter', `${json};charset=utf-8;profile=nopeer;export=1`, json, 'NodeMetricsList'],
  [
    'bare metadata of a list',
    `${json};as=PartialObjectMetadataList;v=v1;g=meta.k8s.io`,
    json,
    'PartialObjectMetadataList',
  ],
];

for (const [promise, accept, type, kind] of chosen) {
  test(`${promise}: Accept: ${accept}`, async () => {
    const { status, headers, text, bytes } = await ask(`${root}/nodes`, accepting(accept));
    assert.deepEqual([status, headers['Content-Type']], [200, type]);
    if (type === protobuf) assert.ok(bytes.includes(kind));
    else assert.match(text, new RegExp(`^kind: ${kind}$|"kind":"${kind}"`, 'm'));
  });
}

const refused: readonly (readonly [promise: string, target: string, accept: string, body: string])[] = [
  ['a type we do not write', '/nodes', 'text/html', listRefusal],
  ['CBOR', '/nodes', 'application/cbor', listRefusal],
  ['any application, which the router in front does not know', '/nodes', 'application/*', listRefusal],
  ['an object is offered in fewer forms', '/nodes/rig-node-1', 'text/html', noneOf(json, yaml, protobuf)],
  ['only an unknown form', '/nodes', `${json};as=Chart;v=v1;g=meta.k8s.io`, onlyThese],
  ['only a Table in protobuf', '/nodes', `${protobuf};${table}`, onlyThese],
  ['only a stream version', '/nodes', `${json};sv=v1`, onlyThese],
  ['only a stream other than watch', '/nodes', `${json};stream=other`, onlyThese],
];

for (const [promise, target, accept, body] of refused) {
  test(`not acceptable: ${promise}: Accept: ${accept}`, async () => {
    const { status, headers, text } = await ask(root + target, accepting(accept));
    // Laid out for people where not even the refusal finds a type the client takes.
    const compact = `${JSON.stringify(JSON.parse(text))}\n`;
    assert.deepEqual([status, headers['Content-Type'], compact], [406, json, body]);
  });
}

const refusals: readonly (readonly [accept: string, type: string])[] = [
  [json, json],
  [yaml, yaml],
  [protobuf, protobuf],
  [`${json};${table},${yaml}`, yaml],
  [`${json};${table}`, json],
];

for (const [accept, type] of refusals) {
  test(`a refusal comes in the type asked for and never as a Table: Accept: ${accept}`, async () => {
    const { status, headers, bytes } = await ask(`${root}/nodes/nosuch`, accepting(accept));
    assert.deepEqual([status, headers['Content-Type']], [404, type]);
    assert.ok(
      bytes.includes('Status') &&
        bytes.includes('node "nosuch" not found'.replaceAll('"', type === json ? '\\"' : '"')),
    );
  });
}
