import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import type { AccessAttributes, User } from '../model/user.ts';
import { AccessReviews, TokenReviews } from './reviews.ts';
import { FakeApiserver, type HandMade } from './testing/fake-apiserver.ts';

const signal = new AbortController().signal;
const nodes: AccessAttributes = {
  kind: 'resource',
  verb: 'list',
  group: 'metrics.k8s.io',
  version: 'v1beta1',
  resource: 'nodes',
};
const ann: User = { name: 'ann', groups: ['dev'], extra: {} };

describe('a token review', () => {
  it('tells who a token is', async () => {
    const user = { username: 'ann', uid: '7', groups: ['dev', 'system:authenticated'], extra: { scope: ['a', 'b'] } };
    const { reviews, apiserver } = asking({ status: 201, body: { status: { authenticated: true, user } } });
    assert.deepEqual(await reviews.token('secret'), {
      kind: 'authenticated',
      user: { name: 'ann', uid: '7', groups: ['dev', 'system:authenticated'], extra: { scope: ['a', 'b'] } },
    });
    const [request] = apiserver.requests;
    assert.equal(`${request?.method} ${request?.path}`, 'POST /apis/authentication.k8s.io/v1/tokenreviews');
    assert.deepEqual(request?.body, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token: 'secret' },
    });
  });

  it('rejects a token nobody knows, with the reason given', async () => {
    const { reviews } = asking({ status: 201, body: { status: { authenticated: false, error: 'token expired' } } });
    assert.deepEqual(await reviews.token('old'), { kind: 'rejected', reason: 'token expired' });
  });

  it('takes silence for a no', async () => {
    const { reviews } = asking({ status: 201, body: { status: {} } });
    assert.equal((await reviews.token('x')).kind, 'rejected');
  });

  it('knows nothing when the answer makes no sense', async () => {
    for (const body of ['[]', '<html>', 'null', { status: null }, { status: { authenticated: true, user: {} } }]) {
      const { reviews } = asking({ status: 201, body });
      assert.equal((await reviews.token('x')).kind, 'unavailable', JSON.stringify(body));
    }
  });

  it('says which right is missing when it may not ask', async () => {
    const { reviews, apiserver } = asking({ status: 403, body: { message: 'tokenreviews is forbidden' } });
    const verdict = await reviews.token('x');
    assert.match(verdict.kind === 'unavailable' ? verdict.reason : '', /tokenreviews is forbidden; our RBAC roles/);
    assert.equal(apiserver.requests.length, 1);
  });
});

describe('an access review', () => {
  it('says what a list is narrowed to, and which part of a resource is meant', async () => {
    const { reviews, apiserver } = asking({ status: 201, body: { status: { allowed: true } } });
    const fieldSelector = [{ key: 'metadata.name', operator: 'In', values: ['a'] }] as const;
    const labelSelector = [{ key: 'app', operator: 'Exists' }] as const;
    await reviews.access(ann, { ...nodes, subresource: 'log', fieldSelector, labelSelector });
    const { kind: _, ...asked } = nodes as AccessAttributes & { kind: 'resource' };
    assert.deepEqual((apiserver.requests[0]?.body as { spec: Record<string, unknown> }).spec['resourceAttributes'], {
      ...asked,
      subresource: 'log',
      fieldSelector: { requirements: fieldSelector },
      labelSelector: { requirements: labelSelector },
    });
  });

  it('asks for a resource as the reference does', async () => {
    const { reviews, apiserver } = asking({ status: 201, body: { status: { allowed: true, reason: 'RBAC' } } });
    const user = { ...ann, uid: '7', extra: { scope: ['a'] } };
    const attributes = { ...nodes, resource: 'pods', namespace: 'web', name: 'a' };
    assert.deepEqual(await reviews.access(user, attributes), { kind: 'allowed', reason: 'RBAC' });
    assert.deepEqual((apiserver.requests[0]?.body as { spec: unknown }).spec, {
      user: 'ann',
      uid: '7',
      groups: ['dev'],
      extra: { scope: ['a'] },
      resourceAttributes: {
        verb: 'list',
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        resource: 'pods',
        namespace: 'web',
        name: 'a',
      },
    });
  });

  it('asks for a path as the reference does', async () => {
    const { reviews, apiserver } = asking({ status: 201, body: { status: { allowed: false } } });
    assert.deepEqual(await reviews.access(ann, { kind: 'path', verb: 'get', path: '/metrics' }), {
      kind: 'denied',
      reason: '',
    });
    assert.deepEqual((apiserver.requests[0]?.body as { spec: { nonResourceAttributes: unknown } }).spec, {
      user: 'ann',
      groups: ['dev'],
      extra: {},
      nonResourceAttributes: { verb: 'get', path: '/metrics' },
    });
  });

  it('denies with the reason given', async () => {
    const { reviews } = asking({ status: 201, body: { status: { allowed: false, reason: 'no role' } } });
    assert.deepEqual(await reviews.access(ann, nodes), { kind: 'denied', reason: 'no role' });
  });

  it('never allows without a verdict', async () => {
    for (const status of [{}, { allowed: 'true' }, { allowed: 1 }, { allowed: null }]) {
      const { reviews } = asking({ status: 201, body: { status } });
      assert.equal((await reviews.access(ann, nodes)).kind, 'unavailable', JSON.stringify(status));
    }
  });
});

