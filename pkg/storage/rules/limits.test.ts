import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { limitsOf } from './limits.ts';

const minute = 60_000;

describe('limits', () => {
  it('of the usual 15 s and five minutes', () => {
    assert.deepEqual(limitsOf(15_000, 5 * minute), {
      periodMs: 15_000,
      serveMs: 45_000,
      vouchMs: minute,
      baselineMs: 5 * minute,
      shortestMs: 2_000,
      freshBelowMs: minute,
      clockJumpMs: minute,
      pastMs: 7_500,
    });
  });

  it('grow with a long period, whatever the window', () => {
    const limits = limitsOf(2 * minute, minute);
    assert.equal(limits.serveMs, 6 * minute);
    assert.equal(limits.vouchMs, 6 * minute);
    assert.equal(limits.baselineMs, 8 * minute);
    assert.equal(limits.freshBelowMs, 2 * minute);
    assert.equal(limits.clockJumpMs, 4 * minute);
  });
});
