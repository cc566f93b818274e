import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Outcome } from '../outcome.ts';
import { nextLimitMs } from './patience.ts';

const bounds = { shortestMs: 10_000, longestMs: 60_000 };
const scraped: Outcome = { kind: 'scraped', containers: 1, badLines: 0 };
const timedOut: Outcome = { kind: 'timed-out', afterMs: 10_000 };

describe("a node's own deadline", () => {
  it('doubles each time it runs out, up to the longest', () => {
    const limits = [10_000];
    for (let asking = 0; asking < 4; asking++) {
      limits.push(nextLimitMs(limits.at(-1) ?? 0, { outcome: timedOut, tookMs: 10_000 }, bounds));
    }
    assert.deepEqual(limits, [10_000, 20_000, 40_000, 60_000, 60_000]);
  });

  it('leaves a slow node twice what it took, and is the shortest again once it is quick', () => {
    assert.equal(nextLimitMs(40_000, { outcome: scraped, tookMs: 25_000 }, bounds), 50_000);
    assert.equal(nextLimitMs(50_000, { outcome: scraped, tookMs: 12_000 }, bounds), 24_000);
    assert.equal(nextLimitMs(24_000, { outcome: { kind: 'status', code: 503 }, tookMs: 80 }, bounds), 10_000);
  });

  it('is not longer for nodes that cannot be reached', () => {
    const unreachable: Outcome = { kind: 'unreachable', code: 'ETIMEDOUT' };
    assert.equal(nextLimitMs(40_000, { outcome: unreachable, tookMs: 10_000 }, bounds), 10_000);
  });

  it('is never shorter than asked for, even where the longest is', () => {
    const narrow = { shortestMs: 10_000, longestMs: 5_000 };
    assert.equal(nextLimitMs(10_000, { outcome: timedOut, tookMs: 10_000 }, narrow), 10_000);
  });
});
