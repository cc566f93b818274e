import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { as, type MonotonicMs } from '../../model/units.ts';
import type { AccessVerdict, User } from '../../model/user.ts';
import { Registry } from '../../telemetry/exposition.ts';
import { silentLogger } from '../../telemetry/logger.ts';
import { ApiServer, type Caller } from '../api-server.ts';
import type { Answer, ApiRequest } from '../exchange.ts';
import { madeRequest } from '../made-request.ts';
import type { AuditBackend } from './backend.ts';
import { type AuditEvent, eventJson } from './event.ts';
import { AuditInstruments } from './instruments.ts';
import { readPolicy } from './read-policy.ts';
import { RequestAuditor } from './request-auditor.ts';
import { dice } from './testing/dice.ts';

const nodes = '/apis/metrics.k8s.io/v1beta1/nodes';
const alice: User = { name: 'alice', uid: 'u1', groups: ['developers'], extra: { scopes: ['a'] } };
const everything = '{level: Metadata}';

describe('a recorded request', () => {
  test('is an event when it arrives and one when its answer is made, as the reference writes them', async () => {
    const { ask, lines } = server({ rules: everything });
    await ask(`${nodes}?limit=5`, {
      headers: { 'user-agent': 'kubectl/v1.36', 'x-forwarded-for': '10.0.0.1', 'audit-id': 'f00d' },
    });
    const start =
      '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"f00d","stage":"RequestReceived",' +
      '"requestURI":"/apis/metrics.k8s.io/v1beta1/nodes?limit=5","verb":"list",' +
      '"user":{"username":"alice","uid":"u1","groups":["developers"],"extra":{"scopes":["a"]}},' +
      '"sourceIPs":["10.0.0.1","127.0.0.1"],"userAgent":"kubectl/v1.36",' +
      '"objectRef":{"resource":"nodes","apiGroup":"metrics.k8s.io","apiVersion":"v1beta1"},';
    assert.deepEqual(lines(), [
      `${start}"requestReceivedTimestamp":"2026-11-21T12:00:00.000000Z","stageTimestamp":"2026-11-21T12:00:00.000000Z"}`,
      `${start.replace('RequestReceived', 'ResponseComplete')}` +
        '"responseStatus":{"metadata":{},"code":404},' +
        '"requestReceivedTimestamp":"2026-11-21T12:00:00.000000Z","stageTimestamp":"2026-11-21T12:00:00.000250Z",' +
        '"annotations":{"authorization.k8s.io/decision":"allow","authorization.k8s.io/reason":"because"}}',
    ]);
  });

  test('has the Audit-ID that the client is told', async () => {
    const { ask, events } = server({ rules: everything });
    const answer = await ask('/livez');
    assert.deepEqual([...new Set(events.map(({ auditID }) => auditID))], [answer.headers['Audit-ID']]);
  });

  test('says who was refused what, and in which words', async () => {
    const { ask, events } = server({ rules: everything, verdict: { kind: 'denied', reason: 'no rule' } });
    await ask('/apis/metrics.k8s.io/v1beta1/namespaces/web/pods/front', { headers: { accept: 'application/yaml' } });
    const { objectRef, responseStatus, annotations } = events[1]!;
    assert.deepEqual(objectRef, {
      resource: 'pods',
      namespace: 'web',
      name: 'front',
      apiGroup: 'metrics.k8s.io',
      apiVersion: 'v1beta1',
    });
    assert.equal(responseStatus?.reason, 'Forbidden');
    assert.equal(responseStatus?.code, 403);
    assert.match(responseStatus?.message ?? '', /^pods.metrics.k8s.io "front" is forbidden: User "alice" cannot get/);
    assert.deepEqual(annotations, {
      'authorization.k8s.io/decision': 'forbid',
      'authorization.k8s.io/reason': 'no rule',
    });
  });

  test('says when nobody could be asked whether it is allowed', async () => {
    const { ask, events } = server({ rules: everything, verdict: { kind: 'unavailable', reason: 'secret detail' } });
    await ask('/livez');
    assert.equal(events[1]?.responseStatus?.code, 500);
    assert.deepEqual(events[1]?.annotations, { 'authorization.k8s.io/reason': 'internal error' });
  });

  test('of somebody with a wrong credential is one event, with what was tried', async () => {
    const { ask, events } = server({ rules: everything, caller: { kind: 'unauthorized', reason: 'expired' } });
    await ask('/livez', { headers: { authorization: 'Bearer s3cret' } });
    assert.deepEqual(
      events.map(({ stage, user, responseStatus }) => ({ stage, user, responseStatus })),
      [
        {
          stage: 'ResponseStarted',
          user: {},
          responseStatus: {
            metadata: {},
            status: 'Failure',
            message: 'Authentication failed, attempted: bearer',
            reason: 'Unauthorized',
            code: 401,
          },
        },
      ],
    );
  });

  test('that broke the server ends in a panic', async () => {
    const { ask, events } = server({ rules: everything, verdict: new Error('cannot be') });
    await ask('/livez');
    assert.deepEqual(
      events.map(({ stage }) => stage),
      ['RequestReceived', 'Panic'],
    );
    assert.deepEqual(events[1]?.responseStatus, {
      metadata: {},
      status: 'Failure',
      message: "APIServer panic'd: cannot be",
      reason: 'InternalError',
      code: 500,
    });
  });

  test('that is a watch begins to be answered before its answer ends', async () => {
    const { ask, events } = server({ rules: everything });
    await ask(`${nodes}?watch=1`);
    assert.deepEqual(
      events.map(({ stage }) => stage),
      ['RequestReceived', 'ResponseStarted', 'ResponseComplete'],
    );
  });

  test('has no more events than the policy wants', async () => {
    const { ask, events } = server({ rules: '{level: Metadata, omitStages: [RequestReceived]}' });
    await ask('/livez');
    assert.deepEqual(
      events.map(({ stage }) => stage),
      ['ResponseComplete'],
    );
  });

  test('keeps the level of its rule, and never a body', async () => {
    const { ask, lines } = server({ rules: '{level: RequestResponse}' });
    await ask(nodes);
    assert.match(lines()[1]!, /"level":"RequestResponse"/);
    assert.doesNotMatch(lines().join(), /requestObject|responseObject/);
  });

  test('tells as whom somebody acts', () => {
    const { auditor, events } = server({ rules: everything });
    const request = madeRequest('/livez');
    auditor.arrived(request, 'id');
    void auditor.began(request, alice, { kind: 'path', verb: 'get', path: '/livez' });
    auditor.impersonated(request, { name: 'bob', groups: ['ops'], extra: {} });
    auditor.ended(request, { status: 200, headers: {}, body: 'ok' });
    assert.equal(events[0]?.impersonatedUser, undefined);
    assert.deepEqual(events[1]?.impersonatedUser, { username: 'bob', groups: ['ops'] });
    assert.equal(events[1]?.user.username, 'alice');
  });
});

