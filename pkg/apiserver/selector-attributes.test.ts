import assert from 'node:assert/strict';
import { test } from 'node:test';
import { madeRequest } from './made-request.ts';
import { requestInfo } from './request-info.ts';

const root = '/apis/metrics.k8s.io/v1beta1';

const selections: readonly (readonly [promise: string, query: string, selection: object])[] = [
  ['nothing is nothing', '', {}],
  ['one label', 'labelSelector=app%3Dweb', { labelSelector: [{ key: 'app', operator: 'In', values: ['web'] }] }],
  [
    'every operator that reviews have words for, and none that they have not',
    `labelSelector=${encodeURIComponent('a in (x,y),b notin (z),c,!d,e!=f,g>1')}`,
    {
      labelSelector: [
        { key: 'a', operator: 'In', values: ['x', 'y'] },
        { key: 'b', operator: 'NotIn', values: ['z'] },
        { key: 'c', operator: 'Exists' },
        { key: 'd', operator: 'DoesNotExist' },
        { key: 'e', operator: 'NotIn', values: ['f'] },
      ],
    },
  ],
  [
    'fields, and the name they pin down',
    'fieldSelector=metadata.name%3Dp,metadata.namespace!%3Dn',
    {
      name: 'p',
      fieldSelector: [
        { key: 'metadata.name', operator: 'In', values: ['p'] },
        { key: 'metadata.namespace', operator: 'NotIn', values: ['n'] },
      ],
    },
  ],
  [
    'fields nobody serves: authorization comes first',
    'fieldSelector=spec.nodeName%3Dn',
    { fieldSelector: [{ key: 'spec.nodeName', operator: 'In', values: ['n'] }] },
  ],
  ['what cannot be read is left out', 'labelSelector=!!&fieldSelector=x', {}],
  ['what is very long is left out', `labelSelector=${'a,'.repeat(5000)}a`, {}],
];

for (const [promise, query, selection] of selections) {
  test(`reviewers are told what a list is narrowed to: ${promise}`, () => {
    const info = requestInfo(madeRequest(`${root}/pods?${query}`));
    const pods = { kind: 'resource', verb: 'list', group: 'metrics.k8s.io', version: 'v1beta1', resource: 'pods' };
    assert.deepEqual(info.kind === 'info' && info.attributes, { ...pods, ...selection });
  });
}

test('one object is not narrowed, and a verb in the path selects nothing', () => {
  for (const target of [`${root}/nodes/n?labelSelector=a`, `${root}/watch/nodes?labelSelector=a`]) {
    const info = requestInfo(madeRequest(target));
    assert.equal(info.kind === 'info' && 'labelSelector' in info.attributes, false, target);
  }
});
