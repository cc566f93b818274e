import assert from 'node:assert/strict';
import { test } from 'node:test';
import { madeRequest } from '../made-request.ts';
import { type Content, contentAnswer } from './served-content.ts';

const content: Content = {
  bytes: Buffer.from('0123456789'),
  etag: '"tag"',
  modifiedAt: Date.UTC(2026, 10, 21, 4, 0, 34, 567),
  headers: { 'Content-Type': 'text/plain' },
};

const ask = (headers: Record<string, string>, method = 'GET') =>
  contentAnswer(madeRequest('/', { method, headers }), content);

test('a time is compared to the second, since HTTP tells no more', () => {
  assert.equal(ask({ 'if-modified-since': 'Sat, 21 Nov 2026 04:00:34 GMT' }).status, 304);
  assert.equal(ask({ 'if-unmodified-since': 'Sat, 21 Nov 2026 04:00:34 GMT' }).status, 200);
});

test('what was asked to be as it was comes before what was asked to be new', () => {
  assert.equal(ask({ 'if-match': '"other"', 'if-none-match': '"tag"' }).status, 412);
  assert.equal(ask({ 'if-match': '"tag"', 'if-none-match': '"tag"' }).status, 304);
});

test('of very many tags the first hundred are looked at', () => {
  const others = Array.from({ length: 100_000 }, (_, index) => `"${index}"`).join(',');
  assert.equal(ask({ 'if-none-match': `${others},"tag"` }).status, 200);
  assert.equal(ask({ 'if-none-match': `"tag",${others}` }).status, 304);
});

test('a range of a million spaces is refused at once', () => {
  const spaces = ' '.repeat(1_000_000);
  for (const range of [`bytes=${spaces}x`, `bytes=1-${spaces}x`, `bytes=1${spaces}-2`]) {
    assert.equal(ask({ range }).status, 416);
  }
});

test('parts put together are the whole, wherever it is cut', () => {
  for (let cut = 1; cut < content.bytes.length; cut++) {
    const [left, right] = [ask({ range: `bytes=0-${cut - 1}` }), ask({ range: `bytes=${cut}-` })];
    assert.deepEqual([left.status, right.status], [206, 206]);
    assert.equal(String(left.body) + String(right.body), '0123456789');
    assert.equal(left.headers['Content-Range'], `bytes 0-${cut - 1}/10`);
    assert.equal(right.headers['Content-Range'], `bytes ${cut}-9/10`);
  }
});

const pieces = [
  ...['bytes', '=', '-', ',', ' ', '0', '1', '9', '10', '99999999999999999999', '"tag"', 'W/', '*', '"', '\u0000'],
  ...['Sat, 21 Nov 2026 04:00:34 GMT', 'é', 'none'],
];
const names = ['range', 'if-range', 'if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since'];

test('whatever the headers, the answer is one of those there are, and its part is of the content', () => {
  const seed = 20_261_121;
  const random = mulberry(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  for (let round = 0; round < 5000; round++) {
    const value = () => Array.from({ length: Math.ceil(random() * 6) }, () => pick(pieces)).join('');
    const headers = Object.fromEntries(names.filter(() => random() < 0.3).map((name) => [name, value()]));
    const { status, body } = ask(headers, pick(['GET', 'HEAD', 'POST']));
    const message = `seed ${seed}, round ${round}: ${JSON.stringify(headers)}`;
    assert.ok([200, 206, 304, 412, 416].includes(status), message);
    if (status === 206) assert.ok(String(body) !== '' && '0123456789'.includes(String(body)), message);
    if (status === 200) assert.equal(String(body), '0123456789', message);
  }
});

function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
