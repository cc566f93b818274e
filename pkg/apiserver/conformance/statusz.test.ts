import assert from 'node:assert/strict';
import { test } from '../testing/every-protocol.ts';
import { askOfThings, bodyText, madeAt } from '../testing/things.ts';

// `/statusz` (KEP-4827): words for people, a document for those who spell out which.

const words = `
apiserver statusz
Warning: This endpoint is not meant to be machine parseable, has no formatting compatibility guarantees and is for debugging purposes only.

Started: Sat Nov 21 04:00:34 UTC 2026
Up: 26 hr 03 min 09 sec
Go version: node24
Binary version: 1.36.0
Emulation version: 1.36
Paths: /healthz /livez /metrics /readyz /version
`;

const document = {
  kind: 'Statusz',
  apiVersion: 'config.k8s.io/v1beta1',
  metadata: { name: 'apiserver' },
  startTime: '2026-11-21T04:00:34Z',
  uptimeSeconds: 93_789,
  goVersion: 'node24',
  binaryVersion: '1.36.0',
  emulationVersion: '1.36',
  minimumCompatibilityVersion: '1.35',
  paths: ['/healthz', '/livez', '/metrics', '/readyz', '/version'],
};

const as = (version: string, kind = 'Statusz'): string => `v=${version};g=config.k8s.io;as=${kind}`;

/** A row: what is accepted, and the type that comes; undefined = nothing fits. */
const accepted: readonly (readonly [accept: string | undefined, type: string | undefined])[] = [
  [undefined, 'text/plain; charset=utf-8'],
  ['*/*', 'text/plain; charset=utf-8'],
  ['text/plain', 'text/plain; charset=utf-8'],
  ['text/*', 'text/plain; charset=utf-8'],
  [`application/json;${as('v9')}, */*`, 'text/plain; charset=utf-8'],
  [`application/json;${as('v1beta1')}`, 'application/json'],
  [`application/yaml;${as('v1beta1')}`, 'application/yaml'],
  [`text/plain;q=0.5, application/json;${as('v1beta1')}`, 'application/json'],
  ['application/json', undefined],
  ['application/yaml', undefined],
  ['application/json;v=v1beta1;g=config.k8s.io', undefined],
  [`application/json;${as('v1beta1', 'Flagz')}`, undefined],
  [`application/vnd.kubernetes.protobuf;${as('v1beta1')}`, undefined],
  [`text/plain;${as('v1beta1')}`, undefined],
  ['application/xml', undefined],
];

for (const [accept, type] of accepted) {
  test(`/statusz for ${accept ?? 'whoever says nothing'} is ${type ?? 'not acceptable'}`, async () => {
    const answer = await askPage(accept);
    assert.equal(answer.status, type === undefined ? 406 : 200);
    if (type !== undefined) assert.equal(answer.headers['Content-Type'], type);
    else assert.match(await bodyText(answer), /NotAcceptable/);
  });
}

test('/statusz in words', async () => {
  assert.equal(await bodyText(await askPage(undefined)), words);
});

test('/statusz as a document', async () => {
  const answer = await askPage(`application/json;${as('v1beta1')}`);
  assert.equal(await bodyText(answer), `${JSON.stringify(document)}\n`);
  assert.equal(answer.warnings, undefined);
});

test('/statusz of the older version says that it is older', async () => {
  const answer = await askPage(`application/json;${as('v1alpha1')}`);
  assert.equal(JSON.parse(await bodyText(answer)).apiVersion, 'config.k8s.io/v1alpha1');
  assert.deepEqual(answer.warnings, [
    'This version of the statusz endpoint is deprecated. Please use a newer version.',
  ]);
});

test('a day of one digit is led by a space, and a clock set back is no negative time', async () => {
  const startedAtMs = Date.UTC(2026, 10, 3, 4, 5, 6);
  const statusz = { clock: { now: () => (startedAtMs - 5_000) as never }, startedAtMs };
  const text = await bodyText(await askOfThings('/statusz', {}, { statusz }));
  assert.match(text, /^Started: Tue Nov {2}3 04:05:06 UTC 2026\nUp: 0 hr 00 min 00 sec$/m);
});

test('whoever may not see /statusz is told so', async () => {
  const authorizer = { authorize: async () => ({ kind: 'denied', reason: '' }) as const };
  assert.equal((await askOfThings('/statusz', {}, { authorizer })).status, 403);
});

const day = 86_400_000;

function askPage(accept: string | undefined) {
  const statusz = { clock: { now: () => (madeAt + day + 7_389_500) as never }, startedAtMs: madeAt };
  const version = {
    major: '1',
    minor: '36',
    emulationMajor: '1',
    emulationMinor: '36',
    minCompatibilityMajor: '1',
    minCompatibilityMinor: '35',
    gitVersion: 'v1.36.0',
    goVersion: 'node24',
  } as never;
  const headers = accept === undefined ? {} : { accept };
  return askOfThings('/statusz', { headers }, { statusz, version });
}
