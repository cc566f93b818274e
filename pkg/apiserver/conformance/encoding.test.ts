import assert from 'node:assert/strict';
import type { IncomingHttpHeaders } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { test } from '../testing/every-protocol.ts';
import { longResource } from './long-resource.ts';
import { ask, root, statusText } from './served-metrics.ts';

// aggregated-api.md §5.6, §5.9

const layouts: readonly (readonly [promise: string, target: string, headers: IncomingHttpHeaders, pretty: boolean])[] =
  [
    ['curl reads for people', '/nodes', { 'user-agent': 'curl/8.14.1' }, true],
    ['Wget too', '/nodes', { 'user-agent': 'Wget/1.21' }, true],
    ['browsers too', '/nodes', { 'user-agent': 'Mozilla/5.0 (X11)' }, true],
    ['programs do not', '/nodes', { 'user-agent': 'kubectl/v1.36.0' }, false],
    ['nobody in particular does not', '/nodes', {}, false],
    ['the query wins over the reader', '/nodes?pretty=false', { 'user-agent': 'curl/8.14.1' }, false],
    ['the query can ask for it', '/nodes?pretty=true', {}, true],
    ['the Accept header can ask for it', '/nodes', { accept: 'application/json;pretty=1' }, true],
    ['a refusal is laid out likewise', '/nodes/nosuch', { 'user-agent': 'curl/8.14.1' }, true],
  ];

for (const [promise, target, headers, pretty] of layouts) {
  test(`${promise}: ${target} is ${pretty ? '' : 'not '}laid out`, async () => {
    const { text } = await ask(root + target, { headers });
    assert.equal(text.startsWith('{\n  "kind"'), pretty);
    assert.equal(text.endsWith('}\n'), !pretty);
  });
}

const alike: readonly (readonly [promise: string, target: string, method: string])[] = [
  ['a list', `${root}/nodes`, 'GET'],
  ['an object', `${root}/nodes/rig-node-1`, 'GET'],
  ['a refusal', `${root}/nodes/nosuch`, 'GET'],
  ['a wrong method', `${root}/nodes`, 'POST'],
  ['a path nobody knows', '/nosuch', 'GET'],
  ['health', '/livez', 'GET'],
  ['a path that is none', '/%zz', 'GET'],
  ['a verb with nothing behind it', `${root}/watch`, 'GET'],
];

for (const [promise, target, method] of alike) {
  test(`${promise} echoes the Audit-ID, and is not to be kept`, async () => {
    const { headers } = await ask(target, { method, headers: { 'audit-id': 'theirs' } });
    assert.deepEqual([headers['Audit-ID'], headers['Cache-Control']], ['theirs', 'no-cache, private']);
    assert.equal((await ask(target, { method })).headers['Audit-ID'], 'made-id');
  });
}

for (const [target, isText] of [
  ['/livez', true],
  ['/livez/ping', false],
  ['/%zz', true],
  [`${root}/watch`, true],
  [`${root}/nodes`, false],
  [`${root}/nodes/nosuch`, false],
] as const) {
  test(`${target} ${isText ? 'forbids' : 'does not forbid'} guessing its type`, async () => {
    assert.equal((await ask(target)).headers['X-Content-Type-Options'], isText ? 'nosniff' : undefined);
  });
}

const bulky = 'x'.repeat(200_000);

test('what is longer than 128 KiB is squeezed for whoever takes it, lists and objects', async () => {
  const resources = longResource(bulky);
  const changes = { groups: [{ group: 'metrics.k8s.io', version: 'v1beta1', resources: [resources] }] };
  const headers = { 'accept-encoding': 'gzip' };
  for (const accept of ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']) {
    for (const target of [`${root}/things`, `${root}/things/long`]) {
      const plain = await ask(target, { headers: { accept } }, changes);
      const small = await ask(target, { headers: { accept, ...headers } }, changes);
      assert.deepEqual([small.headers['Content-Encoding'], small.headers['Vary']], ['gzip', 'Accept-Encoding']);
      assert.equal(small.headers['Content-Length'], undefined);
      assert.ok(gunzipSync(small.bytes).equals(plain.bytes));
      assert.equal(plain.headers['Vary'], undefined);
    }
  }
});

const missing: readonly (readonly [promise: string, target: string, message: string, details: object])[] = [
  ['a pod nobody knows', '/namespaces/demo/pods/nosuch', 'pods "nosuch" not found', { name: 'nosuch', kind: 'pods' }],
  ['a node nobody knows', '/nodes/nosuch', 'node "nosuch" not found', { name: 'nosuch', kind: 'node' }],
  [
    'a node without metrics',
    '/nodes/rig-node-2',
    'nodemetrics.metrics.k8s.io "rig-node-2" not found',
    { name: 'rig-node-2', group: 'metrics.k8s.io', kind: 'nodemetrics' },
  ],
];

for (const [promise, target, message, details] of missing) {
  test(`${promise} is a 404 that says so`, async () => {
    const { status, text } = await ask(root + target);
    assert.deepEqual([status, text], [404, statusText(404, 'NotFound', message, details)]);
  });
}
