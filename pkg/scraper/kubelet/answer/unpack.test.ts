import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { crc32, deflateRawSync, gunzipSync, gzipSync } from 'node:zlib';
import type { KubeletAnswer } from '../kubelet-client.ts';
import { bodyLimit, unpackLater, unpackNow } from './unpack.ts';

const usage = 'container_cpu_usage_seconds_total{container="app",namespace="a",pod="b"} 1234.5 1795231446022\n'.repeat(
  400,
);

describe('a packed body', () => {
  it('is what went in, whatever says how it was packed', async () => {
    for (const packed of [gzipSync(usage), gzipSync(usage, { level: 0 }), named(usage), gzipSync('')]) {
      const plain = gunzipSync(packed).toString();
      assert.equal(await text(packed), plain);
    }
  });

  it('is all of its members, and ends with the zeros behind them', async () => {
    const twice = Buffer.concat([gzipSync(usage), gzipSync('and more\n')]);
    assert.equal(await text(twice), `${usage}and more\n`);
    assert.equal(await text(Buffer.concat([gzipSync(usage), Buffer.alloc(512)])), usage);
  });

  it('that lies about its size is unpacked all the same, or refused for what is wrong with it', async () => {
    for (const told of [0, 1, usage.length - 1, usage.length + 1, 2 ** 20, 2 ** 32 - 1]) {
      const packed = gzipSync(usage);
      packed.writeUInt32LE(told, packed.length - 4);
      assert.match(await text(packed), /incorrect length check/, `it told ${told}`);
    }
  });

  it('is refused wherever it is cut off, and with garbage behind it', async () => {
    const packed = gzipSync(usage);
    for (let length = 0; length < packed.length; length++) {
      assert.match(await text(packed.subarray(0, length)), /^bad-body: gzip: /, `${length} of ${packed.length} bytes`);
    }
    assert.match(await text(Buffer.concat([packed, Buffer.from('garbage')])), /^bad-body: gzip: /);
  });

  it('is refused with any bit of it turned over, or is still the same', async () => {
    const packed = gzipSync(usage);
    for (let at = 0; at < packed.length; at++) {
      const damaged = Buffer.from(packed);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << (at % 8));
      const found = await text(damaged);
      assert.ok(found === usage || found.startsWith('bad-body: gzip: '), `byte ${at}: ${found.slice(0, 80)}`);
    }
  });

  it('is left to the thread pool when it is large, and refused when it is too large', async () => {
    const large = gzipSync(Buffer.alloc(2 ** 20 + 1));
    assert.equal(unpackNow(large), undefined);
    assert.equal((await text(large)).length, 2 ** 20 + 1);
    assert.equal((await text(gzipSync(Buffer.alloc(bodyLimit)))).length, bodyLimit);
    assert.equal(await text(gzipSync(Buffer.alloc(bodyLimit + 1))), 'too-large');
  });

  it('of many members is as small a danger as of one', async () => {
    const member = gzipSync(Buffer.alloc(2 ** 19));
    assert.equal(await text(Buffer.concat(Array.from({ length: 40 }, () => member))), 'too-large');
  });
});

/** The body, or how it was refused. */
async function text(packed: Buffer): Promise<string> {
  const answer: KubeletAnswer = unpackNow(packed) ?? (await new Promise((done) => unpackLater(packed, done)));
  if (answer.kind === 'ok') return answer.body.toString('latin1');
  return answer.kind === 'bad-body' ? `bad-body: ${answer.message}` : answer.kind;
}

/** With a name, a comment and a checksum of the header before the data, as RFC 1952 allows. */
function named(plain: string): Buffer {
  const fixed = [0x1f, 0x8b, 8, 0x1e, 0, 0, 0, 0, 0, 3];
  const head = Buffer.from([...fixed, 3, 0, 1, 2, 3, ...Buffer.from('metrics\0a comment\0')]);
  const ends = Buffer.alloc(10);
  ends.writeUInt16LE(crc32(head) & 0xffff, 0);
  ends.writeUInt32LE(crc32(plain), 2);
  ends.writeUInt32LE(plain.length, 6);
  return Buffer.concat([head, ends.subarray(0, 2), deflateRawSync(plain), ends.subarray(2)]);
}
