import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { test } from '../testing/every-protocol.ts';
import { askOfThings, bodyText } from '../testing/things.ts';

// What an API server owes those who ask what its types are: the aggregation layer, kubectl explain, kubectl apply.

const document = '/openapi/v3/apis/things.example.com/v1';
const v2Protobuf = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';
const v3Protobuf = 'application/com.github.proto-openapi.spec.v3.v1.0+protobuf';

const everywhere = { 'Audit-ID': 'made-id', 'Cache-Control': 'no-cache, private' };
const sinceStart = { 'Accept-Ranges': 'bytes', 'Last-Modified': 'Sat, 21 Nov 2026 04:00:34 GMT' };

/** A row of the table: who asks for `path` with `accept` gets `type`, or nothing at all. */
const accepted: readonly (readonly [path: string, accept: string | undefined, type: string | undefined])[] = [
  ['/openapi/v2', undefined, 'application/json'],
  ['/openapi/v2', '', 'application/json'],
  ['/openapi/v2', '*/*', 'application/json'],
  ['/openapi/v2', 'application/*', 'application/json'],
  ['/openapi/v2', 'application/json', 'application/json'],
  ['/openapi/v2', v2Protobuf, v2Protobuf],
  ['/openapi/v2', 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf', v2Protobuf],
  ['/openapi/v2', `application/json;q=0.5,${v2Protobuf}`, v2Protobuf],
  ['/openapi/v2', `text/html,${v2Protobuf};q=0.1`, v2Protobuf],
  ['/openapi/v2', v3Protobuf, undefined],
  ['/openapi/v2', 'application/yaml', undefined],
  ['/openapi/v2', 'text/*', undefined],
  [document, undefined, 'application/json'],
  [document, '*/*', 'application/json'],
  [document, v3Protobuf, v3Protobuf],
  [document, 'application/com.github.proto-openapi.spec.v3@v1.0+protobuf', v3Protobuf],
  [document, v2Protobuf, undefined],
  [document, 'application/vnd.kubernetes.protobuf', undefined],
];

for (const [path, accept, type] of accepted) {
  test(`${path} for who accepts ${accept ?? 'whatever it is'} is ${type ?? 'nothing'}`, async () => {
    const answer = await askOfThings(path, { headers: accept === undefined ? {} : { accept } });
    assert.equal(answer.status, type === undefined ? 406 : 200);
    assert.equal(answer.headers['Content-Type'], type);
    assert.equal(answer.headers['Vary'], path === document ? 'Accept' : 'Accept-Encoding, Accept');
    if (type === undefined) assert.equal(await bodyText(answer), '');
  });
}

test('both versions carry the SHA-512 of their JSON as ETag, in protobuf too', async () => {
  for (const [path, protobuf] of [
    ['/openapi/v2', v2Protobuf],
    [document, v3Protobuf],
  ] as const) {
    const asJson = await askOfThings(path);
    const etag = `"${sha512(await bodyText(asJson))}"`;
    assert.equal(asJson.headers['ETag'], etag);
    assert.equal((await askOfThings(path, { headers: { accept: protobuf } })).headers['ETag'], etag);
  }
});

test('a document comes with the headers that caches need and no others', async () => {
  const answer = await askOfThings(document);
  const { ETag, 'Content-Length': length, ...headers } = answer.headers;
  assert.deepEqual(headers, { ...everywhere, ...sinceStart, 'Content-Type': 'application/json', Vary: 'Accept' });
  assert.equal(Number(length), Buffer.byteLength(await bodyText(answer)));
});

test('the root lists every document with its hash, sorted, and has an ETag of its own', async () => {
  const answer = await askOfThings('/openapi/v3');
  const text = await bodyText(answer);
  const { paths } = JSON.parse(text) as { paths: Record<string, { serverRelativeURL: string }> };
  assert.deepEqual(Object.keys(paths), ['apis', 'apis/things.example.com', 'apis/things.example.com/v1', 'version']);
  for (const [name, { serverRelativeURL }] of Object.entries(paths)) {
    const hash = sha512(await bodyText(await askOfThings(`/openapi/v3/${name}`)));
    assert.equal(serverRelativeURL, `/openapi/v3/${name}?hash=${hash}`);
  }
  const { 'Content-Length': _, ...headers } = answer.headers;
  const etag = `"${sha512(text)}"`;
  assert.deepEqual(headers, { ...everywhere, ...sinceStart, 'Content-Type': 'application/json', ETag: etag });
  assert.equal((await askOfThings('/openapi/v3', { headers: { 'if-none-match': etag } })).status, 304);
});

test('the root is JSON whatever is accepted', async () => {
  assert.equal((await askOfThings('/openapi/v3', { headers: { accept: v3Protobuf } })).status, 200);
});

test('a document asked for by its hash may be kept for a year', async () => {
  const { headers } = await askOfThings(`${document}?hash=${await hashOf(document)}`);
  assert.equal(headers['Cache-Control'], 'public, immutable');
  assert.equal(headers['Expires'], 'Sun, 21 Nov 2027 04:00:34 GMT');
  assert.equal(headers['Vary'], 'Accept');
});

test('a document asked for by a wrong hash is to be found under the right one', async () => {
  const hash = await hashOf(document);
  const answer = await askOfThings(`${document}?hash=ABC`);
  assert.equal(answer.status, 301);
  assert.equal(answer.headers['Location'], `${document}?hash=${hash}`);
  assert.equal(answer.headers['Cache-Control'], 'no-cache, private');
  assert.equal(await bodyText(answer), '');
  assert.equal((await askOfThings(String(answer.headers['Location']))).status, 200);
});

test('an empty hash is none', async () => {
  assert.equal((await askOfThings(`${document}?hash=`)).headers['Expires'], undefined);
});

for (const name of ['', 'api', 'apis/', 'apis/things.example.com/v2', 'apis/../version', 'constructor']) {
  test(`/openapi/v3/${name}, which nobody listed, is empty`, async () => {
    const answer = await askOfThings(`/openapi/v3/${name}`);
    assert.deepEqual([answer.status, await bodyText(answer)], [200, '']);
    assert.equal(answer.headers['Content-Type'], undefined);
  });
}

/** A row: headers of a client that has something already, its method, and what that earns it. */
const conditional: readonly (readonly [headers: Readonly<Record<string, string>>, method: string, status: number])[] = [
  [{ 'if-none-match': 'ETAG' }, 'GET', 304],
  [{ 'if-none-match': 'ETAG' }, 'HEAD', 304],
  [{ 'if-none-match': 'W/ETAG' }, 'GET', 304],
  [{ 'if-none-match': '"other", ETAG' }, 'GET', 304],
  [{ 'if-none-match': '*' }, 'GET', 304],
  [{ 'if-none-match': '"other"' }, 'GET', 200],
  [{ 'if-none-match': 'ETAG' }, 'POST', 412],
  [{ 'if-none-match': '"other"', 'if-modified-since': 'Sat, 21 Nov 2026 04:00:34 GMT' }, 'GET', 200],
  [{ 'if-modified-since': 'Sat, 21 Nov 2026 04:00:34 GMT' }, 'GET', 304],
  [{ 'if-modified-since': 'Sat, 21 Nov 2026 04:00:33 GMT' }, 'GET', 200],
  [{ 'if-modified-since': 'lately' }, 'GET', 200],
  [{ 'if-match': 'ETAG' }, 'GET', 200],
  [{ 'if-match': '"other"' }, 'GET', 412],
  [{ 'if-match': 'W/ETAG' }, 'GET', 412],
  [{ 'if-unmodified-since': 'Sat, 21 Nov 2026 04:00:33 GMT' }, 'GET', 412],
  [{ 'if-unmodified-since': 'Sat, 21 Nov 2026 04:00:34 GMT' }, 'GET', 200],
];

for (const [wishes, method, status] of conditional) {
  test(`${method} with ${JSON.stringify(wishes)} is answered ${status}`, async () => {
    const etag = `"${await hashOf(document)}"`;
    const named = Object.entries(wishes).map(([name, value]) => [name, value.replace('ETAG', etag)]);
    const answer = await askOfThings(document, { method, headers: Object.fromEntries(named) });
    assert.equal(answer.status, status);
    if (status !== 200) assert.equal(await bodyText(answer), '');
    if (status !== 304) return;
    assert.deepEqual(answer.headers, { ...everywhere, Vary: 'Accept', ETag: etag });
  });
}

/** A row: a range of bytes, and the part of a document that is (or a refusal). */
const ranges: readonly (readonly [range: string, part: readonly [start: number, end?: number] | 'refused' | 'all'])[] =
  [
    ['bytes=0-9', [0, 10]],
    ['bytes=10-', [10]],
    ['bytes=-5', [-5]],
    ['bytes=5-999999999', [5]],
    ['bytes=999999999-', 'refused'],
    ['bytes=9-3', 'refused'],
    ['bytes=-0', 'refused'],
    ['bytes=x', 'refused'],
    ['bytes=0-1,4-5', 'all'],
  ];

for (const [range, part] of ranges) {
  test(`the range ${range} is ${part === 'refused' || part === 'all' ? part : 'that part'}`, async () => {
    const whole = await bodyText(await askOfThings(document));
    const answer = await askOfThings(document, { headers: { range } });
    const text = await bodyText(answer);
    if (part === 'all') assert.deepEqual([answer.status, text], [200, whole]);
    else if (part === 'refused') assert.equal(answer.headers['Content-Range'], `bytes */${whole.length}`);
    else assert.deepEqual([answer.status, text], [206, whole.slice(...part)]);
  });
}

test('a range that continues something else is answered by everything', async () => {
  const resume = (ifRange: string) => askOfThings(document, { headers: { range: 'bytes=1-2', 'if-range': ifRange } });
  assert.equal((await resume('"other"')).status, 200);
  assert.equal((await resume(`"${await hashOf(document)}"`)).status, 206);
  assert.equal((await resume('Sat, 21 Nov 2026 04:00:34 GMT')).status, 206);
});

test('OpenAPI v2 is compressed for those who take it, v3 for nobody', async () => {
  const headers = { 'accept-encoding': 'deflate, gzip;q=0.8' };
  const answer = await askOfThings('/openapi/v2', { headers });
  assert.equal(answer.headers['Content-Encoding'], 'gzip');
  const body = answer.body as Uint8Array;
  assert.equal(Number(answer.headers['Content-Length']), body.length);
  assert.equal(gunzipSync(body).toString(), await bodyText(await askOfThings('/openapi/v2')));
  assert.equal((await askOfThings(document, { headers })).headers['Content-Encoding'], undefined);
});

for (const wish of ['identity', 'gzip;q=0', '*', 'br']) {
  test(`OpenAPI v2 is as it is for those who take ${wish}`, async () => {
    const { headers } = await askOfThings('/openapi/v2', { headers: { 'accept-encoding': wish } });
    assert.equal(headers['Content-Encoding'], undefined);
  });
}

test('a client that has OpenAPI v2 already is told so, compressed or not', async () => {
  const etag = (await askOfThings('/openapi/v2')).headers['ETag'];
  const headers = { 'accept-encoding': 'gzip', 'if-none-match': String(etag) };
  assert.equal((await askOfThings('/openapi/v2', { headers })).status, 304);
});

test('HEAD gives the headers of GET', async () => {
  for (const path of ['/openapi/v2', '/openapi/v3', document]) {
    const [head, get] = [await askOfThings(path, { method: 'HEAD' }), await askOfThings(path)];
    assert.deepEqual([head.status, head.headers, await bodyText(head)], [get.status, get.headers, '']);
  }
});

const sha512 = (text: string): string => createHash('sha512').update(text).digest('hex').toUpperCase();

const hashOf = async (path: string): Promise<string> => sha512(await bodyText(await askOfThings(path)));
