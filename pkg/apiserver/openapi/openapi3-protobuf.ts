import { ProtobufWriter } from '../encode/protobuf/protobuf-writer.ts';
import {
  flagField,
  inside,
  isReference,
  type Layout,
  type MessageWriter,
  messageField,
  messagesField,
  namedFields,
  objectMessage,
  textField,
  textsField,
} from './message-layout.ts';
import type { JsonObject } from './type-description.ts';

/** An OpenAPI v3 document in protobuf: message `openapi.v3.Document`, of which our documents use what is here. */
export function openapi3Protobuf(document: JsonObject): Uint8Array {
  const out = new ProtobufWriter(65_536);
  documentMessage(document, out);
  return out.finish();
}

const schemaOrReference: MessageWriter = (value, out) =>
  isReference(value)
    ? inside(2, messageField(referenceMessage))(value, out)
    : inside(1, messageField(schema))(value, out);

const referenceMessage: MessageWriter = (value, out) => textField(1, Object(value).$ref, out);

/** Only texts, numbers and booleans have a form here; for any other default the message stays empty, as in the reference. */
const defaultMessage: MessageWriter = (value, out) => {
  if (typeof value === 'boolean') out.int64(2, Number(value));
  if (typeof value === 'string') out.string(3, value);
};

/** By a function, since schemas are made of schemas. */
const schema: MessageWriter = (value, out) => objectMessage(schemaLayout, 36)(value, out);

const schemaLayout: Layout = [
  [20, 'uniqueItems', flagField],
  [23, 'required', textsField],
  [25, 'type', textField],
  [26, 'allOf', messagesField(schemaOrReference)],
  [27, 'oneOf', messagesField(schemaOrReference)],
  [30, 'items', messageField(inside(1, messagesField(schemaOrReference)))],
  [31, 'properties', messageField(inside(1, namedFields(schemaOrReference)))],
  [32, 'additionalProperties', messageField(inside(1, messageField(schemaOrReference)))],
  [33, 'default', messageField(defaultMessage)],
  [34, 'description', textField],
  [35, 'format', textField],
];

const parameter = objectMessage(
  [
    [1, 'name', textField],
    [2, 'in', textField],
    [3, 'description', textField],
    [4, 'required', flagField],
    [10, 'schema', messageField(schemaOrReference)],
  ],
  14,
);

const mediaType = objectMessage([[1, 'schema', messageField(schemaOrReference)]], 5);

const response = objectMessage(
  [
    [1, 'description', textField],
    [3, 'content', messageField(inside(1, namedFields(mediaType)))],
  ],
  5,
);

const operation = objectMessage(
  [
    [1, 'tags', textsField],
    [3, 'description', textField],
    [5, 'operationId', textField],
    [8, 'responses', messageField(inside(2, namedFields(inside(1, messageField(response)))))],
  ],
  13,
);

const pathItem = objectMessage(
  [
    [4, 'get', messageField(operation)],
    [13, 'parameters', messagesField(inside(1, messageField(parameter)))],
  ],
  14,
);

const info = objectMessage(
  [
    [1, 'title', textField],
    [6, 'version', textField],
  ],
  7,
);

const components = objectMessage([[1, 'schemas', messageField(inside(1, namedFields(schemaOrReference)))]], 10);

const documentMessage = objectMessage(
  [
    [1, 'openapi', textField],
    [2, 'info', messageField(info)],
    [4, 'paths', messageField(inside(1, namedFields(pathItem)))],
    [5, 'components', messageField(components)],
  ],
  9,
);
