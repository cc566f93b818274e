import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ContainerUsage } from '../model/sample.ts';
import { as } from '../model/units.ts';
import { PodShelf } from './pod-shelf.ts';
import type { PodMetrics } from './pods.ts';

test('pods come back as they were, whatever containers and swap they have, over many pages', () => {
  for (let seed = 1; seed <= 5; seed++) {
    const random = dice(seed);
    const pods = Array.from({ length: 3_000 }, (_, at) => podOf(at, random));
    const shelf = new PodShelf();
    for (const pod of pods) shelf.put(pod);
    assert.deepEqual(allOf(shelf), pods, `seed ${seed}`);
  }
});

test('a pod of more containers than a page holds comes back too', () => {
  const shelf = new PodShelf();
  const pods = [1, 9_000, 0, 2].map((count, at) => podOf(at, () => 0, count));
  for (const pod of pods) shelf.put(pod);
  assert.deepEqual(allOf(shelf), pods);
});

test('what was taken is let go of', () => {
  const shelf = new PodShelf();
  shelf.put(podOf(0, () => 0));
  assert.equal([...shelf.taken()].length, 1);
  assert.deepEqual([...shelf.taken()], []);
});

/** Each as it is when it is drawn: the next one is given in the same object. */
const allOf = (shelf: PodShelf): readonly PodMetrics[] => [
  ...Iterator.from(shelf.taken()).map((pod) => structuredClone(pod)),
];

/** The usage of each container has the time and window of the pod, which is all that travels. */
function podOf(at: number, random: (below: number) => number, count = random(4)): PodMetrics {
  const record = { namespace: `ns-${random(3)}`, name: `pod-${at}`, labels: {} };
  const measured = {
    sampledAt: as<PodMetrics['usage']['sampledAt']>(1e12 + random(1e6)),
    windowNs: 15e9 + random(1e9),
  };
  const containers = Array.from({ length: count }, (_, container): ContainerUsage => {
    const usage = { ...measured, cpu: random(2 ** 30) * 1e3, memory: random(2 ** 30) * 4096 };
    return { name: `c-${container}`, usage: random(3) === 0 ? { ...usage, swap: random(2 ** 30) } : usage };
  });
  const { namespace, name } = record;
  return { record, usage: { namespace, name, ...measured, containers }, answeredAt: 2e12 };
}

/** Small deterministic generator: a failing seed is a failing test you can keep. */
function dice(seed: number): (below: number) => number {
  let state = Math.imul(seed, 2_654_435_761) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
