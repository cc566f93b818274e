import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { KubeletAnswer } from '../kubelet-client.ts';
import { answerTo, mostBytes } from './answer-to.ts';
import { BodyPool } from './body-pool.ts';
import { ResponseReader } from './response-reader.ts';
import { bodyLimit } from './unpack.ts';

const mebibyte = 2 ** 20;

describe('an answer that is long only when it is unpacked', () => {
  it('counts as much as it may become until it has been used', async () => {
    const pool = new BodyPool();
    const answer = await answerOf(Buffer.alloc(2 * mebibyte, 'x'), pool);
    assert.ok(answer.kind === 'ok' && answer.body.length === 2 * mebibyte);
    assert.equal(pool.lentBytes, bodyLimit);
    answer.release?.();
    assert.equal(pool.lentBytes, 0);
  });

  it('counts nothing any more when it is refused', async () => {
    const pool = new BodyPool();
    const answer = await answerOf(Buffer.alloc(17 * mebibyte, 'x'), pool);
    assert.deepEqual(answer, { kind: 'too-large', limitBytes: bodyLimit });
    assert.equal(pool.lentBytes, 0);
  });

  it('is refused while others have all memory there is', async () => {
    const pool = new BodyPool();
    assert.ok(pool.lend(128 * mebibyte));
    const answer = await answerOf(Buffer.alloc(2 * mebibyte, 'x'), pool);
    assert.match(answer.kind === 'bad-body' ? answer.message : '', /sending more than 128 MiB at this moment/);
    assert.equal(pool.lentBytes, 128 * mebibyte, 'what came of it is given back');
  });

  it('that is of a usual size is taken even then', async () => {
    const pool = new BodyPool();
    assert.ok(pool.lend(128 * mebibyte));
    const answer = await answerOf(Buffer.alloc(50_000, 'x'), pool);
    assert.ok(answer.kind === 'ok' && answer.body.length === 50_000);
  });
});

function answerOf(plain: Buffer, pool: BodyPool): Promise<KubeletAnswer> {
  const reader = new ResponseReader({ pool, mostBytes });
  const packed = gzipSync(plain);
  const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${packed.length}\r\n\r\n`;
  const whole = Buffer.concat([Buffer.from(head), packed]);
  assert.equal(reader.take(whole, whole.length), whole.length);
  return new Promise((done) => answerTo(reader, { accept: undefined, pool }, done));
}
