import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessAttributes, AccessVerdict, User } from '../model/user.ts';
import { type Facts, silentLogger } from '../telemetry/logger.ts';
import { ApiServer, type ApiServerOptions, type Caller } from './api-server.ts';
import type { Answer, ApiRequest } from './exchange.ts';
import { madeRequest } from './made-request.ts';
import type { Resource } from './resource.ts';

const root = '/apis/things.example.com/v1';

test('a request brings its Audit-ID, or is given one; nonsense is not repeated', async () => {
  assert.equal((await ask('/livez', { headers: { 'audit-id': 'theirs-1' } })).headers['Audit-ID'], 'theirs-1');
  assert.equal((await ask('/livez')).headers['Audit-ID'], 'made-id');
  for (const id of ['', 'a b', 'x'.repeat(65), 'é']) {
    assert.equal((await ask('/livez', { headers: { 'audit-id': id } })).headers['Audit-ID'], 'made-id');
  }
});

test('whoever shows a wrong credential is told so and nothing else', async () => {
  const answer = await ask(
    `${root}/things`,
    {},
    { caller: { kind: 'unauthorized', reason: 'token of alice expired' } },
  );
  assert.equal(answer.status, 401);
  assert.equal(
    answer.body,
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"Unauthorized","reason":"Unauthorized","code":401}\n',
  );
});

test('a wrong credential is refused before anybody is asked what it may do', async () => {
  const asked: AccessAttributes[] = [];
  await ask('/livez', {}, { caller: { kind: 'unauthorized', reason: '' }, asked });
  assert.deepEqual(asked, []);
});

const refusals: readonly (readonly [target: string, message: string, details: object])[] = [
  [
    `${root}/things`,
    'things.things.example.com is forbidden: User "bob" cannot list resource "things" in API group "things.example.com" at the cluster scope',
    { group: 'things.example.com', kind: 'things' },
  ],
  [
    `${root}/namespaces/ns/things/t`,
    'things.things.example.com "t" is forbidden: User "bob" cannot get resource "things" in API group "things.example.com" in the namespace "ns"',
    { name: 't', group: 'things.example.com', kind: 'things' },
  ],
  [
    `${root}/nosuch`,
    'nosuch.things.example.com is forbidden: User "bob" cannot list resource "nosuch" in API group "things.example.com" at the cluster scope',
    { group: 'things.example.com', kind: 'nosuch' },
  ],
  ['/metrics', 'forbidden: User "bob" cannot get path "/metrics"', {}],
  ['/nosuch', 'forbidden: User "bob" cannot get path "/nosuch"', {}],
];

for (const [target, message, details] of refusals) {
  test(`whoever may not ask for ${target} is told what they may not, and not whether it is there`, async () => {
    const answer = await ask(target, {}, { verdict: { kind: 'denied', reason: '' } });
    assert.equal(answer.status, 403);
    assert.equal(answer.headers['X-Content-Type-Options'], 'nosniff');
    const head = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' };
    assert.deepEqual(JSON.parse(String(answer.body)), { ...head, message, reason: 'Forbidden', details, code: 403 });
  });
}

