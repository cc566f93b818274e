import { ProtobufWriter } from '../encode/protobuf/protobuf-writer.ts';
import {
  extensionFields,
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

/** An OpenAPI v2 document in protobuf: message `openapi.v2.Document`, of which our documents use what is here. */
export function swaggerProtobuf(document: JsonObject): Uint8Array {
  const out = new ProtobufWriter(65_536);
  documentMessage(document, out);
  return out.finish();
}

/** By a function, since schemas are made of schemas. */
const schema: MessageWriter = (value, out) => objectMessage(schemaLayout, 31)(value, out);

const schemaLayout: Layout = [
  [1, '$ref', textField],
  [2, 'format', textField],
  [4, 'description', textField],
  [19, 'required', textsField],
  [21, 'additionalProperties', messageField(inside(1, messageField(schema)))],
  [22, 'type', messageField(inside(1, textsField))],
  [23, 'items', messageField(inside(1, messagesField(schema)))],
  [25, 'properties', messageField(inside(1, namedFields(schema)))],
];

const referenceMessage = objectMessage(
  [
    [1, '$ref', textField],
    [2, 'description', textField],
  ],
  3,
);

const headOfParameter: Layout = [
  [1, 'required', flagField],
  [2, 'in', textField],
  [3, 'description', textField],
  [4, 'name', textField],
];

const queryParameter = objectMessage([...headOfParameter, [6, 'type', textField], [20, 'uniqueItems', flagField]], 23);

const pathParameter = objectMessage([...headOfParameter, [5, 'type', textField], [19, 'uniqueItems', flagField]], 22);

/** Told apart by where the parameter is; ours are never in headers, forms or bodies. */
const parameter: MessageWriter = (value, out) => {
  const isInPath = Object(value).in === 'path';
  const one = isInPath ? inside(4, messageField(pathParameter)) : inside(3, messageField(queryParameter));
  out.message(2, (nonBody) => one(value, nonBody));
};

const parameterOrReference: MessageWriter = (value, out) =>
  isReference(value)
    ? inside(2, messageField(referenceMessage))(value, out)
    : inside(1, messageField(parameter))(value, out);

const response = objectMessage(
  [
    [1, 'description', textField],
    [2, 'schema', messageField(inside(1, messageField(schema)))],
  ],
  5,
);

const operation = objectMessage(
  [
    [1, 'tags', textsField],
    [3, 'description', textField],
    [5, 'operationId', textField],
    [6, 'produces', textsField],
    [7, 'consumes', textsField],
    [9, 'responses', messageField(inside(1, namedFields(inside(1, messageField(response)))))],
    [10, 'schemes', textsField],
  ],
  13,
);

const pathItem = objectMessage(
  [
    [2, 'get', messageField(operation)],
    [9, 'parameters', messagesField(parameterOrReference)],
  ],
  10,
);

const info = objectMessage(
  [
    [1, 'title', textField],
    [2, 'version', textField],
  ],
  7,
);

/** The only message whose extensions come first. */
const paths: MessageWriter = (value, out) => {
  extensionFields(1, value, out);
  namedFields(pathItem, (name) => name.startsWith('/'))(2, value, out);
};

const documentMessage = objectMessage(
  [
    [1, 'swagger', textField],
    [2, 'info', messageField(info)],
    [8, 'paths', messageField(paths)],
    [9, 'definitions', messageField(inside(1, namedFields(schema)))],
    [10, 'parameters', messageField(inside(1, namedFields(parameter)))],
  ],
  16,
);
