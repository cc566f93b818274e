import assert from 'node:assert/strict';
import { test } from 'node:test';
import { resized } from './kept-numbers.ts';

test('numbers that become more keep what they were, and those that are new are as they should be', () => {
  for (const made of [new Float64Array([1, 2, 3]), new Float32Array([1, 2, 3])]) {
    const more = resized(made, 5, Number.NaN);
    assert.deepEqual([...more], [1, 2, 3, Number.NaN, Number.NaN]);
    assert.equal(more.constructor, made.constructor);
  }
});

test('numbers stay in their memory while there is room, and what was there before is not seen again', () => {
  const many = resized(new Float64Array(0), 100, 7);
  const few = resized(many, 10, 0);
  assert.equal(few.buffer, many.buffer);
  const again = resized(few, 105, 0);
  assert.equal(again.buffer, many.buffer, 'a little more than what was asked for is there');
  assert.deepEqual([...again.subarray(8, 12)], [7, 7, 0, 0]);
  assert.equal(again[104], 0);
  assert.notEqual(resized(again, 200, 0).buffer, many.buffer);
});

test('memory that has become too small is given back at once', () => {
  const before = Float64Array.of(1, 2, 3);
  const { buffer } = before;
  const after = resized(before, 1_000, 7);
  assert.ok(buffer.detached);
  assert.deepEqual([...after.subarray(0, 4)], [1, 2, 3, 7]);
  assert.equal(after.at(-1), 7);
});