test('the reviewer may give a reason', async () => {
  const answer = await ask('/metrics', {}, { verdict: { kind: 'denied', reason: 'out of hours' } });
  assert.match(String(answer.body), /cannot get path \\"\/metrics\\": out of hours"/);
});

test('while the reviewer is away the answer is a 500 in plain text', async () => {
  const answer = await ask(`${root}/things?a=<b>&c`, {}, { verdict: { kind: 'unavailable', reason: 'no <answer>' } });
  assert.equal(answer.status, 500);
  assert.equal(answer.headers['Content-Type'], 'text/plain; charset=utf-8');
  assert.equal(answer.body, `Internal Server Error: "${root}/things?a=&lt;b&gt;&amp;c": no &lt;answer&gt;\n`);
});

test('what breaks on the way is a 500 that keeps its reason to the log', async () => {
  const lines: Facts[] = [];
  const answer = await ask(`${root}/things/broken`, {}, { lines });
  assert.equal(answer.status, 500);
  assert.doesNotMatch(String(answer.body), /secret/);
  assert.equal(JSON.parse(String(answer.body)).reason, 'InternalError');
  assert.match(String(lines[0]?.['error']), /secret/);
});

test('whoever waits until the time is up is told so, by a 504 and not by a 500', async () => {
  const late = new AbortController();
  const verdict: AccessVerdict = { kind: 'unavailable', reason: 'the request ended before the answer came' };
  late.abort();
  const answer = await ask(`${root}/things`, { signal: late.signal }, { verdict });
  assert.equal(answer.status, 504);
  const { reason, message } = JSON.parse(String(answer.body));
  assert.deepEqual(
    { reason, message },
    { reason: 'Timeout', message: 'Timeout: request did not complete within the allotted timeout' },
  );
});

test('HEAD has the headers of GET and no body', async () => {
  const answer = await ask('/livez', { method: 'HEAD' });
  assert.equal(answer.status, 200);
  assert.equal(answer.headers['Content-Length'], '2');
  assert.equal(answer.body, '');
});

test('a path that is no escaped UTF-8 is refused', async () => {
  assert.equal((await ask('/apis/%zz')).status, 400);
});

test('a verb with nothing behind it is a 500 in plain text, as in the reference', async () => {
  const answer = await ask(`${root}/watch`);
  assert.equal(answer.status, 500);
  assert.match(String(answer.body), /failed to create RequestInfo: unable to determine kind and namespace from url/);
});

test('escaped letters are the letters, an escaped slash is a slash', async () => {
  assert.equal((await ask(`${root}/%74hings`)).status, 200);
  assert.equal((await ask(`${root}/things%2Fa`)).status, 200);
  assert.equal((await ask(`${root}/things/${encodeURIComponent('é:*(x)')}`)).status, 404);
});

test('names are as they were before escaping', async () => {
  const answer = await ask(`${root}/things/${encodeURIComponent('é:*(x)')}`);
  assert.equal(JSON.parse(String(answer.body)).message, 'thing "é:*(x)" not found');
});

test('paths are case-sensitive', async () => {
  assert.equal((await ask(`${root}/Things`)).status, 404);
  assert.equal((await ask('/LIVEZ')).status, 404);
});

test('a path nobody knows gets the list of paths, without hidden ones', async () => {
  const answer = await ask('/nosuch');
  assert.equal(answer.status, 404);
  assert.deepEqual(JSON.parse(String(answer.body)).paths, [
    '/apis',
    '/apis/things.example.com',
    '/apis/things.example.com/v1',
    '/healthz',
    '/livez',
    '/livez/ping',
    '/metrics',
    '/readyz',
    '/version',
  ]);
  for (const index of ['/', '/index.html']) {
    const found = await ask(index);
    assert.deepEqual([found.status, found.body], [200, answer.body]);
  }
});

test('metrics come in the text format of Prometheus', async () => {
  const answer = await ask('/metrics');
  assert.equal(answer.headers['Content-Type'], 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores');
  assert.equal(answer.body, 'up 1\n');
});

test('the version is told for people, whatever they accept', async () => {
  const answer = await ask('/version');
  assert.match(String(answer.body), /^\{\n {2}"major": "1",\n/);
  assert.equal((await ask('/version', { headers: { accept: 'text/html' } })).status, 406);
  assert.equal((await ask('/version', { method: 'POST' })).status, 405);
  assert.equal((await ask('/version/x')).status, 404);
});

test('aggregated discovery is sent once: 304 to whoever has it', async () => {
  const accept =
    'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList';
  const first = await ask('/apis', { headers: { accept } });
  assert.equal(first.status, 200);
  assert.equal(first.headers['Cache-Control'], 'public');
  const etag = first.headers['ETag'] ?? '';
  const second = await ask('/apis', { headers: { accept, 'if-none-match': etag } });
  assert.deepEqual([second.status, second.body, second.headers['ETag']], [304, '', etag]);
  assert.equal((await ask('/apis', { headers: { accept, 'if-none-match': '"other"' } })).status, 200);
});

test('discovery comes in protobuf too, its type in the envelope', async () => {
  const accept = 'application/vnd.kubernetes.protobuf';
  for (const path of ['/apis', '/apis/things.example.com', root]) {
    const { headers, body } = await ask(path, { headers: { accept } });
    assert.equal(headers['Content-Type'], accept);
    assert.equal(
      Buffer.from(body as Uint8Array)
        .subarray(0, 4)
        .toString(),
      'k8s\0',
    );
    assert.match(Buffer.from(body as Uint8Array).toString(), /API(GroupList|Group|ResourceList)/);
  }
});

test('a refusal comes in protobuf to those who ask so', async () => {
  const accept = 'application/vnd.kubernetes.protobuf,application/json';
  const { status, body, headers } = await ask(`${root}/nosuch`, { headers: { accept } });
  assert.deepEqual([status, headers['Content-Type']], [404, 'application/vnd.kubernetes.protobuf']);
  assert.match(
    Buffer.from(body as Uint8Array).toString(),
    /v1\u0012\u0006Status.*could not find the requested resource/s,
  );
});

test('a refusal is never a Table', async () => {
  const answer = await ask(`${root}/nosuch`, { headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' } });
  assert.deepEqual([answer.status, JSON.parse(String(answer.body)).kind], [404, 'Status']);
});

test('bare metadata of the wrong number is not acceptable', async () => {
  const as = (kind: string) => ({ headers: { accept: `application/json;as=${kind};v=v1;g=meta.k8s.io` } });
  const list = await ask(`${root}/things`, as('PartialObjectMetadata'));
  const one = await ask(`${root}/things/a`, as('PartialObjectMetadataList'));
  assert.deepEqual(
    [list, one].map(({ status, body }) => [status, JSON.parse(String(body)).message]),
    [
      [406, 'you requested PartialObjectMetadata, but the requested object is a list (*things.ThingList)'],
      [406, 'you requested PartialObjectMetadataList, but the requested object is not a list (*things.Thing)'],
    ],
  );
});

test('bare metadata comes in every encoding', async () => {
  for (const type of ['json', 'yaml', 'vnd.kubernetes.protobuf']) {
    for (const [path, kind] of [
      ['things', 'PartialObjectMetadataList'],
      ['things/a', 'PartialObjectMetadata'],
    ] as const) {
      const accept = `application/${type};as=${kind};v=v1;g=meta.k8s.io`;
      const { status, body } = await ask(`${root}/${path}`, { headers: { accept } });
      assert.equal(status, 200);
      assert.match(Buffer.from(body as string).toString(), new RegExp(kind));
    }
  }
});

const tables: readonly (readonly [query: string, object: unknown])[] = [
  ['includeObject=None', null],
  [
    'includeObject=Metadata',
    { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1beta1', metadata: { name: 'a' } },
  ],
  ['includeObject=Object', { kind: 'Thing', apiVersion: 'things.example.com/v1', metadata: { name: 'a' }, size: 1 }],
];

for (const [query, object] of tables) {
  test(`a row of a Table with ${query} carries what was asked for`, async () => {
    const table = JSON.parse(String((await ask(`${root}/things?${query}`, asTable)).body));
    assert.equal(table.apiVersion, 'meta.k8s.io/v1beta1');
    assert.deepEqual(table.rows[0], { cells: ['a', '1'], object });
  });
}

test('a Table takes no other word for its objects', async () => {
  const answer = await ask(`${root}/things?includeObject=All`, asTable);
  assert.deepEqual([answer.status, JSON.parse(String(answer.body)).reason], [400, 'BadRequest']);
});

test('an empty list is an empty Table and an empty list', async () => {
  const table = await ask(`${root}/things?labelSelector=none`, asTable);
  assert.equal(
    String(table.body),
    '{"kind":"Table","apiVersion":"meta.k8s.io/v1beta1","metadata":{},"columnDefinitions":null,"rows":null}\n',
  );
  const list = await ask(`${root}/things?labelSelector=none`);
  assert.equal(
    String(list.body),
    '{"kind":"ThingList","apiVersion":"things.example.com/v1","metadata":{},"items":[]}\n',
  );
});

test('whatever is asked, the answer is one a client can expect, and nothing breaks', async () => {
  const seed = Date.now() % 100_000;
  let state = seed;
  const draw = (words: readonly string[]): string => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return words[(state >>> 8) % words.length] ?? '';
  };
  const words = [
    ...`${root}/watch/namespaces/ns/things/a/livez/version`.split('/'),
    '',
    '%2F',
    '%',
    '..',
    '*',
    ':name',
    '{/}',
    'é',
  ];
  const queries = [
    '',
    '?watch',
    '?limit=x',
    '?labelSelector=a%20in',
    '?fieldSelector=a%3Db',
    '?includeObject=x',
    '?pretty&verbose',
  ];
  const accepts = [
    '*/*',
    'application/yaml',
    'text/html',
    'application/vnd.kubernetes.protobuf',
    asTable.headers.accept,
  ];
  const expected = [200, 400, 404, 405, 406, 500];
  for (let round = 0; round < 3000; round++) {
    const target = `${draw(['', root])}/${draw(words)}/${draw(words)}${draw(queries)}`;
    const lines: Facts[] = [];
    const request = {
      method: draw(['GET', 'GET', 'HEAD', 'POST', 'OPTIONS', 'M-SEARCH']),
      headers: { accept: draw(accepts) },
    };
    const { status } = await ask(target, request, { lines });
    const told = `seed ${seed}, round ${round}: ${request.method} ${target} as ${request.headers.accept}: ${status}`;
    assert.ok(expected.includes(status), told);
    assert.deepEqual(lines, [], told);
  }
});

const asTable = { headers: { accept: 'application/json;as=Table;v=v1beta1;g=meta.k8s.io' } };

interface Circumstances {
  readonly caller?: Caller;
  readonly verdict?: AccessVerdict;
  /** Collects what the authorizer was asked. */
  readonly asked?: AccessAttributes[];
  /** Collects the facts of error lines. */
  readonly lines?: Facts[];
}

const bob: User = { name: 'bob', groups: [], extra: {} };

async function ask(
  target: string,
  request: Partial<ApiRequest> = {},
  circumstances: Circumstances = {},
): Promise<Answer> {
  const { caller = { kind: 'user', user: bob }, verdict = { kind: 'allowed', reason: '' } } = circumstances;
  const options: ApiServerOptions = {
    groups: [{ group: 'things.example.com', version: 'v1', resources: [things as Resource<unknown>] }],
    authenticator: { authenticate: async () => caller },
    authorizer: {
      authorize: async (_user, attributes) => {
        circumstances.asked?.push(attributes);
        return verdict;
      },
    },
    health: { livez: [{ name: 'ping', check: () => undefined }], readyz: [], healthz: [] },
    expose: () => 'up 1\n',
    version: {
      major: '1',
      minor: '36',
      gitVersion: 'v1.36.0',
      gitCommit: '',
      gitTreeState: '',
      buildDate: '1970-01-01T00:00:00Z',
      goVersion: '',
      compiler: '',
      platform: 'linux/amd64',
    },
    log: { ...silentLogger, error: (_message, facts = {}) => circumstances.lines?.push(facts) },
    newId: () => 'made-id',
    serverAddress: ':443',
  };
  return new ApiServer(options).handle(madeRequest(target, request));
}

/** Cluster-scoped things `a` and `b`; asking for `broken` throws, the label selector `none` matches nothing. */
const things: Resource<string> = {
  name: 'things',
  kind: 'Thing',
  namespaced: false,
  verbs: ['get', 'list'],
  wire: {
    metadata: (name) => ({ name, labels: {}, creationTimestamp: 0 }),
    jsonMembers: (_, out) => out.text('"size":1'),
    protobufFields: (_, out) => out.int64(2, 1),
    columns: () => [{ name: 'Size', type: 'string', format: '' }],
    cells: () => ['1'],
  },
  get(name) {
    if (name === 'broken') throw new Error('the secret reason');
    if (name === 'a' || name === 'b') return { kind: 'found', object: name };
    return { kind: 'not-found', message: `thing "${name}" not found`, details: { name, kind: 'thing' } };
  },
  list: ({ labels }) => (labels === undefined || labels.matches({}) ? ['a', 'b'] : []),
};
