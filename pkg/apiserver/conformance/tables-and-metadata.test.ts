import assert from 'node:assert/strict';
import { test } from '../testing/every-protocol.ts';
import { accepting, ask, root, statusText } from './served-metrics.ts';

// aggregated-api.md §5.4, §5.5

const table = (version: string): string => `application/json;as=Table;v=${version};g=meta.k8s.io`;
const partial = (kind: string, version = 'v1'): string => `application/json;as=${kind};v=${version};g=meta.k8s.io`;

interface Table {
  readonly apiVersion: string;
  readonly metadata: object;
  readonly columnDefinitions: readonly { readonly name: string }[] | null;
  readonly rows: readonly { readonly cells: readonly unknown[]; readonly object: Shown | null }[] | null;
}

interface Shown {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: { readonly name: string };
  readonly usage?: object;
}

const tableOf = async (target: string, version = 'v1'): Promise<Table> =>
  JSON.parse((await ask(root + target, accepting(table(version)))).text);

for (const version of ['v1', 'v1beta1']) {
  test(`a Table of ${version} says so, and so do the objects of its rows`, async () => {
    const { apiVersion, metadata, rows } = await tableOf('/nodes', version);
    assert.deepEqual([apiVersion, metadata], [`meta.k8s.io/${version}`, {}]);
    const { kind, apiVersion: ofRow } = rows?.[0]?.object ?? {};
    assert.deepEqual([kind, ofRow], ['PartialObjectMetadata', `meta.k8s.io/${version}`]);
  });
}

test('columns are the name, each resource used, and the window', async () => {
  const { columnDefinitions } = await tableOf('/nodes');
  assert.deepEqual(columnDefinitions, [
    { name: 'Name', type: 'string', format: 'name', description: 'Name of the resource', priority: 0 },
    { name: 'cpu', type: 'string', format: 'quantity', description: '', priority: 0 },
    { name: 'memory', type: 'string', format: 'quantity', description: '', priority: 0 },
    { name: 'Window', type: 'string', format: 'duration', description: '', priority: 0 },
  ]);
});

test('every row has a cell for every column, all of them text', async () => {
  const { columnDefinitions, rows } = await tableOf('/pods');
  assert.equal(rows?.length, 19);
  for (const { cells } of rows ?? []) {
    assert.equal(cells.length, columnDefinitions?.length);
    assert.ok(cells.every((cell) => typeof cell === 'string'));
  }
});

test('one object is a Table of one row', async () => {
  assert.deepEqual(
    (await tableOf('/nodes/rig-node-1')).rows?.map(({ cells }) => cells[0]),
    ['rig-node-1'],
  );
});

test('an empty list is a Table without columns and rows', async () => {
  const { columnDefinitions, rows } = await tableOf('/namespaces/nosuch/pods');
  assert.deepEqual([columnDefinitions, rows], [null, null]);
});

const included: readonly (readonly [query: string, kind: string | undefined, hasUsage: boolean])[] = [
  ['', 'PartialObjectMetadata', false],
  ['?includeObject=', 'PartialObjectMetadata', false],
  ['?includeObject=Metadata', 'PartialObjectMetadata', false],
  ['?includeObject=Object', 'NodeMetrics', true],
  ['?includeObject=None', undefined, false],
];

for (const [query, kind, hasUsage] of included) {
  test(`a row asked with ${query || 'nothing'} carries ${kind ?? 'null'}`, async () => {
    const object = (await tableOf(`/nodes${query}`)).rows?.[0]?.object;
    assert.deepEqual([object?.kind, object?.usage !== undefined], [kind, hasUsage]);
  });
}

test('includeObject with another word is a 400, for a Table only', async () => {
  const refusal = statusText(
    400,
    'BadRequest',
    `Unable to convert to Table as requested: includeObject: Invalid value: "All": must be 'Metadata', 'Object', 'None', or empty`,
  );
  assert.equal(
    (await ask(`${root}/nodes?includeObject=All`, accepting(`${table('v1')},application/json`))).text,
    refusal,
  );
  assert.equal((await ask(`${root}/nodes?includeObject=All`)).status, 200);
});

for (const version of ['v1', 'v1beta1']) {
  test(`bare metadata of ${version} is all that is shown, of one and of many`, async () => {
    const one = await ask(`${root}/nodes/rig-node-1`, accepting(partial('PartialObjectMetadata', version)));
    const { kind, apiVersion, metadata, ...others } = JSON.parse(one.text);
    assert.deepEqual([kind, apiVersion, others], ['PartialObjectMetadata', `meta.k8s.io/${version}`, {}]);
    assert.equal(metadata.name, 'rig-node-1');

    const many = await ask(`${root}/nodes`, accepting(partial('PartialObjectMetadataList', version)));
    const { items, ...list } = JSON.parse(many.text);
    assert.deepEqual(list, { kind: 'PartialObjectMetadataList', apiVersion: `meta.k8s.io/${version}`, metadata: {} });
    assert.deepEqual(Object.keys(items[0]), ['kind', 'apiVersion', 'metadata']);
  });
}

for (const [type, target] of [
  ['application/yaml', '/nodes'],
  ['application/vnd.kubernetes.protobuf', '/nodes'],
] as const) {
  test(`bare metadata comes in ${type}`, async () => {
    const accept = partial('PartialObjectMetadataList').replace('application/json', type);
    const { status, headers, bytes } = await ask(root + target, accepting(accept));
    assert.deepEqual([status, headers['Content-Type']], [200, type]);
    assert.ok(bytes.includes('PartialObjectMetadataList') && bytes.includes('rig-node-1'));
    assert.ok(!bytes.includes('memory'));
  });
}

const wrong: readonly (readonly [target: string, kind: string, message: string])[] = [
  [
    '/pods',
    'PartialObjectMetadata',
    'you requested PartialObjectMetadata, but the requested object is a list (*metrics.PodMetricsList)',
  ],
  [
    '/nodes/rig-node-1',
    'PartialObjectMetadataList',
    'you requested PartialObjectMetadataList, but the requested object is not a list (*metrics.NodeMetrics)',
  ],
];

for (const [target, kind, message] of wrong) {
  test(`${kind} of ${target} is not acceptable`, async () => {
    const { status, text } = await ask(root + target, accepting(partial(kind)));
    assert.deepEqual([status, JSON.parse(text).reason, JSON.parse(text).message], [406, 'NotAcceptable', message]);
  });
}

for (const accept of [partial('PartialObjectMetadataList'), `${table('v1')},application/json`]) {
  test(`an object that is not there is a 404 before it is the wrong thing to ask for: ${accept}`, async () => {
    const { status } = await ask(`${root}/nodes/nobody?includeObject=All`, accepting(accept));
    assert.equal(status, 404);
  });
}
