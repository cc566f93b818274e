import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BodyPool } from './body-pool.ts';

const mebibyte = 2 ** 20;

describe('memory for bodies', () => {
  it('is a power of two, and as much as is asked for', () => {
    const pool = new BodyPool();
    const sizes = [1, 16 * 1024, 16 * 1024 + 1, mebibyte, mebibyte + 1].map((bytes) => pool.take(bytes).length);
    assert.deepEqual(sizes, [16 * 1024, 16 * 1024, 32 * 1024, mebibyte, 2 * mebibyte]);
  });

  it('is given to one at a time, and again once it is back', () => {
    const pool = new BodyPool();
    const [one, other] = [pool.take(20_000), pool.take(20_000)];
    assert.notEqual(one.buffer, other.buffer);
    pool.giveBack(one);
    assert.equal(pool.take(16_000).length, 16 * 1024, 'not of another size');
    assert.equal(pool.take(30_000), one);
    assert.notEqual(pool.take(30_000), one);
    assert.equal(pool.keptBytes, 0);
  });

  it('lies ready up to 4 MiB, none of it in a piece of more than 1 MiB', () => {
    const pool = new BodyPool();
    pool.giveBack(pool.take(2 * mebibyte));
    assert.equal(pool.keptBytes, 0);
    const pieces = Array.from({ length: 9 }, () => pool.take(mebibyte / 2));
    for (const piece of pieces) pool.giveBack(piece);
    assert.equal(pool.keptBytes, 4 * mebibyte);
    for (const piece of pieces) assert.equal(pool.take(mebibyte / 2).length, piece.length);
    assert.equal(pool.keptBytes, 0);
  });
});
