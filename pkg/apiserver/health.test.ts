import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Answer } from './exchange.ts';
import { type HealthCheck, healthRoutes } from './health.ts';
import { madeRequest } from './made-request.ts';
import { RouteTable } from './router.ts';

const cases: readonly (readonly [title: string, target: string, status: number, body: string])[] = [
  ['all well, in short', '/readyz', 200, 'ok'],
  ['all well, in detail', '/readyz?verbose', 200, '[+]ping ok\n[+]storage ok\nreadyz check passed\n'],
  ['one left out', '/readyz?verbose&exclude=ping', 200, '[+]ping excluded: ok\n[+]storage ok\nreadyz check passed\n'],
  [
    'an unknown one left out',
    '/readyz?verbose=1&exclude=z&exclude=y',
    200,
    '[+]ping ok\n[+]storage ok\nwarn: some health checks cannot be excluded: no matches for "y","z"\nreadyz check passed\n',
  ],
  ['one check alone', '/readyz/storage', 200, 'ok'],
];

for (const [title, target, status, body] of cases) {
  test(`health: ${title}`, async () => {
    const answer = await probe([well('ping'), well('storage')], target);
    assert.equal(answer?.status, status);
    assert.equal(answer?.body, body);
    assert.equal(answer?.headers['Content-Type'], 'text/plain; charset=utf-8');
    assert.equal(answer?.headers['X-Content-Type-Options'], target.includes('/storage') ? undefined : 'nosniff');
  });
}

test('a failing check fails the endpoint, always in detail, without its reason', async () => {
  const answer = await probe([well('ping'), ill('storage')], '/readyz');
  assert.equal(answer?.status, 500);
  assert.equal(answer?.body, '[+]ping ok\n[-]storage failed: reason withheld\nreadyz check failed\n');
});

test('the failing check itself says why', async () => {
  const answer = await probe([ill('storage')], '/readyz/storage');
  assert.equal(answer?.status, 500);
  assert.equal(answer?.body, 'internal server error: no metrics to serve\n');
});

test('a failing check can be left out', async () => {
  assert.equal((await probe([well('ping'), ill('storage')], '/readyz?exclude=storage'))?.body, 'ok');
});

test('there is nothing below an endpoint but its checks, and no slash at the end', async () => {
  assert.equal(await probe([well('ping')], '/readyz/storage'), undefined);
  assert.equal(await probe([well('ping')], '/readyz/'), undefined);
});

test('what is degraded is no reason to fail, and is told in detail only, behind the checks', async () => {
  const notes = () => ['2 of 3 nodes have no metrics', 'b'];
  assert.equal((await probe([well('ping')], '/readyz', notes))?.body, 'ok');
  const told = 'degraded: 2 of 3 nodes have no metrics\ndegraded: b\n';
  const well200 = await probe([well('ping')], '/readyz?verbose&exclude=x', notes);
  assert.equal(well200?.status, 200);
  const warned = 'warn: some health checks cannot be excluded: no matches for "x"\n';
  assert.equal(well200?.body, `[+]ping ok\n${warned}${told}readyz check passed\n`);
  const ill500 = await probe([ill('storage')], '/readyz', notes);
  assert.equal(ill500?.body, `[-]storage failed: reason withheld\n${told}readyz check failed\n`);
});

test('a check with state keeps it', async () => {
  class Flag implements HealthCheck {
    readonly name = 'flag';
    readonly #reason = 'down';
    check(): string {
      return this.#reason;
    }
  }
  assert.equal((await probe([new Flag()], '/readyz'))?.status, 500);
});

const well = (name: string): HealthCheck => ({ name, check: () => undefined });

const ill = (name: string): HealthCheck => ({ name, check: () => 'no metrics to serve' });

function probe(
  checks: readonly HealthCheck[],
  target: string,
  notes?: () => readonly string[],
): Promise<Answer | undefined> {
  const request = madeRequest(target);
  return new RouteTable(healthRoutes('readyz', { checks, notes })).answer(request, request.path);
}
