import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ApiServerOptions, Caller, HealthChecks } from '../api-server.ts';
import type { ApiRequest } from '../exchange.ts';
import { crossOrigin } from '../filters/cross-origin.ts';
import type { Filter } from '../filters/filter.ts';
import { goawayByChance } from '../filters/goaway.ts';
import { InFlightLimit } from '../filters/in-flight-limit.ts';
import { ShutdownGate } from '../filters/shutdown-gate.ts';
import { strictTransportSecurity } from '../filters/strict-transport-security.ts';
import { test } from '../testing/every-protocol.ts';
import { askOfThings, bodyText } from '../testing/things.ts';

// What stands in front of the API, whatever is asked: overload, headers by flag, health, and the way out.

const things = '/apis/things.example.com/v1/things';
const http2 = { httpMajor: 2 } as const;

describe('strict transport security', () => {
  test('is on every answer, also a refusal, its directives joined', async () => {
    const filters = [strictTransportSecurity(['max-age=31536000', 'includeSubDomains'])];
    for (const target of [things, '/nosuch', '/livez']) {
      const { headers } = await askOfThings(target, {}, { filters });
      assert.equal(headers['Strict-Transport-Security'], 'max-age=31536000; includeSubDomains');
    }
  });

  test('is not there unless asked for', async () => {
    assert.equal((await askOfThings(things)).headers['Strict-Transport-Security'], undefined);
  });
});

/** A row: what is asked, from which origin, the status, and the origin allowed. */
const origins: readonly (readonly [method: string, origin: string | undefined, status: number, allowed?: string])[] = [
  ['GET', 'https://a.example.com', 200, 'https://a.example.com'],
  ['OPTIONS', 'https://a.example.com', 204, 'https://a.example.com'],
  ['GET', 'https://a.example.com.evil.org', 200],
  ['OPTIONS', 'https://evil.org', 405],
  ['OPTIONS', undefined, 405],
  ['GET', undefined, 200],
];

describe('CORS', () => {
  for (const [method, origin, status, allowed] of origins) {
    test(`${method} from ${origin ?? 'no page'} gives ${status} and allows ${allowed ?? 'nothing'}`, async () => {
      const filters = [crossOrigin([/^https:\/\/[a-z]+\.example\.com$/])];
      const headers = origin === undefined ? {} : { origin };
      const answer = await askOfThings(things, { method, headers }, { filters });
      assert.equal(answer.status, status);
      assert.equal(answer.headers['Access-Control-Allow-Origin'], allowed);
      assert.equal(answer.headers['Access-Control-Allow-Credentials'], allowed && 'true');
      assert.equal(answer.headers['Access-Control-Expose-Headers'], allowed && 'Date');
      assert.equal(answer.headers['Access-Control-Allow-Methods'], allowed && 'POST, GET, OPTIONS, PUT, DELETE, PATCH');
      assert.match(answer.headers['Access-Control-Allow-Headers'] ?? '', allowed ? /, Authorization, / : /^$/);
    });
  }

  it('shows no regular expression an origin longer than there are, or two of them', async () => {
    const filters = [crossOrigin([/^(.*)(.*)\.example\.com$/])];
    const origin = `https://${'a'.repeat(1_000_000)}`;
    const long = await askOfThings(things, { headers: { origin } }, { filters });
    assert.equal(long.headers['Access-Control-Allow-Origin'], undefined);
    const twice = ['https://a.evil.org', 'https://a.example.com'] as unknown as string;
    const two = await askOfThings(things, { headers: { origin: twice } }, { filters });
    assert.equal(two.headers['Access-Control-Allow-Origin'], undefined);
  });

  test('answers a browser that asks in advance before anybody asks who it is', async () => {
    const request = { method: 'OPTIONS', headers: { origin: 'https://a.example.com' } };
    const answer = await askOfThings(things, request, { filters: [crossOrigin([/a/])], ...callerIs('unauthorized') });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers['Content-Length'], undefined);
  });
});

describe('requests at once', () => {
  it('one too many is turned away in plain text, and may come again after a second', async () => {
    const { start, finish } = crowd({ reading: 2, writing: 1 });
    start('GET');
    start('GET');
    const answer = await askInCrowd('GET');
    assert.equal(answer.status, 429);
    assert.equal(answer.headers['Retry-After'], '1');
    assert.equal(answer.headers['Content-Type'], 'text/plain; charset=utf-8');
    assert.equal(await bodyText(answer), 'Too many requests, please try again later.\n');
    finish();
    assert.equal((await askInCrowd('GET')).status, 200);

    function askInCrowd(method: string) {
      return askOfThings(things, { method }, { inFlight });
    }
  });

  it('writing and reading do not stand in each other’s way', async () => {
    const { start } = crowd({ reading: 1, writing: 1 });
    start('GET');
    assert.equal((await askOfThings(things, { method: 'POST' }, { inFlight })).status, 405);
    assert.equal((await askOfThings(things, {}, { inFlight })).status, 429);
  });

  it('the masters of the cluster are never turned away', async () => {
    const { start } = crowd({ reading: 1, writing: 1 });
    start('GET');
    assert.equal((await askOfThings(things, {}, { inFlight, ...callerIs('system:masters') })).status, 200);
  });

  it('0 is no limit', async () => {
    const { start } = crowd({ reading: 0, writing: 0 });
    for (let count = 0; count < 1_000; count++) start('GET');
    assert.equal((await askOfThings(things, {}, { inFlight })).status, 200);
  });

  let inFlight: InFlightLimit;

  /** Requests whose answers are still on their way. */
  function crowd(limits: { readonly reading: number; readonly writing: number }) {
    inFlight = new InFlightLimit(limits);
    const over = new AbortController();
    const start = (method: string): void => void askOfThings(things, { method, over: over.signal }, { inFlight });
    return { start, finish: () => over.abort() };
  }
});

