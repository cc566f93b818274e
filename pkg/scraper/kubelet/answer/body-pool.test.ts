import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BodyPool } from './body-pool.ts';

const mebibyte = 2 ** 20;

describe('memory for bodies', () => {
  it('is a power of two, and as much as is asked for', () => {
    const pool = new BodyPool();
    const sizes = [1, 16 * 1024, 16 * 1024 + 1, mebibyte, mebibyte + 1].map((bytes) => pool.take(bytes)?.length);
    assert.deepEqual(sizes, [16 * 1024, 16 * 1024, 32 * 1024, mebibyte, 2 * mebibyte]);
  });

  it('is given to one at a time, and again once it is back', () => {
    const pool = new BodyPool();
    const [one, other] = [taken(pool, 20_000), taken(pool, 20_000)];
    assert.notEqual(one.buffer, other.buffer);
    pool.giveBack(one);
    assert.equal(taken(pool, 16_000).length, 16 * 1024, 'not of another size');
    assert.equal(pool.take(30_000), one);
    assert.notEqual(pool.take(30_000), one);
    assert.equal(pool.keptBytes, 0);
  });

  it('lies ready up to 4 MiB, none of it in a piece of more than 1 MiB', () => {
    const pool = new BodyPool();
    pool.giveBack(taken(pool, 2 * mebibyte));
    assert.equal(pool.keptBytes, 0);
    const pieces = Array.from({ length: 9 }, () => taken(pool, mebibyte / 2));
    for (const piece of pieces) pool.giveBack(piece);
    assert.equal(pool.keptBytes, 4 * mebibyte);
    for (const piece of pieces) assert.equal(taken(pool, mebibyte / 2).length, piece.length);
    assert.equal(pool.keptBytes, 0);
  });

  it('is lent up to 128 MiB to those who want much, whatever they are, and always to those who want what is usual', () => {
    const pool = new BodyPool();
    const large = Array.from({ length: 8 }, () => taken(pool, 16 * mebibyte));
    assert.equal(pool.lentBytes, 128 * mebibyte);
    assert.equal(pool.take(64 * 1024 + 1), undefined);
    assert.equal(pool.lend(16 * mebibyte), false);
    const usual = Array.from({ length: 100 }, () => taken(pool, 64 * 1024));
    for (const memory of [...usual, ...large.slice(1)]) pool.giveBack(memory);
    assert.equal(pool.lentBytes, 16 * mebibyte);
    assert.equal(pool.lend(112 * mebibyte), true);
    pool.end(112 * mebibyte);
    assert.equal(taken(pool, 16 * mebibyte).length, 16 * mebibyte);
  });
});

function taken(pool: BodyPool, bytes: number): Buffer {
  const memory = pool.take(bytes);
  assert.ok(memory !== undefined, 'there was none left');
  return memory;
}
