import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ContainerLayout } from '../model/batch.ts';
import { isSameLayout, RowOrder } from './row-order.ts';

describe('rows', () => {
  const order = new RowOrder(layoutOf('ns2/a/x', 'ns1/b/z', 'ns1/a/y', 'ns1/b/x', 'ns1/a/y', 'ns1/ab/x'));

  it('stand by namespace, pod and container, each container once', () => {
    const names = Array.from({ length: order.rows }, (_, row) => nameAt(order, row));
    assert.deepEqual(names, ['ns1/a/y', 'ns1/ab/x', 'ns1/b/x', 'ns1/b/z', 'ns2/a/x']);
  });

  it('know their slots, the first where a container is named twice', () => {
    assert.deepEqual(
      Array.from({ length: order.rows }, (_, row) => order.slot(row)),
      [2, 5, 3, 1, 0],
    );
  });

  it('of one pod are found together', () => {
    assert.deepEqual(order.find('ns1', 'b'), { first: 2, end: 4 });
    assert.deepEqual(order.find('ns2', 'a'), { first: 4, end: 5 });
    assert.equal([...order.pods()].length, 4);
  });

  it('of a pod that is not there are none', () => {
    for (const [namespace, pod] of [
      ['ns0', 'a'],
      ['ns1', 'aa'],
      ['ns2', 'b'],
      ['ns3', 'a'],
    ] as const) {
      const { first, end } = order.find(namespace, pod);
      assert.equal(first, end, `${namespace}/${pod}`);
    }
  });

  it('of nothing are none', () => {
    assert.equal(new RowOrder(layoutOf()).rows, 0);
    assert.deepEqual(new RowOrder(layoutOf()).find('ns', 'a'), { first: 0, end: 0 });
  });
});

describe('layouts', () => {
  it('are the same when they name the same containers in the same slots', () => {
    assert.ok(isSameLayout(layoutOf('ns/a/x', 'ns/b/y'), layoutOf('ns/a/x', 'ns/b/y')));
    for (const other of [
      ['ns/a/x'],
      ['ns/b/y', 'ns/a/x'],
      ['ns/a/x', 'ns/b/z'],
      ['ns/a/x', 'no/b/y'],
      ['ns/a/x', 'ns/c/y'],
    ]) {
      assert.ok(!isSameLayout(layoutOf('ns/a/x', 'ns/b/y'), layoutOf(...other)), other.join(' '));
    }
  });
});

function layoutOf(...names: readonly string[]): ContainerLayout {
  const part = (index: number): string[] => names.map((name) => name.split('/')[index] ?? '');
  return { namespaces: part(0), pods: part(1), containers: part(2) };
}

const nameAt = (order: RowOrder, row: number): string =>
  `${order.namespace(row)}/${order.pod(row)}/${order.container(row)}`;
