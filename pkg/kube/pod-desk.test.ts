import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import { PodDesk } from './pod-desk.ts';
import { FakeApiserver } from './testing/fake-apiserver.ts';

const signal = new AbortController().signal;

describe('asking about a pod', () => {
  it('tells node, phase and age', async () => {
    const { desk, apiserver, clock } = stage();
    const startTime = new Date(clock.now() - 40_000).toISOString();
    apiserver.handMade.push({
      status: 200,
      body: { spec: { nodeName: 'n7' }, status: { phase: 'Running', startTime } },
    });
    assert.deepEqual(await desk.look('ns', 'web-0', signal), {
      kind: 'found',
      node: 'n7',
      phase: 'Running',
      ageMs: 40_000,
    });
    assert.equal(apiserver.requests[0]?.path, '/api/v1/namespaces/ns/pods/web-0');
  });

  it('makes the best of an object that says little', async () => {
    for (const body of [{}, { spec: null, status: null }, { status: { startTime: 'soon' } }, 'null']) {
      const { desk, apiserver } = stage();
      apiserver.handMade.push({ status: 200, body });
      assert.deepEqual(await desk.look('ns', 'web-0', signal), { kind: 'found', node: '', phase: '' });
    }
  });

  it('tells that there is no such pod, and asks nobody about names that cannot be', async () => {
    const { desk, apiserver } = stage();
    apiserver.handMade.push({ status: 404, body: {} });
    assert.deepEqual(await desk.look('ns', 'gone', signal), { kind: 'absent' });
    for (const name of ['', '.', '..', 'a/b', 'a?b', 'A', 'é', 'x'.repeat(300)]) {
      assert.deepEqual(await desk.look('ns', name, signal), { kind: 'absent' });
      assert.deepEqual(await desk.look(name, 'web', signal), { kind: 'absent' });
    }
    assert.equal(apiserver.requests.length, 1);
  });

  it('says why nothing was told: refused, unreadable, away', async () => {
    const { desk, apiserver } = stage();
    apiserver.handMade.push(
      { status: 403, body: { message: 'pods "a" is forbidden' } },
      { status: 200, body: '<html>' },
    );
    assert.match(toldBy(await desk.look('ns', 'a', signal)), /answered 403: pods "a" is forbidden/);
    assert.match(toldBy(await desk.look('ns', 'b', signal)), /could not be read/);
    apiserver.stop();
    assert.match(toldBy(await desk.look('ns', 'c', signal)), /^the kube-apiserver did not answer$/);
  });

  it('waits two seconds at most, and not for a client that is gone', async () => {
    const { desk, apiserver, clock } = stage();
    apiserver.hangs = true;
    const patient = desk.look('ns', 'a', signal);
    await clock.wind(2_000);
    assert.match(toldBy(await patient), /did not answer within 2s/);
    assert.match(toldBy(await desk.look('ns', 'b', AbortSignal.abort())), /ended before/);
  });

  it('asks once for all who ask the same, remembers the answer for five seconds, and leaves no timer', async () => {
    const { desk, apiserver, clock } = stage();
    const pending = { status: 200, body: { status: { phase: 'Pending' } } };
    apiserver.handMade.push(pending, pending);
    await Promise.all([desk.look('ns', 'a', signal), desk.look('ns', 'a', signal)]);
    assert.equal(desk.remembered('ns', 'a')?.kind, 'found');
    await clock.wind(4_000);
    await desk.look('ns', 'a', signal);
    assert.equal(apiserver.requests.length, 1);
    await clock.wind(2_000);
    assert.equal(desk.remembered('ns', 'a'), undefined);
    await desk.look('ns', 'a', signal);
    assert.equal(apiserver.requests.length, 2);
    assert.equal(clock.waiting, 0);
  });

  it('asks about few pods at a time, however many are asked for', async () => {
    const { desk, apiserver, clock } = stage();
    apiserver.hangs = true;
    const answers = Array.from({ length: 40 }, (_, pod) => desk.look('ns', `pod-${pod}`, signal));
    assert.equal(apiserver.requests.length, 16);
    await clock.wind(2_000);
    const told = (await Promise.all(answers)).map(toldBy);
    assert.equal(told.filter((message) => message.includes('too many ask')).length, 24);
  });
});

function stage() {
  const clock = new WoundClock();
  const apiserver = new FakeApiserver();
  return { clock, apiserver, desk: new PodDesk({ connection: apiserver, clock }) };
}

const toldBy = (standing: Awaited<ReturnType<PodDesk['look']>> | undefined): string =>
  standing?.kind === 'untold' ? standing.message : '';
