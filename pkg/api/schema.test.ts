import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openapi3Documents, swaggerDocument } from '../apiserver/openapi/documents.ts';
import type { Json, JsonObject, TypeDescription } from '../apiserver/openapi/type-description.ts';
import type { ApiGroupVersion, Resource } from '../apiserver/resource.ts';
import { metricsTypes } from './schema.ts';

// What a running metrics-server 0.9.0 (Kubernetes 1.36) answers to /openapi/v3/apis/metrics.k8s.io/v1beta1 and to
// /openapi/v2, without descriptions; the hashes in the names of parameters are replaced, since they hash descriptions.
const reference = JSON.parse(
  readFileSync(join(import.meta.dirname, 'testdata', 'openapi-structure.json'), 'utf8'),
) as Readonly<Record<'openapi3' | 'swagger', JsonObject>>;

const v1beta1 = 'apis/metrics.k8s.io/v1beta1';

test('OpenAPI v3 has the structure of the reference: paths, operations, parameters, answers, types, extensions', () => {
  const ours = openapi3Documents(subject('v1beta1')).get(v1beta1);
  assert.deepEqual(structure(ours), structure(reference.openapi3));
});

test('OpenAPI v2 has the structure of the reference', () => {
  const ours = JSON.stringify(structure(swaggerDocument(subject('v1beta1')))).replace(/-[\w-]{8}(?=")/g, '-hash');
  assert.deepEqual(JSON.parse(ours), structure(reference.swagger));
});

test('there is a document for the root, the group, each version and the server’s own version', () => {
  assert.deepEqual(
    [...openapi3Documents(subject('v1beta1', 'v1')).keys()],
    ['apis', 'apis/metrics.k8s.io', 'apis/metrics.k8s.io/v1', v1beta1, 'version'],
  );
});

test('versions of the group are described apart and alike', () => {
  const documents = openapi3Documents(subject('v1beta1', 'v1'));
  const renamed = JSON.stringify(documents.get(v1beta1)).replaceAll('v1beta1', 'v1').replaceAll('V1beta1', 'V1');
  assert.deepEqual(JSON.parse(renamed), documents.get('apis/metrics.k8s.io/v1'));
});

test('every type, every field, every operation and every parameter is described in words', () => {
  const documents = [swaggerDocument(subject('v1beta1')), ...openapi3Documents(subject('v1beta1')).values()];
  for (const place of documents.flatMap((document) => placesToDescribe(document, ''))) {
    assert.match(String(place.description), /^[A-Z`].*\.$/s, place.path);
  }
});

test('nothing is referred to that is not there', () => {
  for (const document of [swaggerDocument(subject('v1', 'v1beta1')), ...openapi3Documents(subject('v1')).values()]) {
    for (const [, path = ''] of JSON.stringify(document).matchAll(/"\$ref":"#([^"]+)"/g)) {
      const found = path
        .slice(1)
        .split('/')
        .reduce((place: Json | undefined, name) => (place as JsonObject | undefined)?.[name], document);
      assert.notEqual(found, undefined, path);
      assert.notEqual((found as JsonObject).description, '', path);
    }
  }
});

function subject(...versions: readonly string[]) {
  const groups = versions.map((version) => group(version, metricsTypes(version)));
  return { groups, title: 'Kubernetes metrics-server', version: 'v1.36.3' };
}

/** All that OpenAPI reads of a group. */
const group = (version: string, types: readonly TypeDescription[]): ApiGroupVersion => ({
  group: 'metrics.k8s.io',
  version,
  types,
  resources: [
    { name: 'nodes', kind: 'NodeMetrics', namespaced: false },
    { name: 'pods', kind: 'PodMetrics', namespaced: true },
  ] as unknown as readonly Resource<unknown>[],
});

/** Without descriptions. A field that is only a reference is one however it is written: ours all stand beside a description. */
function structure(value: Json | undefined, isMap = false): Json | undefined {
  if (Array.isArray(value)) return value.map((item) => structure(item) ?? '');
  if (typeof value !== 'object') return value;
  const members = Object.entries(value as JsonObject).filter(
    ([name, member]) => isMap || name !== 'description' || typeof member !== 'string',
  );
  const only = members.length === 1 ? members[0] : undefined;
  if (only?.[0] === 'allOf' && Array.isArray(only[1])) return structure(only[1][0]);
  return Object.fromEntries(members.map(([name, member]) => [name, structure(member, !isMap && maps.includes(name))]));
}

/** Members whose own members are names. */
const maps: readonly string[] = ['properties', 'schemas', 'definitions', 'paths', 'parameters'];

function placesToDescribe(value: Json | undefined, path: string): { description: unknown; path: string }[] {
  if (typeof value !== 'object') return [];
  const inner = Object.entries(value).flatMap(([name, member]) => placesToDescribe(member, `${path}/${name}`));
  const isPlace = /\/(properties|schemas|definitions|parameters)\/[^/]+$|\/get$/.test(path) && !('$ref' in value);
  return isPlace ? [{ description: (value as JsonObject).description, path }, ...inner] : inner;
}
