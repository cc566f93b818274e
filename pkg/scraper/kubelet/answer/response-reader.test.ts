import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BodyPool } from './body-pool.ts';
import { type Ending, ResponseReader } from './response-reader.ts';

const ok = 'HTTP/1.1 200 OK\r\n';
const crlf = '\r\n';
const limit = 100_000;

/** What came of a stream: `undefined` as ending = it waits for more. */
interface Outcome {
  readonly ending: Ending | undefined;
  readonly status: number | undefined;
  readonly body: string;
  readonly left: number;
  readonly keepsAlive: boolean | undefined;
}

describe('one response', () => {
  const rows: readonly [what: string, text: string, body: string][] = [
    ['of a length', `${ok}content-length: 5\r\n\r\nhello`, 'hello'],
    ['of a length, in any spelling', `${ok}CONTENT-LENGTH:5 \t\r\n\r\nhello`, 'hello'],
    ['of no length', `${ok}content-length: 0\r\n\r\n`, ''],
    ['in chunks', `${ok}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n`, 'hello, world'],
    [
      'in chunks with capital digits and zeros in front',
      `${ok}transfer-encoding: Chunked\r\n\r\n00A\r\n0123456789\r\n0\r\n\r\n`,
      '0123456789',
    ],
    [
      'in chunks with extensions',
      `${ok}transfer-encoding: chunked\r\n\r\n5;a="b;c"\r\nhello\r\n0 ;last\r\n\r\n`,
      'hello',
    ],
    [
      'in chunks with trailers',
      `${ok}transfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nDigest: y\r\nEtag: z\r\n\r\n`,
      'x',
    ],
    [
      'after interim ones',
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${ok}content-length: 1\r\n\r\nx`,
      'x',
    ],
    ['that has no body, whatever it says', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n', ''],
    ['without a reason', 'HTTP/1.1 204\r\n\r\n', ''],
    ['with a reason in another language', 'HTTP/1.1 200 \xfcber\r\ncontent-length: 1\r\n\r\nx', 'x'],
  ];
  for (const [what, text, body] of rows) {
    it(`${what} is whole, and what comes after it is not touched`, () => {
      const read = readAll([`${text}HTTP/1.1 `]);
      assert.deepEqual(read.ending, { kind: 'whole' });
      assert.equal(read.body, body);
      assert.equal(read.left, 9);
      assert.equal(read.keepsAlive, true);
    });
  }

  it('without a length is whole when the connection ends, which then is of no more use', () => {
    const read = readAll(['HTTP/1.0 200 OK\r\n\r\nhello', ', world'], { hangsUp: true });
    assert.deepEqual([read.ending, read.body, read.keepsAlive], [{ kind: 'whole' }, 'hello, world', false]);
    assert.equal(readAll(['HTTP/1.0 200 OK\r\n\r\nhello']).ending, undefined);
  });

  it('says whether another may follow', () => {
    const kept = (version: string, connection: string): boolean | undefined =>
      readAll([`HTTP/${version} 200 OK\r\n${connection}content-length: 0\r\n\r\n`]).keepsAlive;
    assert.equal(kept('1.1', ''), true);
    assert.equal(kept('1.1', 'connection: Close\r\n'), false);
    assert.equal(kept('1.1', 'connection: x, close\r\n'), false);
    assert.equal(kept('1.1', 'connection: x\r\nconnection: close\r\n'), false);
    assert.equal(kept('1.1', 'connection: closed\r\n'), true);
    assert.equal(kept('1.0', ''), false);
    assert.equal(kept('1.0', 'connection: keep-alive\r\n'), true);
  });
});

describe('what is no response', () => {
  const rows: readonly [what: string, text: string][] = [
    ['another protocol', 'SSH-2.0-OpenSSH_9.7\r\n'],
    ['half of another protocol', 'SS'],
    ['a request', `GET / HTTP/1.1${crlf}${crlf}`],
    ['another version', `HTTP/2.0 200 OK${crlf}${crlf}`],
    ['a version from the future', `HTTP/1.2 200 OK${crlf}${crlf}`],
    ['no status', `HTTP/1.1 OK${crlf}${crlf}`],
    ['a status of four digits', `HTTP/1.1 2000 OK${crlf}${crlf}`],
    ['a status that means nothing', `HTTP/1.1 600 OK${crlf}${crlf}`],
    ['a change of protocol', `HTTP/1.1 101 Switching Protocols${crlf}${crlf}`],
    ['a header without a name', `${ok}: x${crlf}${crlf}`],
    ['a header without a colon', `${ok}x${crlf}${crlf}`],
    ['a blank before the colon', `${ok}content-length : 0${crlf}${crlf}`],
    ['a folded header', `${ok}content-length: 0${crlf} 1${crlf}${crlf}`],
    ['a NUL in a header', `${ok}x: \0${crlf}${crlf}`],
    ['a bare CR in a header', `${ok}x: a\rb${crlf}${crlf}`],
    ['a bare LF in a header', `${ok}x: a\ncontent-length: 0${crlf}${crlf}`],
    ['two lengths', `${ok}content-length: 5${crlf}content-length: 5${crlf}${crlf}`],
    ['a list of lengths', `${ok}content-length: 5, 5${crlf}${crlf}`],
    ['a signed length', `${ok}content-length: +5${crlf}${crlf}`],
    ['an empty length', `${ok}content-length:${crlf}${crlf}`],
    ['a length with a strange blank', `${ok}content-length: 5\xa0${crlf}${crlf}`],
    ['a length of too many digits', `${ok}content-length: ${'9'.repeat(16)}${crlf}${crlf}`],
    ['a length and chunks', `${ok}content-length: 5${crlf}transfer-encoding: chunked${crlf}${crlf}`],
    ['a coding that was not asked for', `${ok}transfer-encoding: gzip, chunked${crlf}${crlf}`],
    ['chunks twice', `${ok}transfer-encoding: chunked${crlf}transfer-encoding: chunked${crlf}${crlf}`],
    ['chunks in HTTP/1.0', `HTTP/1.0 200 OK${crlf}transfer-encoding: chunked${crlf}${crlf}`],
    ...[
      '\r\n',
      'x\r\n',
      '-1\r\n',
      '0x5\r\n',
      '5\n',
      '5\rx',
      '5 \n',
      ';\r\n',
      '5\r\nhellox',
      '5\r\nhello\n',
      '5\r\nhello\r\r',
      '123456789',
      '0\r\nx\ny',
      '0\r\n\n',
      '0\r\nx\r\r\n',
    ].map((chunks): [string, string] => [
      `the chunks ${JSON.stringify(chunks)}`,
      `${ok}transfer-encoding: chunked\r\n\r\n${chunks}`,
    ]),
  ];
  for (const [what, text] of rows) {
    it(`${what}: is known as soon as it has come`, () => {
      assert.equal(readAll([text]).ending?.kind, 'bad');
      assert.equal(readAll([...text]).ending?.kind, 'bad');
    });
  }

  for (const [what, text] of [
    ['the first line', 'HTTP/1.1 200'],
    ['the head', `${ok}content-length: 5\r\n`],
    ['an interim answer', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['a body of a length', `${ok}content-length: 5\r\n\r\nhell`],
    ['a chunk', `${ok}transfer-encoding: chunked\r\n\r\n5\r\nhell`],
    ['trailers', `${ok}transfer-encoding: chunked\r\n\r\n0\r\nx: y\r\n`],
  ] as const) {
    it(`cut short within ${what} it is not whole`, () => {
      assert.equal(readAll([text]).ending, undefined);
      assert.deepEqual(readAll([text], { hangsUp: true }).ending, { kind: 'cut-short' });
    });
  }
});

describe('bounds', () => {
  it('a body is read up to the limit, and not one byte further', () => {
    const body = 'x'.repeat(limit);
    for (const head of [`${ok}content-length: ${limit}\r\n\r\n`, `${ok}\r\n`]) {
      assert.equal(readAll([head, body], { hangsUp: true }).body.length, limit);
    }
    assert.equal(readAll([`${ok}\r\n`, body, 'x']).ending?.kind, 'too-long');
    assert.equal(readAll([`${ok}content-length: ${limit + 1}\r\n\r\n`]).ending?.kind, 'too-long');
    const chunks = `${ok}transfer-encoding: chunked\r\n\r\n${limit.toString(16)}\r\n${body}\r\n1\r\nx`;
    assert.equal(readAll([chunks]).ending?.kind, 'too-long');
    assert.equal(readAll([`${ok}transfer-encoding: chunked\r\n\r\nffffffff\r\n`, body, 'x']).ending?.kind, 'too-long');
  });

  for (const [what, stream] of [
    ['one header', `${ok}x: ${'y'.repeat(17_000)}`],
    ['many headers', ok + 'x: y\r\n'.repeat(3_000)],
    ['many headers, complete', `${ok}${'x: y\r\n'.repeat(3_000)}\r\n`],
    ['interim answers without end', 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(1_000)],
  ] as const) {
    it(`heads are read up to 16 KiB: ${what}`, () => {
      const message = 'its headers are too long';
      assert.deepEqual(readAll([stream]).ending, { kind: 'bad', message });
      assert.deepEqual(readAll([...stream]).ending, { kind: 'bad', message });
    });
  }

  it('heads of 16 KiB are read, and not one byte more, interim answers counted', () => {
    const interim = 'HTTP/1.1 100 Continue\r\n\r\n';
    const start = `${ok}content-length: 0\r\nx: `;
    const room = 16 * 1024 - 2 * interim.length - start.length - 4;
    for (const [length, ending] of [
      [room, 'whole'],
      [room + 1, 'bad'],
    ] as const) {
      const stream = `${interim}${interim}${start}${'y'.repeat(length)}\r\n\r\n`;
      assert.equal(readAll([stream]).ending?.kind, ending);
      assert.equal(readAll([...stream]).ending?.kind, ending);
    }
  });

  it('a value of nothing but blanks takes no time worth mentioning', () => {
    const read = readAll([`${ok}content-length: ${'\t \t x'.repeat(3_000)}\r\n\r\n`]);
    assert.equal(read.ending?.kind, 'bad');
  });

  it('what comes beside the body of chunks is skipped up to 16 KiB', () => {
    const start = `${ok}transfer-encoding: chunked\r\n\r\n`;
    assert.equal(readAll([`${start}1;${'x'.repeat(17_000)}`]).ending?.kind, 'bad');
    assert.equal(readAll([`${start}0\r\n${'x: y\r\n'.repeat(5_000)}`]).ending?.kind, 'bad');
    assert.equal(readAll([`${start}${'1;xx\r\nx\r\n'.repeat(6_000)}`]).ending?.kind, 'bad');
  });

  it('crumbs are read up to 65,536 of them', () => {
    const message = 'it came in crumbs';
    const chunks = `${ok}transfer-encoding: chunked\r\n\r\n${'1\r\nx\r\n'.repeat(65_537)}`;
    assert.deepEqual(readAll([chunks]).ending, { kind: 'bad', message });
    const drip = [`${ok}content-length: 90000\r\n\r\n`, ...'x'.repeat(65_537)];
    assert.deepEqual(readAll(drip).ending, { kind: 'bad', message });
  });

  it('memory is given back: one body after the other takes the same', () => {
    const pool = new BodyPool();
    for (let turn = 0; turn < 5; turn++) readAll([`${ok}\r\n${'x'.repeat(90_000)}`], { hangsUp: true, pool });
    assert.equal(pool.keptBytes, 128 * 1024);
    assert.equal(pool.lentBytes, 0);
  });

  it('is refused what is long while others have all memory there is, and not what is usual', () => {
    const pool = new BodyPool();
    assert.ok(pool.lend(128 * 2 ** 20));
    const { ending } = readAll([`${ok}\r\n${'x'.repeat(90_000)}`], { hangsUp: true, pool });
    assert.equal(ending?.kind, 'bad');
    assert.match(ending?.kind === 'bad' ? ending.message : '', /kubelets together were sending more than 128 MiB/);
    assert.equal(readAll([`${ok}\r\n${'x'.repeat(60_000)}`], { hangsUp: true, pool }).ending?.kind, 'whole');
    assert.equal(pool.lentBytes, 128 * 2 ** 20);
  });
});

/** Reads pieces from a landing in which the rest is what came before. */
function readAll(pieces: readonly string[], { hangsUp = false, pool = new BodyPool() } = {}): Outcome {
  using reader = new ResponseReader({ pool, mostBytes: () => limit });
  const landing = Buffer.alloc(Math.max(...pieces.map(({ length }) => length)) + 8, '\r\n\r\n');
  let left = 0;
  for (const piece of pieces) {
    if (reader.ending !== undefined) break;
    landing.write(piece, 'latin1');
    left = piece.length - reader.take(landing, piece.length);
  }
  if (hangsUp) reader.hungUp();
  const { ending, head, body } = reader;
  return { ending, status: head?.status, body: body.bytes.toString('latin1'), left, keepsAlive: head?.keepsAlive };
}
