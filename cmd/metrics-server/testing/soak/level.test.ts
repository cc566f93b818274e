import assert from 'node:assert/strict';
import { test } from 'node:test';
import { levelOf } from './level.ts';

const levelled = (values: readonly number[]) => levelOf({ name: 'heap', unit: 'MB', values, slack: 5 });

test('what grows at the start only has found its level', () => {
  const values = Array.from({ length: 40 }, (_, at) => Math.min(100, 50 + 10 * at) + (at % 3));
  assert.equal(levelled(values).grows, false);
});

test('what grows a little each time, and never stops, grows', () => {
  const { early, late, grows } = levelled(Array.from({ length: 40 }, (_, at) => 100 + at));
  assert.equal(grows, true);
  assert.ok(late > early);
});

test('one reading that is out of the way says nothing', () => {
  const values = Array.from({ length: 40 }, (_, at) => (at === 39 ? 1_000 : 100));
  assert.equal(levelled(values).grows, false);
});