test('what the policy does not want leaves no event, and is counted', async () => {
  const { ask, events, exposed } = server({ rules: '{level: None, nonResourceURLs: [/livez]}, {level: Metadata}' });
  await ask('/livez');
  assert.deepEqual(events, []);
  await ask(nodes);
  assert.match(exposed(), /apiserver_audit_level_total\{level="None"\} 1\n/);
  assert.match(exposed(), /apiserver_audit_level_total\{level="Metadata"\} 1\n/);
  assert.match(exposed(), /apiserver_audit_event_total 2\n/);
});

test('a path that cannot be read is nobody asking for anything', async () => {
  const { ask, events } = server({ rules: everything });
  assert.equal((await ask('/%ff')).status, 400);
  assert.deepEqual(events, []);
});

test('a request that must be recorded and cannot is not answered, and asks nobody', async () => {
  const { ask, events, exposed } = server({ rules: everything, keeps: Promise.resolve(false) });
  const answer = await ask('/livez');
  assert.equal(answer.status, 500);
  assert.match(String(answer.body), /Internal Server Error: "\/livez": failed to store audit event/);
  assert.deepEqual(
    events.map(({ stage }) => stage),
    ['RequestReceived'],
  );
  assert.match(exposed(), /apiserver_audit_requests_rejected_total 1\n/);
});

test('a backend that never answers holds a request no longer than its own time', async () => {
  const { ask } = server({ rules: everything, keeps: new Promise(() => undefined) });
  const gone = new AbortController();
  const answer = ask('/livez', { signal: gone.signal });
  gone.abort();
  assert.equal((await answer).status, 504);
});

