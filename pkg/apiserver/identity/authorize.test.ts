import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import type { AccessAttributes, AccessVerdict, User } from '../../model/user.ts';
import { type Facts, silentLogger } from '../../telemetry/logger.ts';
import { type AccessReviewer, Authorizer } from './authorize.ts';

const { signal } = new AbortController();
const alice: User = { name: 'alice', groups: ['dev'], extra: {} };
const admin: User = { name: 'admin', groups: ['system:masters'], extra: {} };
const listPods: AccessAttributes = {
  kind: 'resource',
  verb: 'list',
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  resource: 'pods',
  namespace: 'shop',
};
const get = (path: string): AccessAttributes => ({ kind: 'path', verb: 'get', path });

test('members of system:masters may do everything, and nobody is asked', async () => {
  const reviewer = reviewing('denied');
  const authorizer = authorizerFor({ reviewer });
  assert.equal((await authorizer.authorize(admin, listPods, signal)).kind, 'allowed');
  assert.equal((await authorizer.authorize(admin, get('/metrics'), signal)).kind, 'allowed');
  assert.equal(reviewer.asked.length, 0);
});

test('always-allowed paths are open, exactly as given or by prefix', async () => {
  const reviewer = reviewing('denied');
  const authorizer = authorizerFor({ reviewer, alwaysAllowPaths: ['/healthz', 'livez', '/open/*'] });
  const kindOf = async (path: string): Promise<string> => (await authorizer.authorize(alice, get(path), signal)).kind;
  for (const path of ['/healthz', '/livez', '/open/', '/open/a/b']) assert.equal(await kindOf(path), 'allowed', path);
  for (const path of ['/healthz/ping', '/healthz/', '/Healthz', '/open', '/metrics', '/']) {
    assert.equal(await kindOf(path), 'denied', path);
  }
});

test('a resource is never an always-allowed path', async () => {
  const authorizer = authorizerFor({ reviewer: reviewing('denied'), alwaysAllowPaths: ['*'] });
  assert.equal((await authorizer.authorize(alice, listPods, signal)).kind, 'denied');
  assert.equal((await authorizer.authorize(alice, get('/anything'), signal)).kind, 'allowed');
});

test('the reviewer decides about everything else, and its reason is passed on', async () => {
  const reviewer = reviewing('allowed');
  const verdict = await authorizerFor({ reviewer }).authorize(alice, listPods, signal);
  assert.deepEqual(verdict, { kind: 'allowed', reason: 'as reviewed' });
  assert.deepEqual(reviewer.asked, [{ user: alice, attributes: listPods }]);
});

test('a yes and a no are remembered for their own time, an outage not at all', async () => {
  for (const [kind, ttl] of [['allowed', 10_000] as const, ['denied', 3_000] as const]) {
    const clock = new WoundClock();
    const reviewer = reviewing(kind);
    const authorizer = authorizerFor({ reviewer, clock, authorizedTtlMs: 10_000, unauthorizedTtlMs: 3_000 });
    for (let time = 0; time < 3; time++) await authorizer.authorize(alice, listPods, signal);
    await clock.wind(ttl);
    await authorizer.authorize(alice, listPods, signal);
    assert.equal(reviewer.asked.length, 1, kind);
    await clock.wind(1);
    await authorizer.authorize(alice, listPods, signal);
    assert.equal(reviewer.asked.length, 2, kind);
  }
  const down = reviewing('unavailable');
  const authorizer = authorizerFor({ reviewer: down });
  for (let time = 0; time < 3; time++) await authorizer.authorize(alice, listPods, signal);
  assert.equal(down.asked.length, 3);
});

test('what differs in anything is another question', async () => {
  const reviewer = reviewing('allowed');
  const authorizer = authorizerFor({ reviewer });
  const questions: [User, AccessAttributes][] = [
    [alice, listPods],
    [{ ...alice, name: 'bob' }, listPods],
    [{ ...alice, uid: 'u' }, listPods],
    [{ ...alice, groups: ['dev', 'ops'] }, listPods],
    [{ ...alice, groups: ['dev,ops'] }, listPods],
    [{ ...alice, extra: { scopes: ['x'] } }, listPods],
    [alice, { ...listPods, verb: 'get' }],
    [alice, { ...listPods, namespace: 'other' }],
    [alice, { ...listPods, name: 'p' }],
    [alice, get('/metrics')],
    [alice, { ...get('/metrics'), verb: 'post' }],
  ];
  for (const [user, attributes] of [...questions, ...questions]) await authorizer.authorize(user, attributes, signal);
  assert.equal(reviewer.asked.length, questions.length);
});

