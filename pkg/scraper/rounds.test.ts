import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { as, type MonotonicMs } from '../model/units.ts';
import { Rounds } from './rounds.ts';

const at = (ms: number): MonotonicMs => as(ms);

describe('a round', () => {
  it('lasts from its first request to its last answer', () => {
    const durations: number[] = [];
    const rounds = new Rounds((duration) => durations.push(duration));
    rounds.turn();
    const first = rounds.asked(at(1_000));
    const second = rounds.asked(at(9_000));
    second(at(9_500));
    first(at(11_000));
    assert.deepEqual(durations, []);
    rounds.turn();
    assert.deepEqual(durations, [10_000]);
  });

  it('ends after the next has begun, when its last answer is late', () => {
    const durations: number[] = [];
    const rounds = new Rounds((duration) => durations.push(duration));
    rounds.turn();
    const late = rounds.asked(at(14_000));
    rounds.turn();
    rounds.asked(at(15_000))(at(15_100));
    assert.deepEqual(durations, []);
    late(at(24_000));
    assert.deepEqual(durations, [10_000]);
    rounds.turn();
    assert.deepEqual(durations, [10_000, 100]);
  });

  it('without nodes takes no time', () => {
    const durations: number[] = [];
    const rounds = new Rounds((duration) => durations.push(duration));
    rounds.turn();
    rounds.turn();
    assert.deepEqual(durations, [0]);
  });
});
