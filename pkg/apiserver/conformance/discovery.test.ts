import assert from 'node:assert/strict';
import protobuf from 'protobufjs';
import type { ApiServerOptions } from '../api-server.ts';
import { test } from '../testing/every-protocol.ts';
import { askOfThings, bodyText, thingsIn } from '../testing/things.ts';

// What an API server owes those who ask what it serves: the aggregation layer, kubectl, every client with a REST mapper.

const clause = (version: string, type = 'json'): string =>
  `application/${type};g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;

/** The first one is preferred, and not the one Kubernetes would put first. */
const twoVersions = { groups: [thingsIn('v1beta1'), thingsIn('v1')] };

const v1 = { groupVersion: 'things.example.com/v1', version: 'v1' };
const v1beta1 = { groupVersion: 'things.example.com/v1beta1', version: 'v1beta1' };
const byCidr = [{ clientCIDR: '0.0.0.0/0', serverAddress: ':443' }];

/** A row of the table: a path, the versions served, and the document told. */
const documents: readonly (readonly [path: string, changes: Partial<ApiServerOptions>, document: object])[] = [
  [
    '/apis',
    {},
    {
      kind: 'APIGroupList',
      groups: [
        {
          name: 'things.example.com',
          versions: [v1],
          preferredVersion: v1,
          serverAddressByClientCIDRs: byCidr,
        },
      ],
    },
  ],
  [
    '/apis',
    twoVersions,
    {
      kind: 'APIGroupList',
      groups: [
        {
          name: 'things.example.com',
          versions: [v1beta1, v1],
          preferredVersion: v1beta1,
          serverAddressByClientCIDRs: byCidr,
        },
      ],
    },
  ],
  [
    '/apis/things.example.com',
    {},
    { kind: 'APIGroup', apiVersion: 'v1', name: 'things.example.com', versions: [v1], preferredVersion: v1 },
  ],
  [
    '/apis/things.example.com',
    twoVersions,
    {
      kind: 'APIGroup',
      apiVersion: 'v1',
      name: 'things.example.com',
      versions: [v1beta1, v1],
      preferredVersion: v1beta1,
    },
  ],
  ['/apis/things.example.com/v1', {}, resourceList('v1')],
  ['/apis/things.example.com/v1', twoVersions, resourceList('v1')],
  ['/apis/things.example.com/v1beta1', twoVersions, resourceList('v1beta1')],
];

for (const [path, changes, document] of documents) {
  test(`${path} of a server of ${versionsIn(changes)} is the document old clients know`, async () => {
    const answer = await askOfThings(path, {}, changes);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['Content-Type'], 'application/json');
    assert.equal(answer.headers['Cache-Control'], 'no-cache, private');
    assert.equal(answer.headers['ETag'], undefined);
    assert.equal(await bodyText(answer), `${JSON.stringify(document)}\n`);
  });
}

/** A row: what is accepted at `/apis`, and the Content-Type that comes. */
const forms: readonly (readonly [accept: string, contentType: string])[] = [
  [clause('v2'), clause('v2')],
  [`${clause('v2')},application/json`, clause('v2')],
  [`${clause('v2')},${clause('v2beta1')},application/json`, clause('v2')],
  [`${clause('v2beta1')},application/json`, clause('v2beta1')],
  [`${clause('v2')};profile=nopeer,application/json`, clause('v2')],
  [clause('v2', 'yaml'), clause('v2', 'yaml')],
  [clause('v2', 'vnd.kubernetes.protobuf'), clause('v2', 'vnd.kubernetes.protobuf')],
  [clause('v2beta1', 'vnd.kubernetes.protobuf'), clause('v2beta1', 'vnd.kubernetes.protobuf')],
  [`application/json,${clause('v2')}`, 'application/json'],
  [`${clause('v3')},application/json`, 'application/json'],
  [`${clause('v2').replace('apidiscovery', 'meta')},application/json`, 'application/json'],
  ['application/yaml', 'application/yaml'],
  ['application/vnd.kubernetes.protobuf', 'application/vnd.kubernetes.protobuf'],
  ['*/*', 'application/json'],
];

for (const [accept, contentType] of forms) {
  test(`/apis for who accepts ${accept} is ${contentType}`, async () => {
    const { status, headers } = await askOfThings('/apis', { headers: { accept } });
    assert.deepEqual([status, headers['Content-Type']], [200, contentType]);
  });
}

for (const version of ['v2', 'v2beta1']) {
  test(`everything at once in ${version}: stable versions before beta ones, with what caches need`, async () => {
    const answer = await askOfThings('/apis', { headers: { accept: clause(version) } }, twoVersions);
    const { ETag: etag, 'Content-Length': _, 'Audit-ID': _id, ...headers } = answer.headers;
    assert.deepEqual(headers, { 'Content-Type': clause(version), 'Cache-Control': 'public', Vary: 'Accept' });
    assert.match(String(etag), /^"[0-9A-F]{128}"$/);
    assert.deepEqual(JSON.parse(await bodyText(answer)), {
      kind: 'APIGroupDiscoveryList',
      apiVersion: `apidiscovery.k8s.io/${version}`,
      metadata: {},
      items: [
        { metadata: { name: 'things.example.com' }, versions: [aggregatedVersion('v1'), aggregatedVersion('v1beta1')] },
      ],
    });
  });
}

test('who has everything already is told so', async () => {
  const accept = clause('v2');
  const etag = String((await askOfThings('/apis', { headers: { accept } })).headers['ETag']);
  const again = await askOfThings('/apis', { headers: { accept, 'if-none-match': etag } });
  assert.deepEqual([again.status, await bodyText(again), again.headers['ETag']], [304, '', etag]);
  const other = await askOfThings('/apis', { headers: { accept, 'if-none-match': '"other"' } });
  assert.equal(other.status, 200);
});

test('the tag changes with what is served', async () => {
  const ask = (changes: Partial<ApiServerOptions>) =>
    askOfThings('/apis', { headers: { accept: clause('v2') } }, changes);
  assert.notEqual((await ask({})).headers['ETag'], (await ask(twoVersions)).headers['ETag']);
});

test('who has everything already still gets the old document', async () => {
  const etag = (await askOfThings('/apis', { headers: { accept: clause('v2') } })).headers['ETag'];
  assert.equal((await askOfThings('/apis', { headers: { 'if-none-match': String(etag) } })).status, 200);
});

test('everything at once in protobuf says the same', async () => {
  for (const version of ['v2', 'v2beta1']) {
    const accept = clause(version, 'vnd.kubernetes.protobuf');
    const { body } = await askOfThings('/apis', { headers: { accept } }, twoVersions);
    const { apiVersion, raw } = enveloped(body as Uint8Array);
    assert.equal(apiVersion, `apidiscovery.k8s.io/${version}`);
    const list = messages.lookupType('List');
    const kinds = (each: string) => ({ ...aggregatedVersion(each) });
    assert.deepEqual(list.toObject(list.decode(raw), { defaults: true }).items, [
      { metadata: { name: 'things.example.com' }, versions: [kinds('v1'), kinds('v1beta1')] },
    ]);
  }
});

/** A row: something below the group that is not there. */
for (const path of [
  '/apis/things.example.com/v2',
  '/apis/things.example.com/v1/nosuch',
  '/apis/things.example.com//',
]) {
  test(`${path} is not found, as a Status`, async () => {
    const answer = await askOfThings(path);
    assert.equal(answer.status, 404);
    assert.equal(JSON.parse(await bodyText(answer)).reason, 'NotFound');
  });
}

test('a slash at the end of a document’s path does no harm', async () => {
  for (const path of ['/apis', '/apis/things.example.com', '/apis/things.example.com/v1']) {
    assert.deepEqual(await bodyText(await askOfThings(`${path}/`)), await bodyText(await askOfThings(path)));
  }
});

function versionsIn({ groups = [] }: Partial<ApiServerOptions>): string {
  return groups.length === 0 ? 'v1' : groups.map(({ version }) => version).join(' and ');
}

function resourceList(version: string): object {
  const verbs = ['get', 'list'];
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: `things.example.com/${version}`,
    resources: [
      { name: 'things', singularName: '', namespaced: false, kind: 'Thing', verbs },
      { name: 'parts', singularName: '', namespaced: true, kind: 'Part', verbs },
    ],
  };
}

function aggregatedVersion(version: string): object {
  const resource = (name: string, kind: string, scope: string) => ({
    resource: name,
    responseKind: { group: '', version: '', kind },
    scope,
    singularResource: '',
    verbs: ['get', 'list'],
  });
  return {
    version,
    resources: [resource('things', 'Thing', 'Cluster'), resource('parts', 'Part', 'Namespaced')],
    freshness: 'Current',
  };
}

const messages = protobuf.parse(`
  syntax = "proto3";
  message Envelope { TypeMeta type = 1; bytes raw = 2; }
  message TypeMeta { string apiVersion = 1; string kind = 2; }
  message List { repeated Group items = 2; }
  message Group { Metadata metadata = 1; repeated Version versions = 2; }
  message Metadata { string name = 1; }
  message Version { string version = 1; repeated Resource resources = 2; string freshness = 3; }
  message Resource {
    string resource = 1; Kind responseKind = 2; string scope = 3; string singularResource = 4; repeated string verbs = 5;
  }
  message Kind { string group = 1; string version = 2; string kind = 3; }
`).root;

function enveloped(body: Uint8Array): { apiVersion: string; raw: Uint8Array } {
  assert.equal(Buffer.from(body.subarray(0, 4)).toString('latin1'), 'k8s\0');
  const envelope = messages.lookupType('Envelope');
  const { type, raw } = envelope.toObject(envelope.decode(body.subarray(4)));
  return { apiVersion: type.apiVersion, raw };
}
