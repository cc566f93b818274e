import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Runner, runTogether } from './together.ts';

const untilStopped: Runner = (signal) =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

describe('running together', () => {
  it('ends when its signal aborts', async () => {
    const stop = new AbortController();
    const running = runTogether(stop.signal, [untilStopped, untilStopped]);
    stop.abort();
    await running;
  });

  it('stops the others when one returns', async () => {
    await runTogether(new AbortController().signal, [untilStopped, async () => undefined]);
  });

  it('stops the others when one fails, and throws what failed', async () => {
    const broken = new Error('the listener lost its socket');
    const running = runTogether(new AbortController().signal, [untilStopped, () => Promise.reject(broken)]);
    await assert.rejects(running, broken);
  });

  it('throws every failure when several failed', async () => {
    const failing =
      (name: string): Runner =>
      async (signal) => {
        await untilStopped(signal);
        throw new Error(name);
      };
    const running = runTogether(AbortSignal.abort(), [failing('a'), failing('b')]);
    await assert.rejects(running, (error: AggregateError) => error.errors.length === 2);
  });
});
