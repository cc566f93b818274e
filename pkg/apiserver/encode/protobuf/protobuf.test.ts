import assert from 'node:assert/strict';
import { test } from 'node:test';
import protobuf from 'protobufjs';
import type { Labels } from '../../../model/cluster.ts';
import type { ObjectMeta } from '../../resource.ts';
import { listMetadataFields, metadataFields, protobufBody } from './protobuf.ts';
import { protobufList } from './protobuf-list.ts';
import type { ProtobufWriter } from './protobuf-writer.ts';

const type = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1' };
const never = new AbortController().signal;

test('metadata comes out in the layout of the Go encoder', () => {
  const body = protobufBody({ kind: 'K', apiVersion: 'v' }, (out) => metadataFields(pod('p', { b: '2', a: '1' }), out));
  assert.equal(
    Buffer.from(body).toString('hex'),
    '6b387300' + // magic
      '0a060a01761201' +
      '4b' + // apiVersion, kind
      '122b' +
      '0a0170' +
      '1200' +
      '1a026e73' +
      '2200' +
      '2a00' +
      '3200' +
      '3800' + // name … generation
      '4208' +
      '0880f98fd306' +
      '1000' + // creationTimestamp
      '5a06' +
      '0a0161' +
      '120131' +
      '5a06' +
      '0a0162' +
      '120132' + // labels
      '1a00' +
      '2200',
  );
});

test('an object without a creation time has an empty one', () => {
  const body = protobufBody(type, (out) => metadataFields({ ...pod('p', {}), creationTimestamp: 0 }, out));
  assert.match(Buffer.from(body).toString('hex'), /38004200/);
});

test('lists of every length, of one chunk and of several, are read back by another implementation', async () => {
  for (const count of [0, 1, 63, 64, 65, 128, 1000, 5000, 150_000]) {
    const names = Array.from({ length: count }, (_, index) => `pod-${index}`);
    const parts = { metadata: (name: string) => pod(name, {}), protobufFields: () => undefined };
    const drawn = await protobufList(type, names, parts, never);
    assert.equal(drawn instanceof Uint8Array, count <= 1000);
    const body = Buffer.concat(drawn instanceof Uint8Array ? [drawn] : await Array.fromAsync(drawn));
    assert.equal(body.subarray(0, 4).toString(), 'k8s\0');
    const unknown = decode('Unknown', body.subarray(4)) as { typeMeta: object; raw: Uint8Array };
    assert.deepEqual(unknown.typeMeta, type);
    const list = decode('List', unknown.raw) as { items: readonly { metadata: { name: string } }[] };
    assert.deepEqual(
      list.items.map(({ metadata }) => metadata.name),
      names,
    );
  }
});

test('the beginning of a long list leaves before its objects are drawn, and every object as it is when it is drawn', async () => {
  const objects = Array.from({ length: 5000 }, (_, at) => ({
    name: `${'pod-\u00e9'.repeat(at % 40)}${at}`,
    labels: { [`label-${at % 7}`]: 'v'.repeat(at % 200) },
    text: 'x'.repeat(at === 3000 ? 100_000 : (at * 7) % 300),
  }));
  let drawn = 0;
  const passing = { object: objects[0] };
  const given = objects.values().map((object) => {
    drawn++;
    passing.object = object;
    return { kept: object };
  });
  const parts = {
    metadata: ({ kept: { name, labels } }: { readonly kept: { name: string; labels: Labels } }) => pod(name, labels),
    protobufFields: (_: unknown, out: ProtobufWriter) => out.string(3, passing.object?.text ?? ''),
  };
  const list = await protobufList(type, given, parts, never);
  assert.ok(!(list instanceof Uint8Array));
  const iterator = list[Symbol.asyncIterator]();
  const { value: first } = await iterator.next();
  assert.equal(Buffer.from(first).toString('latin1', 0, 4), 'k8s\0');
  assert.ok(drawn < 2000, `${drawn} drawn`);
  const rest = await Array.fromAsync({ [Symbol.asyncIterator]: () => iterator });
  const body = Buffer.concat([first, ...rest]);
  const whole = protobufBody(type, (out) => {
    out.message(1, listMetadataFields);
    for (const { name, labels, text } of objects) {
      out.message(2, (item) => {
        item.message(1, (inner) => metadataFields(pod(name, labels), inner));
        item.string(3, text);
      });
    }
  });
  assert.ok(body.equals(whole));
});

test('a client that leaves while a long list is measured ends that, and what is drawn', async () => {
  const gone = new AbortController();
  let drawn = 0;
  const objects = Iterator.from(Array.from({ length: 100_000 }, () => 'x'.repeat(100))).map((text) => (drawn++, text));
  const parts = { metadata: (text: string) => pod(text, {}), protobufFields: () => undefined };
  const list = await protobufList(type, objects, parts, gone.signal);
  assert.ok(!(list instanceof Uint8Array));
  const pieces: Uint8Array[] = [];
  for await (const piece of list) {
    pieces.push(piece);
    setImmediate(() => gone.abort());
  }
  assert.equal(pieces.length, 1);
  assert.ok(drawn < 5_000, `${drawn} drawn`);
  assert.equal(objects.next().done, true);
});

test('a client that leaves ends the encoding', async () => {
  const gone = new AbortController();
  let encoded = 0;
  const protobufFields = (): void => {
    if (++encoded === 100) gone.abort();
  };
  const objects = Array.from({ length: 10_000 }, (_, index) => index);
  const encoding = protobufList(type, objects, { metadata: () => pod('p', {}), protobufFields }, gone.signal);
  await assert.rejects(encoding, { name: 'AbortError' });
  assert.ok(encoded <= 512, `${encoded} encoded`);
});

const schema = protobuf.parse(`syntax = "proto2";
  message TypeMeta { optional string apiVersion = 1; optional string kind = 2; }
  message Unknown { optional TypeMeta typeMeta = 1; optional bytes raw = 2; }
  message Metadata { optional string name = 1; }
  message Item { optional Metadata metadata = 1; }
  message List { repeated Item items = 2; }`).root;

function decode(message: string, bytes: Uint8Array): unknown {
  const found = schema.lookupType(message);
  return found.toObject(found.decode(bytes), { arrays: true });
}

function pod(name: string, labels: Readonly<Record<string, string>>): ObjectMeta {
  return { name, namespace: 'ns', labels, creationTimestamp: Date.UTC(2026, 6, 25) };
}