test('no token, password, cookie or certificate is ever in an event', async () => {
  const secrets = {
    authorization: 'Bearer s3cret-token',
    cookie: 'session=s3cret-cookie',
    'proxy-authorization': 'Basic s3cret-proxy',
    'sec-websocket-protocol': 'base64url.bearer.authorization.k8s.io.s3cret-socket',
  };
  const callers: Caller[] = [
    { kind: 'user', user: alice },
    { kind: 'unauthorized', reason: 'token s3cret-token expired' },
  ];
  for (const caller of callers) {
    const { ask, lines } = server({ rules: '{level: RequestResponse}', caller });
    for (const target of [
      nodes,
      '/livez',
      `${nodes}?access_token=s3cret-query`,
      '/?access_token=s3cret-query&watch=1',
    ]) {
      await ask(target, { headers: secrets });
    }
    assert.ok(lines().length > 3);
    assert.doesNotMatch(lines().join('\n'), /s3cret/);
  }
});

test('whatever a request holds, its events are lines of JSON with bounded headers, and it is answered', async () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = dice(seed);
    const text = (length: number): string =>
      Array.from({ length: Math.floor(random() * length) }, () => String.fromCharCode(random() * 0x250)).join('');
    const path = `/${encodeURIComponent(text(30))}`.replaceAll('%2F', '/');
    const headers = {
      'user-agent': text(3_000),
      'x-forwarded-for': random() < 0.5 ? text(3_000) : '1.1.1.1,'.repeat(random() * 1_000),
      'x-real-ip': text(20),
      authorization: text(40),
    };
    const caller: Caller | undefined = random() < 0.3 ? { kind: 'unauthorized', reason: text(10) } : undefined;
    const { ask, lines } = server({ rules: everything, ...(caller && { caller }) });
    const answer = await ask(`${path}?${new URLSearchParams({ [text(5)]: text(5) })}`, {
      headers,
      method: random() < 0.5 ? 'GET' : text(8).toUpperCase(),
    });
    assert.ok(answer.status >= 200, `seed ${seed}`);
    for (const line of lines()) {
      assert.doesNotMatch(line, /\n/, `seed ${seed}`);
      assert.equal(JSON.parse(line).kind, 'Event', `seed ${seed}`);
      assert.ok(line.length < 12_000, `seed ${seed}`);
    }
  }
});

interface Situation {
  readonly rules: string;
  readonly caller?: Caller;
  readonly verdict?: AccessVerdict | Error;
  readonly keeps?: boolean | Promise<boolean>;
}

/** A server whose authorizer takes a quarter of a millisecond. */
function server({ rules, caller, verdict = { kind: 'allowed', reason: 'because' }, keeps = true }: Situation) {
  const events: AuditEvent[] = [];
  let elapsed = 0;
  const wound = new WoundClock();
  const clock = Object.assign(wound, { monotonic: () => as<MonotonicMs>(elapsed) });
  const backend: AuditBackend = {
    record(event) {
      events.push(event);
      return keeps;
    },
    close: async () => undefined,
  };
  const outcome = readPolicy(`{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [${rules}]}`);
  assert.ok(outcome.kind === 'policy');
  const registry = new Registry();
  const instruments = new AuditInstruments(registry);
  const auditor = new RequestAuditor({ policy: outcome.policy, backends: [backend], instruments, clock });
  const api = new ApiServer({
    groups: [],
    authenticator: { authenticate: async () => caller ?? { kind: 'user', user: alice } },
    authorizer: {
      authorize: async () => {
        elapsed += 0.25;
        if (verdict instanceof Error) throw verdict;
        return verdict;
      },
    },
    health: { livez: [], readyz: [], healthz: [] },
    expose: () => '',
    version: { gitVersion: 'v0', goVersion: '', platform: '' } as never,
    log: silentLogger,
    newId: () => 'made-id',
    serverAddress: ':443',
    auditor,
  });
  const ask = (target: string, changes: Partial<ApiRequest> = {}): Promise<Answer> =>
    api.handle(madeRequest(target, changes));
  return { ask, auditor, events, lines: () => events.map(eventJson), exposed: () => registry.expose() };
}
