import assert from 'node:assert/strict';
import { test } from 'node:test';
import protobuf from 'protobufjs';
import { ProtobufWriter } from './protobuf-writer.ts';

test('the body of `kubectl create namespace foo` comes out byte for byte', () => {
  const out = new ProtobufWriter();
  out.message(1, (type) => {
    type.string(1, 'v1');
    type.string(2, 'Namespace');
  });
  out.message(2, (raw) => {
    raw.message(1, plainMetadata);
    raw.message(2, () => undefined);
    raw.message(3, (status) => status.string(1, ''));
  });
  out.string(3, '');
  out.string(4, '');
  assert.equal(
    hex(out),
    '0a0f0a02763112094e616d657370616365121b0a130a03666f6f12001a0022002a00320038004200' + '12001a020a001a002200',
  );
});

test('a time and a map entry come out as Go writes them', () => {
  const out = new ProtobufWriter();
  out.message(8, (time) => {
    time.int64(1, 1_784_937_600);
    time.int64(2, 0);
  });
  out.message(4, (entry) => {
    entry.string(1, 'cpu');
    entry.message(2, (quantity) => quantity.string(1, '1500001n'));
  });
  assert.equal(hex(out), '420808' + '80f98fd306' + '1000' + '22110a03637075120a0a08313530303030316e');
});

test('whole numbers of every size and sign are read back by another implementation', () => {
  const values = [0, 1, 127, 128, 300, 2 ** 31, 2 ** 32, 2 ** 53 - 1, -1, -(2 ** 40)];
  const wide = [2n ** 62n, 2n ** 63n - 1n, -(2n ** 63n), -1n, 0n];
  for (const value of [...values, ...wide]) {
    const out = new ProtobufWriter();
    out.int64(7, value);
    const reader = protobuf.Reader.create(out.finish());
    assert.equal(reader.uint32(), 7 << 3);
    assert.equal(String(reader.int64()), String(value));
    assert.equal(reader.pos, out.length);
  }
});

test('texts and messages around every length boundary are read back by another implementation', () => {
  const lengths = [0, 1, 63, 64, 65, 126, 127, 128, 129, 16_382, 16_383, 16_384, 70_000];
  const letters = ['a', 'é', '水', '🍵'];
  const type = protobuf
    .parse('syntax = "proto3"; message M { string s = 1; M m = 2; bytes b = 3; }')
    .root.lookupType('M');
  for (const length of lengths) {
    for (const letter of letters) {
      const s = letter.repeat(length);
      const out = new ProtobufWriter(16);
      out.string(1, s);
      out.message(2, (inner) => inner.message(2, (innermost) => innermost.string(1, s)));
      out.bytes(3, new Uint8Array(length).fill(7));
      const read = type.toObject(type.decode(out.finish()), { defaults: true }) as Message;
      assert.equal(read.s, s);
      assert.equal(read.m?.m?.s, s);
      assert.equal(read.b.length, length);
    }
  }
});

test('random nested messages equal what another implementation writes', () => {
  const seed = Date.now() % 100_000;
  const random = dice(seed);
  for (let round = 0; round < 300; round++) {
    const ours = new ProtobufWriter(16);
    const theirs = protobuf.Writer.create();
    writeBoth(ours, theirs, random, 0);
    assert.deepEqual(Buffer.from(ours.finish()), Buffer.from(theirs.finish()), `seed ${seed}, round ${round}`);
  }
});

test('a lone surrogate becomes the replacement character, as Go reads it', () => {
  const out = new ProtobufWriter();
  out.string(1, 'a\ud800b');
  assert.equal(hex(out), '0a0561efbfbd62');
});

test('a finished message is the owner of its bytes', () => {
  const out = new ProtobufWriter();
  out.string(1, 'first');
  const first = out.finish();
  out.reset();
  out.string(1, 'other');
  assert.equal(Buffer.from(first).toString('latin1'), '\n\u0005first');
  assert.equal(out.length, 7);
});

test('a length announced alone is followed by bytes sent apart', () => {
  const out = new ProtobufWriter();
  out.lengthOf(2, 300);
  assert.equal(hex(out), '12ac02');
});

interface Message {
  readonly s: string;
  readonly b: Uint8Array;
  readonly m?: Message;
}

function plainMetadata(out: ProtobufWriter): void {
  for (const [field, text] of ['foo', '', '', '', '', ''].entries()) out.string(field + 1, text);
  out.int64(7, 0);
  out.message(8, () => undefined);
}

function writeBoth(ours: ProtobufWriter, theirs: protobuf.Writer, random: () => number, depth: number): void {
  for (let field = 1; field <= 4; field++) {
    const choice = Math.floor(random() * (depth < 4 ? 3 : 2));
    if (choice === 0) {
      const text = 'xé'.repeat(Math.floor(random() * 80));
      ours.string(field, text);
      theirs.uint32((field << 3) | 2).string(text);
    } else if (choice === 1) {
      const value = Math.floor((random() - 0.5) * 2 ** 52);
      ours.int64(field, value);
      theirs.uint32(field << 3).int64(value);
    } else {
      theirs.uint32((field << 3) | 2).fork();
      ours.message(field, (inner) => writeBoth(inner, theirs, random, depth + 1));
      theirs.ldelim();
    }
  }
}

function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const hex = (out: ProtobufWriter): string => Buffer.from(out.finish()).toString('hex');
