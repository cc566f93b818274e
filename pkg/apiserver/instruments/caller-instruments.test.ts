import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import type { AccessAttributes, AccessVerdict, User } from '../../model/user.ts';
import { Registry } from '../../telemetry/exposition.ts';
import type { Caller } from '../api-server.ts';
import { madeRequest } from '../made-request.ts';
import { CallerInstruments } from './caller-instruments.ts';
import { knownUser } from './user-label.ts';

const path: AccessAttributes = { kind: 'path', verb: 'get', path: '/' };
const user = (name: string): User => ({ name, groups: [], extra: {} });

describe('callers', () => {
  it('that are recognised and those that are not are counted and timed', async () => {
    const { clock, instruments, exposed } = bench();
    const inner = async (): Promise<Caller> => {
      await clock.sleep(100, new AbortController().signal);
      return { kind: 'user', user: user('jane') };
    };
    const counted = instruments.recognising({ authenticate: inner });
    const asked = counted.authenticate(madeRequest('/'));
    await clock.wind(100);
    assert.deepEqual(await asked, { kind: 'user', user: user('jane') });
    await instruments
      .recognising({ authenticate: async () => ({ kind: 'unauthorized', reason: 'no' }) })
      .authenticate(madeRequest('/'));
    const text = exposed();
    assert.match(text, /^authentication_attempts\{result="success"\} 1$/m);
    assert.match(text, /^authentication_attempts\{result="error"\} 1$/m);
    assert.match(text, /^authentication_duration_seconds_bucket\{result="success",le="0.128"\} 1$/m);
    assert.match(text, /^authentication_duration_seconds_bucket\{result="success",le="0.064"\} 0$/m);
    assert.match(text, /^authenticated_user_requests\{username="other"\} 1$/m);
    assert.match(text, /^apiserver_request_filter_duration_seconds_count\{filter="authentication"\} 2$/m);
  });

  it('are counted by what they may', async () => {
    const { instruments, exposed } = bench();
    for (const kind of ['allowed', 'denied', 'unavailable'] as const) {
      const verdict: AccessVerdict = { kind, reason: '' };
      const authorizer = instruments.allowing({ authorize: async () => verdict });
      assert.equal(await authorizer.authorize(user('jane'), path, new AbortController().signal), verdict);
    }
    const text = exposed();
    for (const result of ['allowed', 'no-opinion', 'error'])
      assert.match(text, new RegExp(`^authorization_attempts_total\\{result="${result}"\\} 1$`, 'm'));
    assert.match(text, /^apiserver_request_filter_duration_seconds_count\{filter="authorization"\} 3$/m);
  });

  it('of the control plane are known by the user they are', async () => {
    const { instruments } = bench();
    const ask = async (name: string): Promise<string> => {
      const request = madeRequest('/');
      const authenticate = async (): Promise<Caller> => ({ kind: 'user', user: user(name) });
      await instruments.recognising({ authenticate }).authenticate(request);
      return instruments.systemClient(request);
    };
    assert.equal(await ask('system:kube-controller-manager'), 'kube-controller-manager');
    assert.equal(await ask('system:serviceaccount:kube-system:horizontal-pod-autoscaler'), 'kube-controller-manager');
    assert.equal(await ask('kube-controller-manager'), '');
  });

  it('do not give their names to labels', () => {
    assert.equal(knownUser({ name: 'jane@example.com' }), 'email_id');
    assert.equal(knownUser({ name: 'admin' }), 'admin');
    assert.equal(knownUser({ name: 'system:serviceaccount:a:b' }), 'other');
  });
});

function bench() {
  const clock = new WoundClock();
  const registry = new Registry();
  return { clock, instruments: new CallerInstruments(registry, clock), exposed: () => registry.expose() };
}
