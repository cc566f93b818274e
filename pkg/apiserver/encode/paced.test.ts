import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pacedBody } from './paced.ts';

test('a short text is sent at once', () => {
  assert.equal(pacedBody(['a', 'b', 'c']), 'abc');
  assert.equal(pacedBody([]), '');
  assert.equal(pacedBody(numbers(64)), [...numbers(64)].join(''));
});

test('a long text comes in chunks, whole and in order', async () => {
  const chunks = await Array.fromAsync(pacedBody(numbers(1000)) as AsyncIterable<string>);
  assert.equal(chunks.join(''), [...numbers(1000)].join(''));
  assert.equal(chunks.length, Math.ceil(1000 / 64));
});

test('others get their turn between two chunks', async () => {
  let turns = 0;
  let done = false;
  const others = (async () => {
    while (!done) {
      await new Promise((resolve) => setImmediate(resolve));
      turns++;
    }
  })();
  for await (const _ of pacedBody(numbers(6400)) as AsyncIterable<string>);
  done = true;
  await others;
  assert.ok(turns >= 90, `${turns} turns`);
});

test('objects are drawn only as far as the client takes them', async () => {
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
  for await (const _ of pacedBody(objects()) as AsyncIterable<string>) {
    if (++taken === 3) break;
  }
  assert.ok(drawn <= 4 * 64, `${drawn} drawn`);
  assert.ok(closed);
});

function* numbers(count: number): Iterable<string> {
  for (let number = 0; number < count; number++) yield `${number};`;
}
