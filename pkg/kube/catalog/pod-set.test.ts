import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Labels, PodRecord } from '../../model/cluster.ts';
import { PodSet } from './pod-set.ts';

describe('a set of pods', () => {
  it('holds the name of a namespace, and equal labels, once', () => {
    const pods = new PodSet();
    pods.put(pod('a', 'x', { app: 'web' }));
    pods.put(pod('a', 'y', { app: 'web' }));
    assert.equal(pods.get('a', 'x')?.labels, pods.get('a', 'y')?.labels);
    assert.equal(pods.labelSets, 1);
  });

  it('keeps the record of a pod that is told again as it was', () => {
    const pods = new PodSet();
    pods.put(pod('a', 'x', { app: 'web' }));
    const record = pods.get('a', 'x');
    pods.put(pod('a', 'x', { app: 'web' }));
    assert.equal(pods.get('a', 'x'), record);
    assert.equal(pods.size, 1);
  });

  it('holds a pod by the record of another set where that says the same', () => {
    const before = new PodSet();
    before.put(pod('a', 'same', { app: 'web' }));
    before.put(pod('a', 'changed', { app: 'web' }));
    const after = new PodSet();
    for (const one of [pod('a', 'same', { app: 'web' }), pod('a', 'changed', { app: 'db' }), pod('a', 'new', {})])
      after.putLike(before.get(one.namespace, one.name), one);
    assert.equal(after.get('a', 'same'), before.get('a', 'same'));
    assert.deepEqual(after.get('a', 'changed'), pod('a', 'changed', { app: 'db' }));
    assert.equal(after.size, 3);
  });

  it('takes a pod that a list names twice for one', () => {
    const before = new PodSet();
    before.put(pod('a', 'x', { app: 'web' }));
    const after = new PodSet();
    after.put(pod('a', 'x', { app: 'db' }));
    after.putLike(before.get('a', 'x'), pod('a', 'x', { app: 'web' }));
    assert.deepEqual([...after.list()], [pod('a', 'x', { app: 'web' })]);
    assert.equal(after.size, 1);
    assert.equal(after.labelSets, 1);
  });

  it('holds what was put and not removed since, and no label set besides', () => {
    for (let seed = 1; seed <= 100; seed++) {
      const random = dice(seed);
      let pods = new PodSet();
      const expected = new Map<string, PodRecord>();
      for (let turn = 0; turn < 60; turn++) {
        const one = pod(`ns-${random(3)}`, `pod-${random(8)}`, { set: String(random(4)) });
        if (random(3) === 0) {
          pods.remove(one);
          expected.delete(keyOf(one));
        } else {
          pods.put(one);
          expected.set(keyOf(one), one);
        }
        if (random(20) === 0) pods = listedAgain(pods, [...expected.values()]);
      }
      const sorted = [...expected.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
      assert.deepEqual([...pods.list()], sorted, `seed ${seed}`);
      assert.equal(pods.size, expected.size);
      assert.equal(pods.labelSets, new Set(sorted.map(({ labels }) => labels['set'])).size, `seed ${seed}`);
    }
  });
});

function listedAgain(before: PodSet, all: readonly PodRecord[]): PodSet {
  const after = new PodSet();
  for (const one of all) after.putLike(before.get(one.namespace, one.name), one);
  return after;
}

const pod = (namespace: string, name: string, labels: Labels): PodRecord => ({
  namespace,
  name,
  labels,
  place: undefined,
});

const keyOf = ({ namespace, name }: PodRecord): string => `${namespace}/${name}`;

/** Small deterministic generator: a failing seed is a failing test you can keep. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
