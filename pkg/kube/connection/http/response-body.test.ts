import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import { BodyTooLarge, readLines, readText } from './response-body.ts';

describe('a body read as lines', () => {
  it('gives a line as soon as its end is there', async () => {
    const lines = readLines(chunks('{"a":1}\n{"b"', ':2}\r\n\n'), 100);
    assert.deepEqual(await collected(lines), ['{"a":1}', '{"b":2}']);
  });

  it('drops a last line that was cut off', async () => {
    assert.deepEqual(await collected(readLines(chunks('one\n', 'tw'), 100)), ['one']);
  });

  it('gives lines that come together at once', async () => {
    const batches: (readonly string[])[] = [];
    for await (const lines of readLines(chunks('a\nb\nc', '\n', 'd', 'e\nf\n'), 100)) batches.push(lines);
    assert.deepEqual(batches, [['a', 'b'], ['c'], ['de', 'f']]);
  });

  it('gives the lines before one that is beyond its limit', async () => {
    const lines = readLines(chunks('one\ntwo\nthree\nfour\n'), 4);
    assert.deepEqual(await lines.next(), { value: ['one', 'two'], done: false });
    await assert.rejects(lines.next(), /line is larger than 4 bytes/);
  });

  it('fails on a line beyond its limit, complete or not', async () => {
    await assert.rejects(collected(readLines(chunks('12345\n'), 4)), BodyTooLarge);
    await assert.rejects(collected(readLines(chunks('123', '45'), 4)), BodyTooLarge);
  });

  it('takes any number of lines within the limit', async () => {
    const many = Array.from({ length: 1_000 }, () => 'abc\n');
    assert.equal((await collected(readLines(chunks(...many), 4))).length, 1_000);
  });
});

describe('a body read as text', () => {
  it('comes whole, characters across chunks included', async () => {
    const bytes = Buffer.from('größe');
    assert.equal(await readText(chunks(bytes.subarray(0, 3), bytes.subarray(3)), 100), 'größe');
  });

  it('fails beyond its limit', async () => {
    await assert.rejects(readText(chunks('123', '456'), 5), /body is larger than 5 bytes/);
  });
});

test('lines are the same however the bytes are cut', async () => {
  const text = 'eins\nzwei größer\n\n{"type":"ADDED"}\r\nlast\n';
  const expected = ['eins', 'zwei größer', '{"type":"ADDED"}', 'last'];
  const bytes = Buffer.from(text);
  for (let seed = 1; seed <= 300; seed++) {
    const cuts: Uint8Array[] = [];
    for (let at = 0, state = seed; at < bytes.length; ) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const end = at + 1 + Math.floor((state / 2 ** 32) * 9);
      cuts.push(bytes.subarray(at, end));
      at = end;
    }
    assert.deepEqual(await collected(readLines(chunks(...cuts), 100)), expected, `seed ${seed}`);
  }
});

async function* chunks(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield typeof part === 'string' ? Buffer.from(part) : part;
}

async function collected(batches: AsyncIterable<readonly string[]>): Promise<string[]> {
  const all: string[] = [];
  for await (const lines of batches) all.push(...lines);
  return all;
}
