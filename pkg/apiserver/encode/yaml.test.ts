import assert from 'node:assert/strict';
import { test } from 'node:test';
import { load } from 'js-yaml';
import { yamlOf } from './yaml.ts';

const printed: readonly (readonly [value: unknown, yaml: string])[] = [
  [{ b: 'x', a: 1, c: { e: true, d: null } }, 'a: 1\nb: x\nc:\n  d: null\n  e: true\n'],
  [{ items: [] }, 'items: []\n'],
  [{ metadata: {} }, 'metadata: {}\n'],
  [{ items: [{ b: 1, a: ['x', 'y'] }] }, 'items:\n- a:\n  - x\n  - "y"\n  b: 1\n'],
  [{ cpu: '1374961693n', memory: '0', window: '20.658s' }, 'cpu: 1374961693n\nmemory: "0"\nwindow: 20.658s\n'],
  [{ timestamp: '2026-11-21T04:03:43Z' }, 'timestamp: "2026-11-21T04:03:43Z"\n'],
  [{ labels: { app: 'yes', hash: '1e3', empty: '' } }, 'labels:\n  app: "yes"\n  empty: ""\n  hash: "1e3"\n'],
  [{ message: 'node "nosuch" not found' }, 'message: node "nosuch" not found\n'],
  [{ message: 'x is forbidden: it is' }, "message: 'x is forbidden: it is'\n"],
  [{ message: '406: Not Acceptable\n\nAvailable: a' }, 'message: |-\n  406: Not Acceptable\n\n  Available: a\n'],
];

for (const [value, yaml] of printed) {
  test(`${JSON.stringify(value)} is printed as Kubernetes prints it`, () => assert.equal(yamlOf(value), yaml));
}

test('keys with digits are in the order of their numbers', () => {
  assert.equal(yamlOf({ a10: 1, a9: 2, 'a.b': 3, ab: 4 }), 'a.b: 3\na9: 2\na10: 1\nab: 4\n');
});

test('whatever is printed is read back by another implementation', () => {
  const seed = Date.now() % 100_000;
  const random = dice(seed);
  for (let round = 0; round < 2000; round++) {
    const value = { [randomText(random) || 'key']: randomValue(random, 0) };
    assert.deepEqual(load(yamlOf(value)), value, `seed ${seed}, round ${round}: ${yamlOf(value)}`);
  }
});

const alphabet = [...'ab09-_.:/ #\'"{}[],&*!|>%@`~?<=+\n\t\\é水yn'];

function randomText(random: () => number): string {
  return Array.from({ length: Math.floor(random() * 8) }, () => alphabet[Math.floor(random() * alphabet.length)]).join(
    '',
  );
}

function randomValue(random: () => number, depth: number): unknown {
  const choice = Math.floor(random() * (depth < 3 ? 6 : 4));
  if (choice < 3) return randomText(random);
  if (choice === 3) return [null, true, 17, -2][Math.floor(random() * 4)];
  const children = Array.from({ length: Math.floor(random() * 4) }, () => randomValue(random, depth + 1));
  return choice === 4 ? children : Object.fromEntries(children.map((child, index) => [`k${index}`, child]));
}

function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
