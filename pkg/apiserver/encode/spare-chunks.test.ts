import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fullChunk, roomFor, sent } from './spare-chunks.ts';

test('memory of a chunk that was sent is used for another one, once', () => {
  const chunk = roomFor(fullChunk);
  sent(chunk.subarray(0, 100));
  sent(chunk.subarray(0, 100));
  const [next, other] = [roomFor(fullChunk), roomFor(fullChunk)];
  assert.equal(next.buffer, chunk.buffer);
  assert.equal(next.length, fullChunk);
  assert.notEqual(other.buffer, chunk.buffer);
});

test('memory of chunks of other sizes, or of others than writers, is left alone', () => {
  const strangers = [Buffer.alloc(fullChunk), Buffer.from('short'), roomFor(100)];
  for (const chunk of [...strangers, 'a text']) sent(chunk);
  const next = roomFor(fullChunk);
  assert.ok(strangers.every(({ buffer }) => buffer !== next.buffer));
});

test('no more memory is kept than several lists have under way at a time, and the rest is given back at once', () => {
  const chunks = Array.from({ length: 20 }, () => roomFor(fullChunk));
  for (const chunk of chunks) sent(chunk);
  assert.equal(chunks.filter(({ buffer }) => buffer.byteLength > 0).length, 8);
  const known = new Set(chunks.map(({ buffer }) => buffer));
  const again = Array.from({ length: 20 }, () => roomFor(fullChunk));
  assert.equal(again.filter(({ buffer }) => known.has(buffer)).length, 8);
});
