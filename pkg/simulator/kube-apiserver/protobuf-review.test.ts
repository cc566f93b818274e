import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dice } from '../shape/dice.ts';
import { isProtobuf, readReview } from './protobuf-review.ts';

/** What kubectl posts for `auth can-i list pods -n shop`, built by hand from the field numbers of the API. */
const canI = envelope(field(2, field(1, field(1, 'shop') + field(2, 'list') + field(5, 'pods'))));

test('what kubectl auth can-i asks is read', () => {
  assert.ok(isProtobuf(canI));
  assert.deepEqual(readReview(canI), {
    kind: 'Review',
    spec: {
      resourceAttributes: {
        namespace: 'shop',
        verb: 'list',
        group: '',
        version: '',
        resource: 'pods',
        subresource: '',
        name: '',
      },
    },
  });
});

test('a question about a path is read', () => {
  const asked = envelope(field(2, field(2, field(1, '/metrics') + field(2, 'get'))));
  assert.deepEqual(readReview(asked), {
    kind: 'Review',
    spec: { nonResourceAttributes: { path: '/metrics', verb: 'get' } },
  });
});

test('JSON is not taken for protobuf', () => {
  assert.equal(isProtobuf(Buffer.from('{"spec":{}}')), false);
});

test('bytes that are no review are never a surprise', () => {
  const seed = 'fuzz';
  const random = dice(seed);
  for (let round = 0; round < 2000; round++) {
    const bytes = Buffer.from(canI);
    for (let hit = 0; hit < 3; hit++) {
      bytes[4 + Math.floor(random() * (bytes.length - 4))] = Math.floor(random() * 256);
    }
    const cut = bytes.subarray(0, 4 + Math.floor(random() * bytes.length));
    assert.doesNotThrow(() => readReview(cut), `seed ${seed}, round ${round}`);
  }
});

function envelope(object: string): Buffer {
  return Buffer.from(`k8s\0${field(1, field(1, 'v1'))}${field(2, object)}`, 'latin1');
}

function field(number: number, value: string): string {
  return String.fromCharCode((number << 3) | 2, value.length) + value;
}