/** A row: who asks by which protocol, and whether their connection ends with the answer. */
const visitors: readonly (readonly [who: string, request: Partial<ApiRequest>, leaves: boolean])[] = [
  ['unauthorized', http2, true],
  ['system:unauthenticated', http2, true],
  ['system:authenticated', http2, false],
  ['unauthorized', {}, false],
  ['system:unauthenticated', {}, false],
];

describe('connections by HTTP/2', () => {
  for (const [who, request, leaves] of visitors) {
    it(`${leaves ? 'end' : 'do not end'} with an answer to ${who} over HTTP/${request.httpMajor ?? 1}`, async () => {
      const { headers } = await askOfThings('/livez', request, callerIs(who));
      assert.equal(headers.Connection, leaves ? 'close' : undefined);
    });
  }

  it('end by chance, in the share asked for, and those by HTTP/1.1 never', async () => {
    const dice = [0.019, 0.02];
    const filters = [goawayByChance(0.02, () => dice.shift() ?? 1)];
    assert.equal((await askOfThings(things, {}, { filters })).headers.Connection, undefined);
    assert.equal((await askOfThings(things, http2, { filters })).headers.Connection, 'close');
    assert.equal((await askOfThings(things, http2, { filters })).headers.Connection, undefined);
  });
});

/** A row: what the gate was told, what is asked, the status, and the headers that tell the client what to do. */
const stages: readonly (readonly [
  told: 'nothing' | 'turnAway' | 'close',
  target: string,
  status: number,
  retry?: string,
])[] = [
  ['nothing', things, 200],
  ['turnAway', things, 429, '5'],
  ['turnAway', '/readyz', 200],
  ['turnAway', '/livez/ping', 200],
  ['turnAway', '/healthz?verbose', 200],
  ['turnAway', '/metrics', 200],
  ['close', things, 503, '1'],
  ['close', '/livez', 503, '1'],
];

describe('the way out', () => {
  for (const [told, target, status, retry] of stages) {
    it(`after ${told}, ${target} gives ${status} and Retry-After ${retry ?? 'is not there'}`, async () => {
      const gate = new ShutdownGate();
      if (told !== 'nothing') gate[told]();
      const answer = await askOfThings(target, {}, { filters: [gate.filter], health });
      assert.equal(answer.status, status);
      assert.equal(answer.headers['Retry-After'], retry);
      assert.equal(answer.headers.Connection, status === 429 ? 'close' : undefined);
    });
  }

  it('a late request is refused by a Status in JSON, whatever it takes', async () => {
    const gate = new ShutdownGate();
    gate.close();
    const headers = { accept: 'application/vnd.kubernetes.protobuf' };
    const answer = await askOfThings(things, { headers }, { filters: [gate.filter] });
    assert.equal(answer.headers['Content-Type'], 'application/json');
    assert.deepEqual(JSON.parse(await bodyText(answer)), {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'apiserver is shutting down',
      reason: 'ServiceUnavailable',
      code: 503,
    });
  });

  it('the gate is drained once what came before is over, probes aside', async () => {
    const gate = new ShutdownGate();
    const filters: readonly Filter[] = [gate.filter];
    const [request, probe] = [new AbortController(), new AbortController()];
    await askOfThings(things, { over: request.signal }, { filters });
    await askOfThings('/livez', { over: probe.signal }, { filters, health });
    let isDrained = false;
    const drained = gate.drained().then(() => {
      isDrained = true;
    });
    gate.turnAway();
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(isDrained, false);
    request.abort();
    await drained;
  });
});

const well = (name: string) => ({ name, check: () => undefined });
const health: HealthChecks = { livez: [well('ping')], readyz: [well('ping')], healthz: [well('ping')] };

/** A caller in one group, or whose credential is wrong. */
function callerIs(who: string): Partial<ApiServerOptions> {
  const name = who === 'system:unauthenticated' ? 'system:anonymous' : 'alice';
  const caller: Caller =
    who === 'unauthorized'
      ? { kind: 'unauthorized', reason: '' }
      : { kind: 'user', user: { name, groups: [who], extra: {} } };
  return { authenticator: { authenticate: async () => caller } };
}
