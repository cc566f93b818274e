import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { limitsOf } from './limits.ts';
import { decide, type Incoming, type Known, type Rule } from './rule.ts';

const limits = limitsOf(15_000, 300_000);

describe('the decision table', () => {
  it('takes no number that is missing, negative or without end', () => {
    for (const bad of [Number.NaN, -1, Number.POSITIVE_INFINITY]) {
      assert.equal(ruleOf({ cpu: bad }), 'unreadable', `cpu ${bad}`);
      assert.equal(ruleOf({ memory: bad }), 'unreadable', `memory ${bad}`);
    }
  });

  it('takes no more memory than a number can count', () => {
    assert.equal(ruleOf({ memory: Number.MAX_SAFE_INTEGER }), 'measured');
    assert.equal(ruleOf({ memory: 2 ** 54 }), 'unreadable');
  });

  it('believes in ten thousand cores, not in more', () => {
    assert.equal(ruleOf({ cpu: known.cpu + 15e9 * 10_000 }), 'measured');
    assert.equal(ruleOf({ cpu: known.cpu + 15e9 * 10_001 }), 'impossible-rate');
    const startedAt = (epochMs + 10_000) * 1e6;
    assert.equal(ruleOf({ startedAt, cpu: 5e9 * 10_000 }), 'restarted-fresh');
    assert.equal(ruleOf({ startedAt, cpu: 5e9 * 10_001 }), 'restarted');
  });

  it('takes no moment that cannot be printed', () => {
    for (const bad of [Number.NaN, -1, 0, 253_402_300_799_001, Number.POSITIVE_INFINITY]) {
      assert.equal(ruleOf({ sampledAt: bad }), 'unreadable', `sampled at ${bad}`);
    }
    assert.equal(ruleOf({ sampledAt: 253_402_300_799_000 }), 'clock-jumped');
  });

  it('takes a start without end for no start', () => {
    for (const startedAt of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      assert.equal(decide(nothing, sample({ startedAt }), limits), 'first-sample', `start ${startedAt}`);
    }
  });

  it('measures wherever swap is not reported', () => {
    assert.equal(ruleOf({ swap: Number.NaN }), 'measured');
  });

  it('reads a start that moves by up to a second as the same start', () => {
    assert.equal(ruleOf({ startedAt: known.startedAt + 1e9 }), 'measured');
    assert.equal(ruleOf({ startedAt: known.startedAt + 1.1e9 }), 'start-moved');
    assert.equal(ruleOf({ startedAt: known.startedAt - 1.1e9 }), 'start-moved');
    assert.equal(ruleOf({ startedAt: Number.NaN }), 'measured');
  });

  it('tells an old clock from an old sample by how long it lasts', () => {
    const past = { sampledAt: known.sampledAt - 1 };
    assert.equal(ruleOf({ ...past, receivedAt: known.confirmedAt + 7_499 }), 'from-the-past');
    assert.equal(ruleOf({ ...past, receivedAt: known.confirmedAt + 7_500 }), 'clock-set-back');
  });

  it('does not defend a newest sample that never gave a usage', () => {
    const doubtful = { ...known, published: false };
    assert.equal(decide(doubtful, sample({ sampledAt: known.sampledAt - 1 }), limits), 'clock-set-back');
    assert.equal(decide(doubtful, sample({ startedAt: known.startedAt + 1.1e9 }), limits), 'measured');
  });

  it('takes the same start for the same life, even where it is later than all samples', () => {
    const startedAt = (epochMs + 3_600_000) * 1e6;
    assert.equal(decide({ ...known, startedAt }, sample({ startedAt }), limits), 'measured');
    assert.equal(decide({ ...known, startedAt }, sample({ startedAt, cpu: 1e9 }), limits), 'counter-fell');
    assert.equal(decide({ ...known, startedAt: Number.NaN }, sample({ startedAt }), limits), 'restarted');
  });

  it('never makes a rate out of a fallen counter, an old baseline or a jump', () => {
    assert.equal(ruleOf({ cpu: known.cpu - 1 }), 'counter-fell');
    assert.equal(ruleOf({ sampledAt: known.sampledAt + 300_001, receivedAt: 300_001 }), 'baseline-too-old');
    assert.equal(ruleOf({ sampledAt: known.sampledAt + 300_000, receivedAt: 300_000 }), 'measured');
    assert.equal(ruleOf({ sampledAt: known.sampledAt + 75_001 }), 'clock-jumped');
    assert.equal(ruleOf({ sampledAt: known.sampledAt + 75_000 }), 'measured');
  });

  it('wants two seconds between samples', () => {
    assert.equal(ruleOf({ sampledAt: known.sampledAt + 1_999 }), 'too-soon');
    assert.equal(ruleOf({ sampledAt: known.sampledAt + 2_000 }), 'measured');
  });
});

const epochMs = Date.UTC(2026, 10, 21, 12);

/** An hour old, received when our clock began. */
const known: Known = {
  sampledAt: epochMs,
  startedAt: (epochMs - 3_600_000) * 1e6,
  cpu: 100e9,
  receivedAt: 0,
  confirmedAt: 0,
  published: true,
};

const nothing: Known = {
  sampledAt: Number.NaN,
  startedAt: Number.NaN,
  cpu: Number.NaN,
  receivedAt: Number.NaN,
  confirmedAt: Number.NaN,
  published: false,
};

/** An ordinary sample, 15 s after the known one, with some things changed. */
function sample(changes: Partial<Incoming>): Incoming {
  const { startedAt } = known;
  return { sampledAt: epochMs + 15_000, startedAt, cpu: 103e9, memory: 1, swap: 0, receivedAt: 15_000, ...changes };
}

const ruleOf = (changes: Partial<Incoming>): Rule => decide(known, sample(changes), limits);
