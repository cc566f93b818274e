import type { Labels } from '../../../model/cluster.ts';
import { timeText } from '../../../model/time-text.ts';
import type { ObjectMeta, Wire } from '../../resource.ts';
import { roomForOne } from '../chunked.ts';
import { restOfMetadata } from '../rest-of-metadata.ts';
import { jsonString } from './json-string.ts';
import { JsonWriter } from './json-writer.ts';

/** What a document says it is; absent where the place already says it, as in the items of a list. */
export interface TypeMeta {
  readonly kind: string;
  /** `metrics.k8s.io/v1beta1`; empty where Kubernetes leaves it out. */
  readonly apiVersion: string;
}

/** A moment in whole seconds of UTC; zero is null. `epochMs` is in milliseconds since 1970. */
export function jsonTime(epochMs: number): string {
  if (epochMs === 0) return 'null';
  return `"${timeText(epochMs)}"`;
}

/** What printing an object gives, as one text. */
export function textOf(print: (out: JsonWriter) => void): string {
  const out = new JsonWriter();
  print(out);
  return out.toString();
}

/** An object's metadata: name, namespace, creation time, labels sorted by key; what is empty is left out. */
export function metadataJson(metadata: ObjectMeta, out: JsonWriter): void {
  out.constant(nameLead);
  out.string(metadata.name);
  out.append(restMembers(metadata));
}

const nameLead = Buffer.from('{"name":');

const restMembers = restOfMetadata(({ namespace, creationTimestamp, labels }) => {
  const out = new JsonWriter(512);
  if (namespace !== undefined) {
    out.text(',"namespace":');
    out.string(namespace);
  }
  if (creationTimestamp !== 0) out.text(`,"creationTimestamp":${jsonTime(creationTimestamp)}`);
  let lead = ',"labels":{';
  for (const key of sortedKeys(labels)) {
    out.text(lead);
    out.string(key);
    out.text(':');
    out.string(labels[key] ?? '');
    lead = ',';
  }
  out.text(lead === ',' ? '}}' : '}');
  return out.take();
});

/** One object in compact JSON, without a newline at its end. */
export function objectJson<T>(type: TypeMeta | undefined, object: T, wire: Wire<T>, out: JsonWriter): void {
  if (type === undefined) out.constant(metadataLead);
  else out.text(`{${typeMembers(type)}"metadata":`);
  metadataJson(wire.metadata(object), out);
  const bare = out.length;
  out.text(',');
  wire.jsonMembers(object, out);
  if (out.length === bare + 1) out.cut(bare);
  out.text('}');
}

const metadataLead = Buffer.from('{"metadata":');

/** A piece without anything in it: others may get a turn of the event loop. */
export const pause = new Uint8Array();

/** What stands around the items of a list. */
export interface ListFrame {
  readonly head: string;
  readonly tail: string;
}

/** A list in compact JSON, its newline included. `item` prints one object; `perPiece` as for `framedJson`. */
export function listJson<T>(
  type: TypeMeta,
  objects: Iterable<T | undefined>,
  item: (object: T, out: JsonWriter) => void,
  perPiece = 1,
): Iterable<Uint8Array> {
  const head = `{${typeMembers(type)}"metadata":{},"items":[`;
  return framedJson({ head, tail: ']}\n' }, objects, item, perPiece);
}

/**
 * Items between commas within their frame, in pieces of little more than `perPiece` bytes. Pieces of one byte are the
 * head, each item alone, and the tail. An undefined object is a `pause`.
 */
export function* framedJson<T>(
  { head, tail }: ListFrame,
  objects: Iterable<T | undefined>,
  item: (object: T, out: JsonWriter) => void,
  perPiece: number,
): Iterable<Uint8Array> {
  // Most lists are short, and a buffer that grows in steps ends at the right size for the others.
  const out = new JsonWriter(Math.ceil((perPiece + roomForOne) / 16));
  out.text(head);
  let separator = '';
  for (const object of objects) {
    if (out.length >= perPiece) yield out.take();
    if (object === undefined) {
      yield pause;
      continue;
    }
    out.text(separator);
    item(object, out);
    separator = ',';
  }
  if (out.length >= perPiece) yield out.take();
  out.text(tail);
  yield out.take();
}

/** `"kind":"…","apiVersion":"…",` or less. */
export function typeMembers(type: TypeMeta | undefined): string {
  if (type === undefined) return '';
  const version = type.apiVersion === '' ? '' : `"apiVersion":${jsonString(type.apiVersion)},`;
  return `"kind":${jsonString(type.kind)},${version}`;
}

/** Names of labels in the order the wire wants, in which they nearly always are: by their bytes, which are ASCII. */
export function sortedKeys(labels: Labels): readonly string[] {
  const keys = Object.keys(labels);
  return keys.every((key, at) => at === 0 || (keys[at - 1] ?? '') < key) ? keys : keys.sort();
}

const token = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s"{}[\],:]+|\n/g;

/**
 * Compact JSON laid out with two spaces per level, as Go's Indent does; the newline at the end is dropped. A piece may
 * end anywhere between two tokens.
 */
export function* indentedJson(pieces: Iterable<string>): Iterable<string> {
  let depth = 0;
  let justOpened = false;
  const newline = (): string => `\n${'  '.repeat(depth)}`;
  const print = (text: string): string => {
    const lead = justOpened ? newline() : '';
    justOpened = text === '{' || text === '[';
    if (justOpened) depth++;
    if (text === ',') return text + newline();
    return lead + (text === ':' ? ': ' : text);
  };
  const close = (text: string): string => {
    depth--;
    const lead = justOpened ? '' : newline();
    justOpened = false;
    return lead + text;
  };
  for (const piece of pieces) {
    yield piece.replace(token, (text) => {
      if (text === '\n') return '';
      return text === '}' || text === ']' ? close(text) : print(text);
    });
  }
}
