import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { auditUser, eventJson, eventList, legacyLine, microTime } from './event.ts';
import { madeEvent } from './testing/made-event.ts';

const whole = madeEvent('f00d', {
  user: { username: 'hpa', uid: 'u1', groups: ['system:serviceaccounts', 'system:authenticated'], extra: { k: ['v'] } },
  impersonatedUser: { username: 'bob', groups: ['g"1', 'g2'] },
  sourceIPs: ['10.0.0.1', '10.0.0.2'],
  userAgent: 'kubectl/v1.36',
  objectRef: { resource: 'pods', namespace: 'web', name: 'front', apiGroup: 'metrics.k8s.io', apiVersion: 'v1beta1' },
  responseStatus: { metadata: {}, status: 'Failure', message: 'no', reason: 'Forbidden', code: 403 },
  requestReceivedTimestamp: '2026-11-21T12:00:00.120000Z',
  annotations: { 'authorization.k8s.io/decision': 'forbid', 'authorization.k8s.io/reason': '' },
});

describe('an audit event', () => {
  test('is one line of JSON that stands alone', () => {
    assert.equal(
      eventJson(whole),
      '{"kind":"Event","apiVersion":"audit.k8s.io/v1","level":"Metadata","auditID":"f00d","stage":"ResponseComplete",' +
        '"requestURI":"/apis/metrics.k8s.io/v1beta1/nodes","verb":"list",' +
        '"user":{"username":"hpa","uid":"u1","groups":["system:serviceaccounts","system:authenticated"],"extra":{"k":["v"]}},' +
        '"requestReceivedTimestamp":"2026-11-21T12:00:00.120000Z","stageTimestamp":"2026-11-21T12:00:00.001000Z",' +
        '"impersonatedUser":{"username":"bob","groups":["g\\"1","g2"]},"sourceIPs":["10.0.0.1","10.0.0.2"],' +
        '"userAgent":"kubectl/v1.36","objectRef":{"resource":"pods","namespace":"web","name":"front",' +
        '"apiGroup":"metrics.k8s.io","apiVersion":"v1beta1"},"responseStatus":{"metadata":{},"status":"Failure",' +
        '"message":"no","reason":"Forbidden","code":403},' +
        '"annotations":{"authorization.k8s.io/decision":"forbid","authorization.k8s.io/reason":""}}',
    );
  });

  test('is one line of text in the legacy format', () => {
    assert.equal(
      legacyLine(whole),
      '2026-11-21T12:00:00.12Z AUDIT: id="f00d" stage="ResponseComplete" ip="10.0.0.1" method="list" user="hpa" ' +
        'groups="\\"system:serviceaccounts\\",\\"system:authenticated\\"" as="bob" asgroups="\\"g\\\\\\"1\\",\\"g2\\"" ' +
        'user-agent="kubectl/v1.36" namespace="web" uri="/apis/metrics.k8s.io/v1beta1/nodes" response="403"',
    );
  });

  test('says in the legacy format what it does not know', () => {
    const { userAgent: _, ...bare } = madeEvent('f00d', { user: {} });
    assert.equal(
      legacyLine(bare),
      '2026-11-21T12:00:00Z AUDIT: id="f00d" stage="ResponseComplete" ip="<unknown>" method="list" user="<none>" ' +
        'groups="<none>" as="<self>" asgroups="<lookup>" user-agent="" namespace="<none>" ' +
        'uri="/apis/metrics.k8s.io/v1beta1/nodes" response="<deferred>"',
    );
  });

  test('has no kind of its own in a list', () => {
    const event = madeEvent('a');
    assert.deepEqual(eventList([event]), {
      kind: 'EventList',
      apiVersion: 'audit.k8s.io/v1',
      metadata: {},
      items: [event],
    });
  });

  test('leaves out what a user has not', () => {
    assert.deepEqual(auditUser(undefined), {});
    assert.deepEqual(auditUser({ name: 'a', uid: '', groups: [], extra: {} }), { username: 'a' });
  });

  test('has its times in microseconds', () => {
    const start = Date.UTC(2026, 10, 21, 12, 0, 0, 7);
    assert.equal(microTime(start), '2026-11-21T12:00:00.007000Z');
    assert.equal(microTime(start + 0.25), '2026-11-21T12:00:00.007250Z');
    assert.equal(microTime(start + 0.99975), '2026-11-21T12:00:00.007999Z');
  });
});
