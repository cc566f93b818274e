import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { backoffMs } from './backoff.ts';

const policy = { firstMs: 500, factor: 1.5, maxMs: 2_000, jitter: 0.2 };
const middle = (): number => 0.5;

describe('a back-off', () => {
  it('grows by its factor up to its maximum', () => {
    const waits = [1, 2, 3, 4, 5, 50].map((failures) => backoffMs(policy, failures, middle));
    assert.deepEqual(waits, [500, 750, 1_125, 1_687.5, 2_000, 2_000]);
  });

  it('spreads by its jitter and no further', () => {
    assert.equal(
      backoffMs(policy, 1, () => 0),
      400,
    );
    assert.equal(
      backoffMs(policy, 1, () => 1),
      600,
    );
  });
});
