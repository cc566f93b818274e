import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../../pkg/lifecycle/wound-clock.ts';
import type { Coverage } from './metrics-reader.ts';
import { waitForMetrics } from './progress.ts';

describe('waiting for metrics', () => {
  it('tells how far it is, once per change, and ends when everything has metrics', async () => {
    const { lines, complete } = await waitThrough([
      undefined,
      covered(0, 0),
      covered(0, 0),
      covered(3, 19),
      covered(3, 20),
    ]);
    assert.equal(complete, true);
    assert.deepEqual(lines, [
      'waiting for the pretend cluster (0 s)',
      'waiting for metrics: 0 of 3 nodes, 0 of 20 pods (1 s)',
      'waiting for metrics: 3 of 3 nodes, 19 of 20 pods (2 s)',
      'waiting for metrics: 3 of 3 nodes, 20 of 20 pods (2 s)',
    ]);
  });

  it('gives up after a minute and shows what there is', async () => {
    const { lines, complete } = await waitThrough(Array.from({ length: 1_000 }, () => covered(3, 19)));
    assert.equal(complete, false);
    assert.equal(lines.length, 1);
  });
});

const covered = (nodesWithMetrics: number, podsWithMetrics: number): Coverage => ({
  nodes: 3,
  nodesWithMetrics,
  pods: 20,
  podsWithMetrics,
});

async function waitThrough(story: readonly (Coverage | undefined)[]) {
  const clock = new WoundClock();
  const lines: string[] = [];
  let step = 0;
  const reader = {
    coverage: async () => story[step++] ?? Promise.reject(new Error('not there yet')),
  };
  const screen = { progress: (line: string) => void lines.push(line) };
  const waiting = waitForMetrics({ reader, screen, clock, signal: new AbortController().signal });
  await clock.wind(61_000);
  return { lines, complete: await waiting };
}
