import type { Labels } from '../../model/cluster.ts';
import { timeText } from '../../model/time-text.ts';
import type { ObjectMeta, Wire } from '../resource.ts';
import { rememberingLast } from './label-memory.ts';

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

/** ASCII of which nothing is escaped: nearly all names and labels. */
const plain = /^[ !#-%'-;=?-[\]-~]*$/;

/** A string as Go's encoder prints it: `<`, `>`, `&` and the two line separators are escaped too. */
export function jsonString(text: string): string {
  if (plain.test(text)) return `"${text}"`;
  return escapedForHtml(JSON.stringify(text));
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

/** An object's metadata: name, namespace, creation time, labels sorted by key; what is empty is left out. */
export function metadataJson({ name, namespace, creationTimestamp, labels }: ObjectMeta): string {
  const members = [`"name":${jsonString(name)}`];
  if (namespace !== undefined) members.push(`"namespace":${jsonString(namespace)}`);
  if (creationTimestamp !== 0) members.push(`"creationTimestamp":${jsonTime(creationTimestamp)}`);
  const pairs = labelPairs(labels);
  if (pairs !== '') members.push(`"labels":{${pairs}}`);
  return `{${members.join(',')}}`;
}

/** One object in compact JSON, without a newline at its end. */
export function objectJson<T>(type: TypeMeta | undefined, object: T, wire: Wire<T>): string {
  const members = wire.jsonMembers(object);
  return `{${typeMembers(type)}"metadata":${metadataJson(wire.metadata(object))}${members && `,${members}`}}`;
}

/** A list in compact JSON, one piece per item, its newline included. `item` prints one object. */
export function* listJson<T>(type: TypeMeta, objects: Iterable<T>, item: (object: T) => string): Iterable<string> {
  yield `{${typeMembers(type)}"metadata":{},"items":[`;
  yield* commaSeparated(objects, item);
  yield ']}\n';
}

/** One piece per object, all but the first led by a comma. */
export function* commaSeparated<T>(objects: Iterable<T>, print: (object: T) => string): Iterable<string> {
  let separator = '';
  for (const object of objects) {
    yield separator + print(object);
    separator = ',';
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

const labelPairs = rememberingLast((labels) =>
  sortedLabels(labels)
    .map(([key, value]) => `${jsonString(key)}:${jsonString(value)}`)
    .join(','),
);

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