describe('a review that fails', () => {
  for (const status of [500, 504, 429]) {
    it(`is tried again after ${status}`, async () => {
      const { reviews, apiserver, clock } = asking(
        { status, body: 'hiccup' },
        { status, body: 'hiccup' },
        { status: 201, body: { status: { allowed: true } } },
      );
      const verdict = reviews.access(ann, nodes);
      await clock.wind(499);
      assert.equal(apiserver.requests.length, 1);
      await clock.wind(1);
      assert.equal(apiserver.requests.length, 2);
      await clock.wind(750);
      assert.equal((await verdict).kind, 'allowed');
    });
  }

  it('is given up after five tries', async () => {
    const { reviews, apiserver, clock } = asking();
    apiserver.stop();
    const verdict = reviews.token('x');
    await clock.wind(10_000);
    const { kind } = await verdict;
    assert.deepEqual([kind, apiserver.requests.length], ['unavailable', 5]);
    assert.equal(clock.waiting, 0);
  });

  it('is given up after ten seconds without an answer', async () => {
    const { reviews, apiserver, clock } = asking();
    apiserver.hangs = true;
    const verdict = reviews.token('x');
    await clock.wind(10_000);
    const answer = await verdict;
    assert.match(answer.kind === 'unavailable' ? answer.reason : '', /no answer within 10 s/);
    assert.equal(clock.waiting, 0);
  });

  it('waits as long as Retry-After asks, but not longer than its ten seconds', async () => {
    const busy = { status: 503, headers: { 'retry-after': '3' }, body: 'busy' };
    const { reviews, apiserver, clock } = asking(busy, { ...busy, headers: { 'retry-after': '60' } });
    const verdict = reviews.token('x');
    await clock.wind(2_999);
    assert.equal(apiserver.requests.length, 1);
    await clock.wind(7_001);
    assert.equal((await verdict).kind, 'unavailable');
    assert.equal(apiserver.requests.length, 2);
  });

  it('ends with whoever asked for it', async () => {
    const { apiserver, clock } = asking();
    apiserver.hangs = true;
    const gone = new AbortController();
    const verdict = new TokenReviews({ connection: apiserver, clock }).review('x', gone.signal);
    gone.abort();
    assert.equal((await verdict).kind, 'unavailable');
    assert.equal(clock.waiting, 0);
  });
});

/** Reviews over a kube-apiserver that gives these answers. */
function asking(...answers: HandMade[]) {
  const apiserver = new FakeApiserver();
  apiserver.handMade.push(...answers);
  const clock = new WoundClock();
  const options = { connection: apiserver, clock, random: () => 0.5 };
  const reviews = {
    token: (token: string) => new TokenReviews(options).review(token, signal),
    access: (user: User, attributes: AccessAttributes) => new AccessReviews(options).review(user, attributes, signal),
  };
  return { apiserver, clock, reviews };
}
