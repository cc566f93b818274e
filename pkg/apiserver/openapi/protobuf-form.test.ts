import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from 'js-yaml';
import protobuf from 'protobufjs';
import { thingsV1 } from '../testing/things.ts';
import { openapi3Documents, swaggerDocument } from './documents.ts';
import { openapi3Protobuf } from './openapi3-protobuf.ts';
import { swaggerProtobuf } from './swagger-protobuf.ts';
import type { JsonObject } from './type-description.ts';

const subject = { groups: [thingsV1], title: 'Things', version: 'v1.2.3' };

test('OpenAPI v2 in protobuf says all that it says in JSON', () => {
  const document = swaggerDocument(subject);
  assert.deepEqual(decoded(swaggerMessages, swaggerProtobuf(document)), document);
});

test('OpenAPI v3 in protobuf says all that it says in JSON, document by document', () => {
  for (const [name, document] of openapi3Documents(subject)) {
    assert.deepEqual(decoded(openapi3Messages, openapi3Protobuf(document)), document, name);
  }
});

/**
 * What a protobuf library reads, put back into the form of JSON. Fields are those of the published messages by number; their
 * names here are those of the JSON members, or say what the field is for: the one thing a wrapper holds (`_one`), pairs of
 * names and values that are the members of an object (`_named`), or a value in YAML.
 */
function decoded(messages: string, bytes: Uint8Array): unknown {
  const type = protobuf.parse(messages, { keepCase: true }).root.lookupType('Document');
  return unwrapped(type.toObject(type.decode(bytes)));
}

function unwrapped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrapped);
  if (typeof value !== 'object' || value === null) return value;
  const members = value as JsonObject;
  if (typeof members._yaml === 'string') return load(members._yaml);
  const [wrapper] = Object.keys(members).filter((name) => name.startsWith('_one'));
  if (wrapper !== undefined) return unwrapped(members[wrapper]);
  if (Array.isArray(members._first)) return unwrapped(members._first[0]);
  const entries = Object.entries(members).flatMap(([name, member]) => {
    if (name === '_ref') return [['$ref', member]];
    if (name !== '_named' && name !== '_extensions') return [[name, unwrapped(member)]];
    return (member as unknown as readonly { name: string; value?: unknown }[]).map((pair) => [
      pair.name,
      unwrapped(pair.value ?? {}),
    ]);
  });
  return Object.fromEntries(entries);
}

const anyMessages = `
  syntax = "proto3";
  message Any { string _yaml = 2; }
  message NamedAny { string name = 1; Any value = 2; }
  message NamedPathItem { string name = 1; PathItem value = 2; }
`;

const swaggerMessages = `${anyMessages}
  message Document {
    string swagger = 1; Info info = 2; Paths paths = 8; Definitions definitions = 9; Parameters parameters = 10;
  }
  message Info { string title = 1; string version = 2; }
  message Paths { repeated NamedPathItem _named = 2; }
  message Definitions { repeated NamedSchema _named = 1; }
  message NamedSchema { string name = 1; Schema value = 2; }
  message Parameters { repeated NamedParameter _named = 1; }
  message NamedParameter { string name = 1; Parameter value = 2; }
  message PathItem { Operation get = 2; repeated ParametersItem parameters = 9; }
  message ParametersItem { oneof one { Parameter _one1 = 1; Reference _one2 = 2; } }
  message Reference { string _ref = 1; }
  message Parameter { NonBodyParameter _one = 2; }
  message NonBodyParameter { oneof one { Query _one3 = 3; Path _one4 = 4; } }
  message Query {
    bool required = 1; string in = 2; string description = 3; string name = 4; string type = 6; bool uniqueItems = 20;
  }
  message Path {
    bool required = 1; string in = 2; string description = 3; string name = 4; string type = 5; bool uniqueItems = 19;
  }
  message Operation {
    repeated string tags = 1; string description = 3; string operationId = 5; repeated string produces = 6;
    repeated string consumes = 7; Responses responses = 9; repeated string schemes = 10; repeated NamedAny _extensions = 13;
  }
  message Responses { repeated NamedResponse _named = 1; }
  message NamedResponse { string name = 1; ResponseValue value = 2; }
  message ResponseValue { Response _one = 1; }
  message Response { string description = 1; SchemaItem schema = 2; }
  message SchemaItem { Schema _one = 1; }
  message Schema {
    string _ref = 1; string format = 2; string description = 4; repeated string required = 19;
    AdditionalPropertiesItem additionalProperties = 21; TypeItem type = 22; ItemsItem items = 23;
    Properties properties = 25; repeated NamedAny _extensions = 31;
  }
  message AdditionalPropertiesItem { Schema _one = 1; }
  message TypeItem { repeated string _first = 1; }
  message ItemsItem { repeated Schema _first = 1; }
  message Properties { repeated NamedSchema _named = 1; }
`;

const openapi3Messages = `${anyMessages}
  message Document { string openapi = 1; Info info = 2; Paths paths = 4; Components components = 5; }
  message Info { string title = 1; string version = 6; }
  message Paths { repeated NamedPathItem _named = 1; }
  message Components { Schemas schemas = 1; }
  message Schemas { repeated NamedSchema _named = 1; }
  message NamedSchema { string name = 1; SchemaOrReference value = 2; }
  message SchemaOrReference { oneof one { Schema _one1 = 1; Reference _one2 = 2; } }
  message Reference { string _ref = 1; }
  message PathItem { Operation get = 4; repeated ParameterOrReference parameters = 13; }
  message ParameterOrReference { Parameter _one = 1; }
  message Parameter {
    string name = 1; string in = 2; string description = 3; bool required = 4; SchemaOrReference schema = 10;
  }
  message Operation {
    repeated string tags = 1; string description = 3; string operationId = 5; Responses responses = 8;
    repeated NamedAny _extensions = 13;
  }
  message Responses { repeated NamedResponse _named = 2; }
  message NamedResponse { string name = 1; ResponseOrReference value = 2; }
  message ResponseOrReference { Response _one = 1; }
  message Response { string description = 1; MediaTypes content = 3; }
  message MediaTypes { repeated NamedMediaType _named = 1; }
  message NamedMediaType { string name = 1; MediaType value = 2; }
  message MediaType { SchemaOrReference schema = 1; }
  message Schema {
    bool uniqueItems = 20; repeated string required = 23; string type = 25; repeated SchemaOrReference allOf = 26;
    repeated SchemaOrReference oneOf = 27; ItemsItem items = 30; Schemas properties = 31;
    AdditionalPropertiesItem additionalProperties = 32; DefaultType default = 33; string description = 34;
    string format = 35; repeated NamedAny _extensions = 36;
  }
  message AdditionalPropertiesItem { SchemaOrReference _one = 1; }
  message ItemsItem { repeated SchemaOrReference _first = 1; }
  message DefaultType { oneof one { bool _one2 = 2; string _one3 = 3; } }
`;
