import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { bodyBytes } from '../conformance/body-bytes.ts';
import type { Answer, Body } from '../exchange.ts';
import { madeRequest } from '../made-request.ts';
import { compressed } from './compressed.ts';

const limit = 128 * 1024;
const gzip = madeRequest('/', { headers: { 'accept-encoding': 'gzip' } });
const answer = (body: Body): Answer => ({
  status: 200,
  headers: { 'Content-Type': 'a/b', 'Content-Length': '9' },
  body,
});
const inPieces = (...pieces: readonly string[]): Iterable<string> => ({ [Symbol.iterator]: () => pieces.values() });

for (const [promise, body] of [
  ['at once, as text', 'x'.repeat(limit + 1)],
  ['at once, as bytes', Buffer.alloc(limit + 1, 'x')],
  ['in pieces', inPieces('x'.repeat(limit), 'x')],
] as const) {
  test(`a long body made ${promise} is squeezed, and says so`, async () => {
    const small = await compressed(answer(body), gzip);
    assert.deepEqual(small.headers, { 'Content-Type': 'a/b', 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' });
    const bytes = await bodyBytes(small.body);
    assert.ok(bytes.length < 10_000);
    assert.equal(gunzipSync(bytes).toString(), 'x'.repeat(limit + 1));
  });
}

for (const [promise, body] of [
  ['as text', 'é'.repeat(limit / 2)],
  ['in pieces', inPieces('é'.repeat(limit / 4), 'é'.repeat(limit / 4))],
  ['of nothing', inPieces()],
] as const) {
  test(`a body of 128 KiB or less stays as it is: ${promise}`, async () => {
    const same = await compressed(answer(body), gzip);
    assert.deepEqual(same.headers, answer('').headers);
    assert.deepEqual(await bodyBytes(same.body), await bodyBytes(body));
  });
}

for (const [accepted, isTaken] of [
  ['gzip', true],
  ['deflate, gzip', true],
  ['deflate,gzip , br', true],
  ['gzip;q=1', false],
  ['*', false],
  ['identity', false],
  ['x-gzip', false],
  ['GZIP', false],
] as const) {
  test(`Accept-Encoding: ${accepted} is ${isTaken ? 'a wish' : 'no wish'} for gzip`, async () => {
    const request = madeRequest('/', { headers: { 'accept-encoding': accepted } });
    const { headers } = await compressed(answer('x'.repeat(limit + 1)), request);
    assert.equal(headers['Content-Encoding'], isTaken ? 'gzip' : undefined);
  });
}

test('a client that leaves ends the drawing', async () => {
  let drawn = 0;
  let isOver = false;
  const endless = function* (): Generator<string> {
    try {
      for (; ; drawn++) yield Math.random().toString().repeat(1000);
    } finally {
      isOver = true;
    }
  };
  const { body } = await compressed(answer(endless()), gzip);
  for await (const _ of body as AsyncIterable<Uint8Array>) break;
  assert.ok(isOver);
  assert.ok(drawn < 1000, `${drawn} pieces drawn`);
});

test('a body that breaks breaks the answer', async () => {
  const broken = function* (): Generator<string> {
    yield 'x'.repeat(limit + 1);
    throw new Error('no more');
  };
  const { body } = await compressed(answer(broken()), gzip);
  await assert.rejects(bodyBytes(body), /no more/);
});
