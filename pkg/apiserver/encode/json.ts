import type { Labels } from '../../model/cluster.ts';
import { timeText } from '../../model/time-text.ts';
import type { ObjectMeta, Wire } from '../resource.ts';
import { rememberingLast } from './remembering-last.ts';

/** What a document says it is; absent where the place already says it, as in the items of a list. */
export interface TypeMeta {
  readonly kind: string;
  /** `metrics.k8s.io/v1beta1`; empty where Kubernetes leaves it out. */
  readonly apiVersion: string;
}

const escapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** 1 for ASCII of which nothing is escaped: nearly all names and labels are made of it. */
const plain = Uint8Array.from({ length: 128 }, (_, code) =>
  code >= 0x20 && code < 0x7f && !'"\\<>&'.includes(String.fromCharCode(code)) ? 1 : 0,
);

/** A string as Go's encoder prints it: `<`, `>`, `&` and the two line separators are escaped too. */
export function jsonString(text: string): string {
  for (let at = 0; at < text.length; at++) {
    if (plain[text.charCodeAt(at)] !== 1) return escapedForHtml(JSON.stringify(text));
  }
  return `"${text}"`;
}

/** Any plain value in compact JSON, members in the order they have, strings as Go prints them. */
export function jsonValue(value: unknown): string {
  return escapedForHtml(JSON.stringify(value));
}

/** A moment in whole seconds of UTC; zero is null. `epochMs` is in milliseconds since 1970. */
export function jsonTime(epochMs: number): string {
  if (epochMs === 0) return 'null';
  return `"${timeText(epochMs)}"`;
}

/**
 * Texts that follow each other, to be joined once for many objects: joining each with the next makes, and throws away,
 * several times as much.
 */
export type Texts = string[];

/** What printing an object adds to texts, as one text. */
export function textOf(print: (out: Texts) => void): string {
  const texts: Texts = [];
  print(texts);
  return texts.join('');
}

/** An object's metadata: name, namespace, creation time, labels sorted by key; what is empty is left out. */
export function metadataJson({ name, namespace, creationTimestamp, labels }: ObjectMeta, out: Texts): void {
  const place = namespace === undefined ? '' : namespaceMember(namespace);
  out.push('{"name":', jsonString(name), place, creationMember(creationTimestamp), labelsMember(labels), '}');
}

const namespaceMember = rememberingLast((namespace: string) => `,"namespace":${jsonString(namespace)}`);

const creationMember = rememberingLast((epochMs: number) =>
  epochMs === 0 ? '' : `,"creationTimestamp":${jsonTime(epochMs)}`,
);

/** One object in compact JSON, without a newline at its end. */
export function objectJson<T>(type: TypeMeta | undefined, object: T, wire: Wire<T>, out: Texts): void {
  out.push(type === undefined ? '{"metadata":' : `{${typeMembers(type)}"metadata":`);
  metadataJson(wire.metadata(object), out);
  const bare = out.push(',');
  wire.jsonMembers(object, out);
  if (out.length === bare) out.pop();
  out.push('}');
}

/** What stands around the items of a list. */
export interface ListFrame {
  readonly head: string;
  readonly tail: string;
}

/** A list in compact JSON, its newline included. `item` prints one object; `perPiece` as for `framedJson`. */
export function listJson<T>(
  type: TypeMeta,
  objects: Iterable<T>,
  item: (object: T, out: Texts) => void,
  perPiece = 1,
): Iterable<string> {
  const head = `{${typeMembers(type)}"metadata":{},"items":[`;
  return framedJson({ head, tail: ']}\n' }, objects, item, perPiece);
}

/** Items between commas within their frame, in pieces of `perPiece` items each; head and tail count as one item each. */
export function* framedJson<T>(
  { head, tail }: ListFrame,
  objects: Iterable<T>,
  item: (object: T, out: Texts) => void,
  perPiece: number,
): Iterable<string> {
  let texts: Texts = [head];
  let held = 1;
  let separator = '';
  for (const object of objects) {
    if (held === perPiece) {
      yield texts.join('');
      texts = [];
      held = 0;
    }
    texts.push(separator);
    item(object, texts);
    separator = ',';
    held++;
  }
  if (held < perPiece) {
    texts.push(tail);
    yield texts.join('');
  } else {
    yield texts.join('');
    yield tail;
  }
}

/** `"kind":"…","apiVersion":"…",` or less. */
export function typeMembers(type: TypeMeta | undefined): string {
  if (type === undefined) return '';
  const version = type.apiVersion === '' ? '' : `"apiVersion":${jsonString(type.apiVersion)},`;
  return `"kind":${jsonString(type.kind)},${version}`;
}

/** Labels in the order the wire wants: by the bytes of their keys, which are ASCII. */
export const sortedLabels = rememberingLast((labels: Labels): readonly (readonly [string, string])[] =>
  Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)),
);

const labelsMember = rememberingLast((labels: Labels) => {
  const pairs = sortedLabels(labels).map(([key, value]) => `${jsonString(key)}:${jsonString(value)}`);
  return pairs.length === 0 ? '' : `,"labels":{${pairs.join(',')}}`;
});

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

function escapedForHtml(json: string): string {
  return json.replace(/[<>&\u2028\u2029]/g, (character) => escapes[character] ?? character);
}
