import assert from 'node:assert/strict';
import { describe, it, test } from 'node:test';
import type { Labels, PodRecord } from '../../model/cluster.ts';
import { type LabelSelector, parseLabelSelector } from '../../model/label-selector.ts';
import { PodNamespace } from './pod-namespace.ts';

/** Enough for an index to be worth it. */
const many = 2_000;

describe('the pods of a large namespace', () => {
  it('are found by a label, in the order of their names', () => {
    const namespace = filled();
    assert.deepEqual(found(namespace, 'app=app-7'), ['p-1007', 'p-1207', 'p-1407', 'p-1607', 'p-1807'].concat(lowest));
    assert.deepEqual(found(namespace, 'app=app-7,own=p-207'), ['p-207']);
    assert.deepEqual(found(namespace, 'app=nobody'), []);
  });

  it('are found while they come, change their labels and go', () => {
    const namespace = filled();
    assert.equal(found(namespace, 'app=app-7').length, 10);
    namespace.remove('p-207');
    namespace.put(pod('p-407', { app: 'other' }));
    namespace.put(pod('a-new-one', { app: 'app-7' }));
    const expected = ['a-new-one', 'p-1007', 'p-1207', 'p-1407', 'p-1607', 'p-1807', 'p-607', 'p-7', 'p-807'];
    assert.deepEqual(found(namespace, 'app=app-7'), expected);
    assert.deepEqual(found(namespace, 'app=other'), ['p-407']);
  });

  it('are not found by what every object inherits', () => {
    assert.deepEqual(found(filled(), 'constructor=x'), []);
  });

  it('are looked at seldom once a label is known', () => {
    const namespace = filled();
    const { selector, looks } = counting(selectorOf('app=app-7'));
    assert.equal([...namespace.sorted(selector)].length, 10);
    assert.ok(looks() <= 10, `${looks()} looks`);
  });

  it('are left to whoever asks where a selector says only what may not be', () => {
    const { selector, looks } = counting(selectorOf('app!=app-7'));
    assert.equal([...filled().sorted(selector)].length, many);
    assert.equal(looks(), 0);
  });
});

const lowest = ['p-207', 'p-407', 'p-607', 'p-7', 'p-807'];

const selectors = [
  'app=app-7',
  'app in (app-1,app-2,nobody)',
  'tier=front',
  'tier=front,app=app-4',
  'app!=app-3,tier',
  '!tier',
  'own=p-12',
  'tier=',
  'app notin (app-1)',
  'own=p-3,app=app-3',
];

test('whatever comes, goes and is selected, those that match are found, in order', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = dice(seed);
    const namespace = filled();
    const expected = new Map([...namespace.pods()].map((one) => [one.name, one]));
    for (let turn = 0; turn < 60; turn++) {
      change(namespace, expected, random);
      const text = selectors[random(selectors.length)] ?? '';
      const selector = selectorOf(text);
      const names = [...expected.values()].filter(({ labels }) => selector.matches(labels)).map(({ name }) => name);
      assert.deepEqual(found(namespace, text), names.sort(), `seed ${seed}, turn ${turn}, ${text}`);
    }
  }
});

/** Up to 30 changes, to both alike. */
function change(namespace: PodNamespace, expected: Map<string, PodRecord>, random: (below: number) => number): void {
  for (let left = random(30); left > 0; left--) {
    const one = pod(`p-${random(2_100)}`, labelsOf(random(2_100)));
    if (random(3) === 0) {
      assert.equal(namespace.remove(one.name) !== undefined, expected.delete(one.name));
    } else {
      namespace.put(one);
      expected.set(one.name, one);
    }
  }
}

/** What whoever asks would find among what is handed out. */
function found(namespace: PodNamespace, text: string): string[] {
  const selector = selectorOf(text);
  return Iterator.from(namespace.sorted(selector))
    .filter(({ labels }) => selector.matches(labels))
    .map(({ name }) => name)
    .toArray();
}

function filled(): PodNamespace {
  const namespace = new PodNamespace('a');
  for (let at = 0; at < many; at++) namespace.put(pod(`p-${at}`, labelsOf(at)));
  return namespace;
}

const labelsOf = (at: number): Labels => ({
  app: `app-${at % 200}`,
  own: `p-${at}`,
  ...(at % 2 === 0 && { tier: 'front' }),
});

const pod = (name: string, labels: Labels): PodRecord => ({ namespace: 'a', name, labels });

function selectorOf(text: string): LabelSelector {
  const parsed = parseLabelSelector(text);
  if (parsed.kind !== 'selector') throw new Error(parsed.message);
  return parsed.selector;
}

/** The same selector, and how often it was asked. */
function counting(selector: LabelSelector): { readonly selector: LabelSelector; readonly looks: () => number } {
  let looks = 0;
  const matches = (labels: Labels): boolean => {
    looks++;
    return selector.matches(labels);
  };
  return { selector: { ...selector, matches }, looks: () => looks };
}

function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
