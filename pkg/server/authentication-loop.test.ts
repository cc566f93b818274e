import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LookupOutcome } from '../kube/authentication-config.ts';
import { KeptLog } from '../kube/testing/kept-log.ts';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import type { ClientTrust } from '../model/client-trust.ts';
import { AuthenticationLoop, type AuthenticationSource } from './authentication-loop.ts';

const trust: ClientTrust = { clientCa: 'published client CA' };
const away: LookupOutcome = { kind: 'unavailable', message: 'no answer from the kube-apiserver' };
const refused: LookupOutcome = { kind: 'forbidden', message: 'may not read the ConfigMap' };

describe('learning whom to believe', () => {
  it('knows all there is at once when nothing is to be looked up, and runs until asked to stop', async () => {
    const { loop, run } = loopOver(undefined);
    assert.equal(loop.synced, true);
    assert.equal(loop.current, undefined);
    const running = run();
    assert.equal(await running.state(), 'running');
    await running.stop();
  });

  it('is done when the ConfigMap was read, and follows it from then on', async () => {
    const source = new FakeSource([{ kind: 'found', trust }]);
    const { loop, run, log } = loopOver(source);
    assert.equal(loop.synced, false);
    const running = run();
    await running.state();
    assert.equal(loop.synced, true);
    assert.equal(source.followed, true);
    assert.deepEqual(log.shown, []);
    source.current = trust;
    assert.equal(loop.current, trust);
    await running.stop();
  });

  it('waits for a kube-apiserver that is away, asking every two seconds', async () => {
    const source = new FakeSource([away, away, away, { kind: 'found', trust }]);
    const { clock, loop, run } = loopOver(source);
    const running = run();
    await clock.wind(5_999);
    assert.deepEqual([source.lookups, loop.synced], [3, false]);
    await clock.wind(1);
    assert.deepEqual([source.lookups, loop.synced], [4, true]);
    await running.stop();
  });

  it('says every few seconds what it waits for, for the connection may be one that nobody else has', async () => {
    const source = new FakeSource(Array(100).fill(away));
    const { clock, run, log } = loopOver(source);
    const running = run();
    await clock.wind(60_000);
    assert.equal(log.shown.length, 60 / 6 + 1);
    assert.deepEqual(log.lines[0], {
      level: 'warn',
      message: 'Waiting for the kube-apiserver',
      facts: { what: 'whom to believe', reason: 'no answer from the kube-apiserver' },
    });
    await running.stop();
  });

  it('ends the server when the ConfigMap may not be read, naming the flag that tolerates it', async () => {
    const { loop, run } = loopOver(new FakeSource([refused]));
    await assert.rejects(run().ended, {
      message: 'may not read the ConfigMap; or start with --authentication-tolerate-lookup-failure',
    });
    assert.equal(loop.synced, false);
  });

  for (const outcome of [
    refused,
    { kind: 'not-found', message: 'there is no ConfigMap' },
    { kind: 'malformed', message: 'the ConfigMap makes no sense' },
  ] as const) {
    it(`goes on without, and follows what comes, when the answer is ${outcome.kind}`, async () => {
      const source = new FakeSource([outcome]);
      const { loop, run, log } = loopOver(source, { tolerateLookupFailure: true });
      const running = run();
      await running.state();
      assert.deepEqual([loop.synced, source.followed], [true, true]);
      assert.deepEqual(log.lines, [
        {
          level: 'warn',
          message: 'Callers through the kube-apiserver cannot be recognised',
          facts: { reason: outcome.message },
        },
      ]);
      await running.stop();
    });
  }

  it('stops while it waits, and while it asks', async () => {
    const { run, clock } = loopOver(new FakeSource([away]));
    const waiting = run();
    await clock.wind(500);
    await waiting.stop();
    assert.equal(clock.waiting, 0);

    const silent = new FakeSource([]);
    const asking = loopOver(silent).run();
    await asking.state();
    await asking.stop();
    assert.equal(silent.followed, false);
  });
});

/** Answers in turn; after the last answer it is silent until asked to stop. */
class FakeSource implements AuthenticationSource {
  current: ClientTrust | undefined;
  lookups = 0;
  followed = false;
  readonly #answers: LookupOutcome[];

  constructor(answers: readonly LookupOutcome[]) {
    this.#answers = [...answers];
  }

  async lookup(signal: AbortSignal): Promise<LookupOutcome> {
    this.lookups++;
    const answer = this.#answers.shift();
    if (answer === undefined) await aborted(signal);
    return answer ?? away;
  }

  async run(signal: AbortSignal): Promise<void> {
    this.followed = !signal.aborted;
    await aborted(signal);
  }
}

function loopOver(source: AuthenticationSource | undefined, { tolerateLookupFailure = false } = {}) {
  const clock = new WoundClock();
  const log = new KeptLog();
  const loop = new AuthenticationLoop({ source, tolerateLookupFailure, clock, log });
  const run = () => {
    const stop = new AbortController();
    const ended = loop.run(stop.signal);
    const state = async (): Promise<'running' | 'ended'> => {
      await clock.wind(0);
      const running = Promise.resolve('running' as const);
      return await Promise.race([ended.then(() => 'ended' as const), running]);
    };
    const end = async (): Promise<void> => {
      stop.abort();
      await ended;
    };
    return { ended, state, stop: end };
  };
  return { clock, log, loop, run };
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
