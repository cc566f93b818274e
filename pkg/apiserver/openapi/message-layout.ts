import type { ProtobufWriter } from '../encode/protobuf/protobuf-writer.ts';
import { yamlOf } from '../encode/yaml.ts';
import type { Json, JsonObject } from './type-description.ts';

/** Writes a JSON value as field `number` of a protobuf message. */
export type FieldWriter = (number: number, value: Json, out: ProtobufWriter) => void;

/** Writes the fields of the message a JSON value becomes. */
export type MessageWriter = (value: Json, out: ProtobufWriter) => void;

/** Where the members of a JSON object go, in ascending order of their field numbers. */
export type Layout = readonly (readonly [number: number, member: string, write: FieldWriter])[];

/**
 * OpenAPI in protobuf has a message for every kind of object of the JSON form, made by a tool from its schema. These are
 * the few patterns it is made of. A field that is empty, zero or false is left out, as proto3 does.
 */
export const textField: FieldWriter = (number, value, out) => {
  if (value !== '') out.string(number, String(value));
};

/** A bool. */
export const flagField: FieldWriter = (number, value, out) => {
  if (value === true) out.int64(number, 1);
};

/** A repeated string. */
export const textsField: FieldWriter = (number, value, out) => {
  for (const each of itemsOf(value)) out.string(number, String(each));
};

/** One message. */
export const messageField =
  (write: MessageWriter): FieldWriter =>
  (number, value, out) =>
    out.message(number, (inner) => write(value, inner));

/** A repeated message. */
export const messagesField =
  (write: MessageWriter): FieldWriter =>
  (number, value, out) => {
    for (const each of itemsOf(value)) out.message(number, (inner) => write(each, inner));
  };

/** A map, as pairs of name and value; `member` says which members of the object belong to it. */
export const namedFields =
  (write: MessageWriter, member = (_: string): boolean => true): FieldWriter =>
  (number, value, out) => {
    for (const [name, each] of membersOf(value)) {
      if (member(name)) out.message(number, (pair) => namedPair(name, each, { write, pair }));
    }
  };

/** A message around one field that is always the same: what a wrapper, or one side of a `oneof`, is. */
export const inside =
  (number: number, field: FieldWriter): MessageWriter =>
  (value, out) =>
    field(number, value, out);

/** Any value at all, as the YAML it would be. */
export const anyMessage: MessageWriter = (value, out) => out.string(2, yamlOf(value));

/** Members that Kubernetes added to OpenAPI, each with any value. */
export const extensionFields: FieldWriter = namedFields(anyMessage, (name) => name.startsWith('x-'));

/** An object whose members go where `layout` says, its extensions to the field `extensions`, which is the last. */
export const objectMessage =
  (layout: Layout, extensions: number): MessageWriter =>
  (value, out) => {
    const members = new Map(membersOf(value));
    for (const [number, name, write] of layout) {
      const member = members.get(name);
      if (member !== undefined) write(number, member, out);
    }
    extensionFields(extensions, value, out);
  };

/** Whether a value is a reference to another part of the document. */
export const isReference = (value: Json): boolean => '$ref' in Object(value);

function namedPair(
  name: string,
  value: Json,
  { write, pair }: { readonly write: MessageWriter; readonly pair: ProtobufWriter },
): void {
  pair.string(1, name);
  pair.message(2, (inner) => write(value, inner));
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

const isObject = (value: Json): value is JsonObject => typeof value === 'object' && !isList(value);

const itemsOf = (value: Json): readonly Json[] => (isList(value) ? value : [value]);

function membersOf(value: Json): readonly (readonly [string, Json])[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : [[name, member] as const]));
}
