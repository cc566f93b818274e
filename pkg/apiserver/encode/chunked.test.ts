import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chunkedBody } from './chunked.ts';

test('a short text is sent at once', () => {
  assert.equal(chunkedBody(['a', 'b', 'c']), 'abc');
  assert.equal(chunkedBody([]), '');
  assert.equal(chunkedBody(numbers(64)), [...numbers(64)].join(''));
});

test('a long text comes in chunks, whole and in order', () => {
  const chunks = Array.from(chunkedBody(numbers(1000)) as Iterable<string>);
  assert.equal(chunks.join(''), [...numbers(1000)].join(''));
  assert.equal(chunks.length, Math.ceil(1000 / 64));
});

test('objects are drawn only as far as the client takes them', () => {
  let drawn = 0;
  let closed = false;
  function* objects(): Iterable<string> {
    try {
      for (; drawn < 100_000; drawn++) yield 'x';
    } finally {
      closed = true;
    }
  }
  let taken = 0;
  for (const _ of chunkedBody(objects()) as Iterable<string>) {
    if (++taken === 3) break;
  }
  assert.ok(drawn <= 4 * 64, `${drawn} drawn`);
  assert.ok(closed);
});

function* numbers(count: number): Iterable<string> {
  for (let number = 0; number < count; number++) yield `${number};`;
}
