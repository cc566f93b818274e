import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Form, formOf } from './negotiation.ts';

const cases: readonly [string | undefined, Form][] = [
  [undefined, 'object'],
  ['*/*', 'object'],
  ['application/json', 'object'],
  ['application/vnd.kubernetes.protobuf, */*', 'object'],
  [
    'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json',
    'table',
  ],
  ['application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1', 'metadata'],
  ['application/vnd.kubernetes.protobuf;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json', 'metadata'],
  ['application/json;q=0.5,application/json;as=Table;v=v1;g=meta.k8s.io', 'table'],
];

for (const [accept, form] of cases) {
  test(`${accept ?? 'no Accept header'} gets the form ${form}`, () => assert.equal(formOf(accept), form));
}
