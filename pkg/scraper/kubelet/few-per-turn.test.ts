import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { FewPerTurn } from './few-per-turn.ts';

describe('work that comes in all at once', () => {
  it('is done a few pieces a turn, in order, and nothing of it is lost', async () => {
    const turns = new FewPerTurn(3);
    const done: number[] = [];
    for (let at = 0; at < 8; at++) turns.do(() => done.push(at));
    const seen: number[] = [done.length];
    while (done.length < 8) {
      await nextTurn();
      seen.push(done.length);
    }
    assert.deepEqual(seen, [3, 6, 8]);
    assert.deepEqual(done, [0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('goes before what comes later', async () => {
    const turns = new FewPerTurn(1);
    const done: string[] = [];
    turns.do(() => done.push('first'));
    turns.do(() => done.push('second'));
    await nextTurn();
    turns.do(() => done.push('third'));
    await nextTurn();
    await nextTurn();
    assert.deepEqual(done, ['first', 'second', 'third']);
  });
});

describe('work that comes in one by one', () => {
  it('is done at once, in every turn anew', async () => {
    const turns = new FewPerTurn(2);
    let done = 0;
    for (let turn = 1; turn <= 5; turn++) {
      turns.do(() => done++);
      turns.do(() => done++);
      assert.equal(done, 2 * turn);
      await nextTurn();
    }
  });
});
