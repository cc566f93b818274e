import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Labels } from '../../model/cluster.ts';
import type { ObjectMeta, Wire } from '../resource.ts';
import { chunkBytes } from './chunked.ts';
import { sortedKeys, type TypeMeta } from './json.ts';
import { ProtobufWriter } from './protobuf-writer.ts';
import { rememberingLast } from './remembering-last.ts';

/** Leads every Kubernetes protobuf body. */
const magic = Buffer.from('k8s\0', 'latin1');

/** Objects encoded without a turn of the event loop, at most. */
const objectsPerTurn = 256;

/** Writes the fields of a `meta/v1` ObjectMeta. */
export function metadataFields({ name, namespace, creationTimestamp, labels }: ObjectMeta, out: ProtobufWriter): void {
  out.string(1, name);
  out.append(noName);
  out.string(3, namespace ?? '');
  out.append(noIdentity);
  out.append(creationField(creationTimestamp));
  out.append(labelFields(labels));
}

const noName = fieldsOf((out) => out.string(2, '')); // generateName

const noIdentity = fieldsOf((out) => {
  out.string(4, ''); // selfLink
  out.string(5, ''); // uid
  out.string(6, ''); // resourceVersion
  out.int64(7, 0); // generation
});

const creationField = rememberingLast((epochMs: number) =>
  fieldsOf((out) => out.message(8, (time) => timeFields(epochMs, time))),
);

const labelFields = rememberingLast((labels: Labels) =>
  fieldsOf((out) => {
    for (const key of sortedKeys(labels)) {
      const entry = out.open(11);
      out.string(1, key);
      out.string(2, labels[key] ?? '');
      out.close(entry);
    }
  }),
);

function fieldsOf(write: (out: ProtobufWriter) => void): Uint8Array {
  const out = new ProtobufWriter(256);
  write(out);
  return out.take();
}

/** Writes the fields of a `meta/v1` Time, in whole seconds; a zero time has none. */
export function timeFields(epochMs: number, out: ProtobufWriter): void {
  if (epochMs === 0) return;
  out.int64(1, Math.floor(epochMs / 1000));
  out.int64(2, 0);
}

/** Writes the fields of an empty `meta/v1` ListMeta. */
export function listMetadataFields(out: ProtobufWriter): void {
  out.string(1, ''); // selfLink
  out.string(2, ''); // resourceVersion
  out.string(3, ''); // continue
}

/** Writes an object of a resource. */
export function objectFields<T>(object: T, wire: Wire<T>, out: ProtobufWriter): void {
  const metadata = out.openLong(1);
  metadataFields(wire.metadata(object), out);
  out.closeLong(metadata);
  wire.protobufFields(object, out);
}

/** A whole body holding one message, which `write` writes. */
export function protobufBody(type: TypeMeta, write: (out: ProtobufWriter) => void): Uint8Array {
  const out = new ProtobufWriter();
  typeFields(type, out);
  out.message(2, write);
  encodingFields(out);
  return Buffer.concat([magic, out.finish()]);
}

/**
 * The chunks of a body holding a list, whose items `item` writes. The envelope is led by the length of everything, so all
 * items are encoded before the first byte leaves, with turns of the event loop between them; `signal` ends that early.
 */
export async function protobufListChunks<T>(
  type: TypeMeta,
  objects: Iterable<T | undefined>,
  item: (object: T, out: ProtobufWriter) => void,
  signal: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const items = await itemChunks(objects, item, signal);
  const out = new ProtobufWriter();
  typeFields(type, out);
  out.lengthOf(
    2,
    items.reduce((sum, chunk) => sum + chunk.length, 0),
  );
  const head = Buffer.concat([magic, out.finish()]);
  out.reset();
  encodingFields(out);
  return [head, ...items, out.finish()];
}

async function itemChunks<T>(
  objects: Iterable<T | undefined>,
  item: (object: T, out: ProtobufWriter) => void,
  signal: AbortSignal,
): Promise<Uint8Array[]> {
  const out = new ProtobufWriter(chunkBytes + 4096);
  const chunks: Uint8Array[] = [];
  let inTurn = 0;
  out.message(1, listMetadataFields);
  for (const object of objects) {
    if (object !== undefined) {
      const opened = out.openLong(2);
      item(object, out);
      out.closeLong(opened);
      if (++inTurn < objectsPerTurn && out.length < chunkBytes) continue;
    }
    inTurn = 0;
    if (out.length >= chunkBytes) chunks.push(out.take());
    await nextTurn();
    signal.throwIfAborted();
  }
  chunks.push(out.finish());
  return chunks;
}

function typeFields(type: TypeMeta, out: ProtobufWriter): void {
  out.message(1, (meta) => {
    meta.string(1, type.apiVersion);
    meta.string(2, type.kind);
  });
}

function encodingFields(out: ProtobufWriter): void {
  out.string(3, ''); // contentEncoding
  out.string(4, ''); // contentType
}
