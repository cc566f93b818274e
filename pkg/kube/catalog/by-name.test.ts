import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ByName } from './by-name.ts';

interface Thing {
  readonly name: string;
  readonly turn: number;
}

test('things are found by name and listed by name', () => {
  const things = new ByName<Thing>();
  for (const name of ['b', 'a-b', 'a', 'B']) things.put({ name, turn: 0 });
  assert.deepEqual(namesOf(things), ['B', 'a', 'a-b', 'b']);
  assert.equal(things.get('a')?.name, 'a');
  assert.equal(things.remove('a')?.name, 'a');
  assert.equal(things.remove('a'), undefined);
  assert.equal(things.size, 3);
});

test('an order that was handed out stays as it was', () => {
  const things = new ByName<Thing>();
  for (const name of ['a', 'b', 'c']) things.put({ name, turn: 0 });
  const before = things.sorted();
  things.remove('b');
  things.put({ name: 'bb', turn: 1 });
  assert.deepEqual(namesOf(things), ['a', 'bb', 'c']);
  assert.deepEqual(
    Array.from(before, ({ name }) => name),
    ['a', 'b', 'c'],
  );
});

test('nothing is made anew where nothing changed', () => {
  const things = new ByName<Thing>();
  things.put({ name: 'a', turn: 0 });
  assert.equal(things.sorted(), things.sorted());
});

test('whatever comes and goes, the order is that of sorting everything', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = dice(seed);
    const things = new ByName<Thing>();
    const expected = new Map<string, Thing>();
    for (let turn = 0; turn < 20; turn++) {
      change({ things, expected, random, turn });
      const sorted = [...expected.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
      assert.deepEqual([...things.sorted()], sorted, `seed ${seed}, turn ${turn}`);
    }
  }
});

/** A few changes mostly, many now and then, to both alike. */
function change({ things, expected, random, turn }: Changing): void {
  for (let left = random(3) === 0 ? random(200) : random(8); left > 0; left--) {
    const thing = { name: `n-${random(150)}`, turn };
    if (random(3) === 0) {
      assert.equal(things.remove(thing.name) !== undefined, expected.delete(thing.name));
    } else {
      things.put(thing);
      expected.set(thing.name, thing);
    }
  }
}

interface Changing {
  readonly things: ByName<Thing>;
  readonly expected: Map<string, Thing>;
  readonly random: (below: number) => number;
  readonly turn: number;
}

const namesOf = (things: ByName<Thing>): string[] => Array.from(things.sorted(), ({ name }) => name);

function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
