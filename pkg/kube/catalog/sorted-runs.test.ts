import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SortedRuns } from './sorted-runs.ts';

interface Thing {
  readonly name: string;
  readonly turn: number;
}

/** Many runs of things. */
const many = 5_000;

test('things put in order, backwards or by chance are in the order of their names', () => {
  const names = Array.from({ length: many }, (_, at) => nameOf(at));
  const random = dice(1);
  for (const order of [names, names.toReversed(), names.toSorted(() => random(3) - 1)]) {
    const things = new SortedRuns<Thing>();
    for (const name of order) things.put({ name, turn: 0 });
    assert.deepEqual(namesOf(things), names);
  }
});

test('whatever comes, changes and goes, the order is that of sorting everything', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const random = dice(seed);
    const both = { things: new SortedRuns<Thing>(), expected: new Map<string, Thing>() };
    for (let turn = 0; turn < 12; turn++) {
      // From growing to shrinking to nothing, over and over.
      change(both, { random, turn, removals: (turn % 4) * 3 });
      const sorted = [...both.expected.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
      assert.deepEqual([...both.things.now()], sorted, `seed ${seed}, turn ${turn}`);
    }
  }
});

test('an order that was handed out stays as it was, also for those who walk it twice', () => {
  for (let seed = 1; seed <= 10; seed++) {
    const random = dice(seed);
    const both = { things: new SortedRuns<Thing>(), expected: new Map<string, Thing>() };
    const handedOut: { readonly order: Iterable<Thing>; readonly first: readonly Thing[] }[] = [];
    for (let turn = 0; turn < 8; turn++) {
      change(both, { random, turn, removals: (turn % 3) * 4 });
      const order = both.things.now();
      handedOut.push({ order, first: [...order] });
    }
    for (const { order, first } of handedOut) assert.deepEqual([...order], first, `seed ${seed}`);
  }
});

test('an order is made anew only where something changed', () => {
  const things = new SortedRuns<Thing>();
  things.put({ name: 'a', turn: 0 });
  const order = things.now();
  things.remove('b');
  assert.equal(things.now(), order);
  things.put({ name: 'a', turn: 1 });
  assert.deepEqual([...things.now()], [{ name: 'a', turn: 1 }]);
});

test('things that all went leave nothing, and others may come', () => {
  const things = new SortedRuns<Thing>();
  for (let at = 0; at < many; at++) things.put({ name: nameOf(at), turn: 0 });
  for (let at = 0; at < many; at++) things.remove(nameOf((at * 7) % many));
  assert.deepEqual(namesOf(things), []);
  things.put({ name: 'z', turn: 0 });
  things.put({ name: 'a', turn: 0 });
  assert.deepEqual(namesOf(things), ['a', 'z']);
});

interface Both {
  readonly things: SortedRuns<Thing>;
  readonly expected: Map<string, Thing>;
}

interface Change {
  readonly random: (below: number) => number;
  readonly turn: number;
  /** Of ten changes. */
  readonly removals: number;
}

/** A few changes or thousands, to both alike. */
function change({ things, expected }: Both, { random, turn, removals }: Change): void {
  for (let left = random(2) === 0 ? random(10) : random(3 * many); left > 0; left--) {
    const name = nameOf(random(many));
    if (random(10) < removals) {
      things.remove(name);
      expected.delete(name);
    } else {
      const thing = { name, turn };
      things.put(thing);
      expected.set(name, thing);
    }
  }
}

const nameOf = (at: number): string => `thing-${String(at).padStart(6, '0')}`;

const namesOf = (things: SortedRuns<Thing>): string[] => Array.from(things.now(), ({ name }) => name);

/** Small deterministic generator: a failing seed is a failing test you can keep. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
