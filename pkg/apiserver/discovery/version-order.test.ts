import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inVersionOrder } from './version-order.ts';

const ordered = [
  'v10',
  'v2',
  'v1',
  'v11beta2',
  'v10beta3',
  'v3beta1',
  'v12alpha1',
  'v11alpha2',
  'foo1',
  'foo10',
  'v01',
];

test('stable before beta before alpha, higher before lower, other names last', () => {
  assert.deepEqual(ordered.toReversed().sort(inVersionOrder), ordered);
});

test('the order is one: whatever comes first does so from both sides', () => {
  for (const a of ordered) {
    for (const b of ordered) {
      const expected = Math.sign(ordered.indexOf(a) - ordered.indexOf(b));
      assert.equal(Math.sign(inVersionOrder(a, b)), expected, `${a} and ${b}`);
    }
  }
});