test('two who ask the same at the same time share one review', async () => {
  const reviewer = reviewing('allowed');
  const authorizer = authorizerFor({ reviewer, authorizedTtlMs: 0 });
  await Promise.all([authorizer.authorize(alice, listPods, signal), authorizer.authorize(alice, listPods, signal)]);
  assert.equal(reviewer.asked.length, 1);
  await authorizer.authorize(alice, listPods, signal);
  assert.equal(reviewer.asked.length, 2);
});

test('a caller who leaves gets no verdict, and a reviewer that breaks is not remembered', async () => {
  const gone = AbortSignal.abort();
  const left = await authorizerFor({ reviewer: reviewing('allowed') }).authorize(alice, listPods, gone);
  assert.equal(left.kind, 'unavailable');

  let broken = true;
  const reviewer: AccessReviewer = {
    async review() {
      if (broken) throw new Error('broken');
      return { kind: 'allowed', reason: '' };
    },
  };
  const authorizer = authorizerFor({ reviewer });
  await assert.rejects(authorizer.authorize(alice, listPods, signal), /broken/);
  broken = false;
  assert.equal((await authorizer.authorize(alice, listPods, signal)).kind, 'allowed');
});

test('an outage of the reviewer is logged when it begins and when it ends, not for every caller', async () => {
  const lines: string[] = [];
  const line = (message: string, facts: Facts = {}): void => void lines.push(`${message}: ${facts['reason'] ?? ''}`);
  let kind: AccessVerdict['kind'] = 'unavailable';
  const reviewer: AccessReviewer = { review: async () => ({ kind, reason: 'no route' }) };
  const authorizer = authorizerFor({ reviewer, log: { ...silentLogger, warn: line, info: line } });
  const ask = (path: string): Promise<AccessVerdict> => authorizer.authorize(alice, get(path), signal);

  for (const path of ['/a', '/a', '/b']) await ask(path);
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /does not answer reviews.*: no route$/);
  kind = 'denied';
  for (const path of ['/a', '/b']) await ask(path);
  assert.equal(lines.length, 2);
  assert.match(lines[1] ?? '', /answers reviews again/);
});

test('a caller who leaves is no outage', async () => {
  const lines: string[] = [];
  const reviewer: AccessReviewer = {
    review: (_user, _attributes, until) =>
      new Promise((resolve) => {
        until.addEventListener('abort', () => resolve({ kind: 'unavailable', reason: 'aborted' }));
      }),
  };
  const authorizer = authorizerFor({ reviewer, log: { ...silentLogger, warn: (message) => void lines.push(message) } });
  const leaving = new AbortController();
  const verdict = authorizer.authorize(alice, listPods, leaving.signal);
  leaving.abort();
  assert.equal((await verdict).kind, 'unavailable');
  assert.deepEqual(lines, []);
});

test('the kube-apiserver is not asked more than 400 things at once, whatever callers invent', async () => {
  let asked = 0;
  const { promise, resolve } = Promise.withResolvers<AccessVerdict>();
  const reviewer: AccessReviewer = {
    review() {
      asked++;
      return promise;
    },
  };
  const authorizer = authorizerFor({ reviewer });
  const verdicts = Array.from({ length: 450 }, (_, index) => authorizer.authorize(alice, get(`/${index}`), signal));
  assert.equal((await verdicts[449])?.kind, 'unavailable');
  assert.equal(asked, 400);
  resolve({ kind: 'allowed', reason: '' });
  assert.equal((await verdicts[399])?.kind, 'allowed');
  assert.equal((await authorizer.authorize(alice, get('/449'), signal)).kind, 'allowed');
});

function authorizerFor(options: Partial<ConstructorParameters<typeof Authorizer>[0]>): Authorizer {
  return new Authorizer({
    reviewer: reviewing('denied'),
    alwaysAllowPaths: ['/healthz', '/readyz', '/livez'],
    authorizedTtlMs: 10_000,
    unauthorizedTtlMs: 10_000,
    clock: new WoundClock(),
    log: silentLogger,
    ...options,
  });
}

function reviewing(kind: AccessVerdict['kind']): AccessReviewer & { readonly asked: object[] } {
  const asked: object[] = [];
  return {
    asked,
    async review(user, attributes) {
      asked.push({ user, attributes });
      return { kind, reason: 'as reviewed' };
    },
  };
}
