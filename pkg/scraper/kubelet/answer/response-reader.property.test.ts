import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type PlainResponse, plainResponse } from '../testing/plain-response.ts';
import { BodyPool } from './body-pool.ts';
import { ResponseReader } from './response-reader.ts';

const samples: readonly string[] = [
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4\r\nContent-Encoding: gzip\r\nDate: Sat, 28 Nov 2026 07:20:26 GMT\r\nTransfer-Encoding: chunked\r\n\r\nc\r\nnode_cpu 1 5\r\n1\r\n\n\r\n0\r\n\r\n',
  'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x\r\n\r\n3;name="v"\r\n\r\n\r\r\n0\r\nx: y\r\n\r\nrest',
  'HTTP/1.1 200 OK\r\ncontent-length: 12\r\nconnection: close\r\n\r\n\r\n\r\n12345678 and more',
  'HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nall of it\r\n\r\n',
  'HTTP/1.1 403 Forbidden\r\ncontent-length: 4\r\nx-empty:\r\n\r\nno! ',
  'HTTP/1.1 304 Not Modified\r\netag: "x"\r\n\r\nHTTP/1.1 200 OK\r\n\r\n',
];

describe('a response in pieces', () => {
  it('is the same wherever it is cut in three', () => {
    for (const [at, text] of samples.entries()) {
      const plain = plainResponse(text);
      assert.ok(plain, `sample ${at}`);
      for (let first = 0; first <= text.length; first++) {
        for (let second = first; second <= text.length; second += 1 + ((first * 7) % 5)) {
          const pieces = [text.slice(0, first), text.slice(first, second), text.slice(second)];
          assert.deepEqual(read(pieces), plain, `sample ${at}, cut at ${first} and ${second}`);
        }
      }
    }
  });

  it('is the same when each byte comes alone', () => {
    for (const text of samples) assert.deepEqual(read([...text]), plainResponse(text));
  });
});

describe('a damaged response', () => {
  it('is what the plain reader takes it for, or none, in whatever pieces it comes', () => {
    let whole = 0;
    const rounds = 30_000;
    for (let seed = 1; seed <= rounds; seed++) {
      const random = dice(seed);
      const text = damaged(samples[Math.floor(random() * samples.length)] ?? '', random);
      const plain = plainResponse(text);
      if (plain !== undefined) whole++;
      assert.deepEqual(read(inPieces(text, random)), plain, `seed ${seed}: ${JSON.stringify(text)}`);
    }
    // Damage that always breaks, or never does, would test little.
    assert.ok(whole > rounds / 10 && whole < (rounds * 9) / 10, `${whole} of ${rounds} were whole`);
  });
});

/** What the reader makes of a stream that ends after these pieces. */
function read(pieces: readonly string[]): PlainResponse | undefined {
  using reader = new ResponseReader({ pool: new BodyPool(), mostBytes: () => 2 ** 20 });
  let length = 0;
  for (const piece of pieces) {
    if (piece === '' || reader.ending !== undefined) continue;
    const bytes = Buffer.from(`${piece}\r\n\r\n0\r\n\r\n`, 'latin1');
    length += reader.take(bytes, piece.length);
  }
  reader.hungUp();
  if (reader.ending?.kind !== 'whole' || reader.head === undefined) return undefined;
  return { status: reader.head.status, body: reader.body.bytes.toString('latin1'), length };
}

/** Bytes that mean something, now and then one that does not. */
const telling = [
  '\r',
  '\n',
  '\r\n',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '0',
  '1',
  '5',
  'f',
  'A',
  '-',
  '\0',
  '\x7f',
  '\xff',
  'HTTP/1.1 ',
];

function damaged(text: string, random: () => number): string {
  let result = text;
  for (let blows = Math.floor(random() * 4); blows > 0; blows--) {
    const at = Math.floor(random() * (result.length + 1));
    const to = random() < 0.5 ? at : at + Math.floor(random() * 3);
    const put = random() < 0.3 ? '' : (telling[Math.floor(random() * telling.length)] ?? '');
    result = result.slice(0, at) + put + result.slice(to);
  }
  return random() < 0.1 ? result.slice(0, Math.floor(random() * result.length)) : result;
}

function inPieces(text: string, random: () => number): readonly string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    const size = 1 + Math.floor(random() ** 3 * 60);
    pieces.push(text.slice(at, at + size));
    at += size;
  }
  return pieces;
}

/** Small deterministic generator: a failing seed is a failing test you can keep. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
