import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { tickBuckets } from './instruments.ts';

describe('the buckets of a round', () => {
  it('reach twice the resolution, and rise', () => {
    for (const resolution of [5, 10, 15, 60]) {
      const buckets = tickBuckets(resolution);
      assert.deepEqual(
        [...new Set(buckets)].sort((a, b) => a - b),
        buckets,
        `${resolution} s`,
      );
      assert.ok(resolution > 10 || buckets.at(-1) === 10);
      assert.ok(buckets.includes(resolution));
    }
    assert.deepEqual(tickBuckets(15).slice(-4), [12.5, 15, 22.5, 30]);
  });
});
