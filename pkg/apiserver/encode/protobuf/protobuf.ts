import type { ObjectMeta, Wire } from '../../resource.ts';
import { sortedKeys, type TypeMeta } from '../json/json.ts';
import { restOfMetadata } from '../rest-of-metadata.ts';
import { ProtobufWriter } from './protobuf-writer.ts';

/** Leads every Kubernetes protobuf body. */
export const magic = Buffer.from('k8s\0', 'latin1');

/** How an object is written in protobuf. */
export type ProtobufParts<T> = Pick<Wire<T>, 'metadata' | 'protobufFields'>;

/** Writes the fields of a `meta/v1` ObjectMeta. */
export function metadataFields(metadata: ObjectMeta, out: ProtobufWriter): void {
  out.string(1, metadata.name);
  out.append(restFields(metadata));
}

const restFields = restOfMetadata(({ namespace, creationTimestamp, labels }) => {
  const out = new ProtobufWriter(256);
  out.string(2, ''); // generateName
  out.string(3, namespace ?? '');
  out.string(4, ''); // selfLink
  out.string(5, ''); // uid
  out.string(6, ''); // resourceVersion
  out.int64(7, 0); // generation
  out.message(8, (time) => timeFields(creationTimestamp, time));
  for (const key of sortedKeys(labels)) {
    const entry = out.open(11);
    out.string(1, key);
    out.string(2, labels[key] ?? '');
    out.close(entry);
  }
  return out.take();
});

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
export function objectFields<T>(object: T, parts: ProtobufParts<T>, out: ProtobufWriter): void {
  const opened = out.openLong(1);
  metadataFields(parts.metadata(object), out);
  out.closeLong(opened);
  parts.protobufFields(object, out);
}

/** A whole body holding one message, which `write` writes. */
export function protobufBody(type: TypeMeta, write: (out: ProtobufWriter) => void): Uint8Array {
  const out = new ProtobufWriter();
  typeFields(type, out);
  out.message(2, write);
  encodingFields(out);
  return Buffer.concat([magic, out.finish()]);
}

/** The first field of the envelope: what the body is. */
export function typeFields(type: TypeMeta, out: ProtobufWriter): void {
  out.message(1, (meta) => {
    meta.string(1, type.apiVersion);
    meta.string(2, type.kind);
  });
}

/** The fields of the envelope that follow what is in it. */
export function encodingFields(out: ProtobufWriter): void {
  out.string(3, ''); // contentEncoding
  out.string(4, ''); // contentType
}
