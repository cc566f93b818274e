import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parseObjects } from './parse-objects.ts';

const recorded = JSON.stringify(
  JSON.parse(readFileSync(join(import.meta.dirname, '..', 'facts', 'testdata', 'v1.36-pods.json'), 'utf8')),
);

describe('objects of a kube-apiserver', () => {
  it('are read without managedFields, and with everything else', () => {
    const { items } = parseObjects(recorded) as { readonly items: readonly { readonly metadata: object }[] };
    assert.equal(items.length, 11);
    assert.ok(items.every(({ metadata }) => !('managedFields' in metadata)));
    assert.deepEqual(items, withoutManagedFields(recorded)['items']);
  });

  it('are read wherever managedFields stand', () => {
    const object = { metadata: { labels: { a: 'b' }, managedFields: [{ manager: 'm' }], name: 'x' }, status: [1] };
    assert.deepEqual(parseObjects(JSON.stringify(object)), { ...object, metadata: { labels: { a: 'b' }, name: 'x' } });
  });

  it('are read as they are where brackets hide the end of managedFields', () => {
    for (const hidden of ['a]b', ']', ']}', ['in', ['side']], { list: [] }]) {
      const text = JSON.stringify({ metadata: { name: 'x', managedFields: [hidden, 1], uid: 'y' } });
      assert.deepEqual(parseObjects(text), JSON.parse(text));
    }
  });

  it('are read as they are where managedFields are something else', () => {
    for (const text of [
      '{"labels":{"a":"b","managedFields":"[1]"}}',
      '{"labels":{"a":",\\"managedFields\\":[","b":"]"}}',
      '{"managedFields":[1],"name":"x"}',
      '{"name":"x", "managedFields": [1]}',
      '{"name":"x","managedFields":null}',
    ]) {
      assert.deepEqual(parseObjects(text), JSON.parse(text));
    }
  });

  it('are refused with the words of JSON.parse', () => {
    for (const text of ['', '{"a', '<html>', '{"a":1,"managedFields":[', '{"a":1,"managedFields":[]', '{"a":1]}']) {
      assert.equal(
        failureOf(() => parseObjects(text)),
        failureOf(() => void JSON.parse(text)),
        text,
      );
    }
  });

  it('are never read otherwise than by JSON.parse, however they are made or damaged', () => {
    let accepted = 0;
    for (let seed = 1; seed <= 4_000; seed++) {
      const random = dice(seed);
      const whole = JSON.stringify(anything(random, 4));
      const text = seed % 2 === 0 ? whole : damaged(whole, random);
      const expected = textOf(() => withoutManagedFields(text));
      if (expected === undefined) continue;
      accepted++;
      assert.equal(
        textOf(() => withoutManagedFields(JSON.stringify(parseObjects(text)))),
        expected,
        `seed ${seed}`,
      );
    }
    assert.ok(accepted > 2_400, `${accepted} of the texts were JSON`);
  });

  it('are read in time in proportion to their length, should no list of managedFields ever end', () => {
    const text = '{"a":1,"managedFields":['.repeat(100_000);
    assert.throws(() => parseObjects(text), SyntaxError);
  });
});

/** The plain way. */
function withoutManagedFields(text: string): Record<string, unknown> {
  const drop = (key: string, value: unknown): unknown => (key === 'managedFields' ? undefined : value);
  return JSON.parse(text, drop) as Record<string, unknown>;
}

function textOf(read: () => unknown): string | undefined {
  try {
    return JSON.stringify(read());
  } catch {
    return undefined;
  }
}

function failureOf(work: () => void): string {
  try {
    work();
    return 'none';
  } catch (cause) {
    return String(cause);
  }
}

const keys = ['metadata', 'managedFields', 'managedFields', 'name', 'labels', 'a"b', ',"managedFields":[', '__proto__'];
const leaves: readonly unknown[] = [
  null,
  true,
  0,
  -1.5e300,
  12345678901234567890,
  '',
  ']',
  '[',
  '"',
  ']},{"',
  '\\',
  'ü😀',
];

function anything(random: (below: number) => number, depth: number): unknown {
  const choice = depth === 0 ? 9 : random(10);
  if (choice < 6) {
    const names = Array.from({ length: random(6) }, () => keys[random(keys.length)] ?? '');
    return Object.fromEntries(names.map((name) => [name, anything(random, depth - 1)]));
  }
  if (choice < 8) return Array.from({ length: random(4) }, () => anything(random, depth - 1));
  return leaves[random(leaves.length)];
}

/** One character changed, dropped or doubled, or the end cut off. */
function damaged(text: string, random: (below: number) => number): string {
  const at = random(text.length + 1);
  const others = '"]}[{,:\\ 0';
  switch (random(4)) {
    case 0:
      return text.slice(0, at) + (others[random(others.length)] ?? '') + text.slice(at + 1);
    case 1:
      return text.slice(0, at) + text.slice(at + 1);
    case 2:
      return text.slice(0, at) + text.slice(Math.max(0, at - 1));
    default:
      return text.slice(0, at);
  }
}

/** Small deterministic generator: a failing seed is a failing test you can keep. */
function dice(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
