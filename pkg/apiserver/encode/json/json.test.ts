import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ObjectMeta } from '../../resource.ts';
import { indentedJson, jsonTime, metadataJson, textOf } from './json.ts';
import { jsonString, jsonValue } from './json-string.ts';

test('strings are escaped as Go escapes them', () => {
  assert.equal(
    jsonString('<a href="x">&\u2028\u2029é水\n\\'),
    '"\\u003ca href=\\"x\\"\\u003e\\u0026\\u2028\\u2029é水\\n\\\\"',
  );
});

test('times are whole seconds of UTC, and null when there is none', () => {
  assert.equal(jsonTime(Date.UTC(2026, 10, 21, 4, 4, 1, 999)), '"2026-11-21T04:04:01Z"');
  assert.equal(jsonTime(0), 'null');
});

test('metadata leaves out what is empty and sorts labels', () => {
  assert.equal(printed({ name: 'n', labels: {}, creationTimestamp: 0 }), '{"name":"n"}');
  assert.equal(
    printed({ name: 'p', namespace: 'ns', labels: { b: '2', 'a/x': '1', B: '3' }, creationTimestamp: 1000 }),
    '{"name":"p","namespace":"ns","creationTimestamp":"1970-01-01T00:00:01Z","labels":{"B":"3","a/x":"1","b":"2"}}',
  );
});

test('every character of a string comes out as the general way prints it', () => {
  for (let code = 0; code < 0x300; code++) {
    const text = `a${String.fromCharCode(code)}b`;
    assert.equal(jsonString(text), jsonValue(text), `character ${code}`);
  }
});

test('labels are those of each object, whether objects share them or not', () => {
  const [one, other] = [{ app: 'a' }, { app: 'b' }];
  const all = [one, one, other, one].map((labels) => printed({ name: 'n', labels, creationTimestamp: 0 }));
  assert.deepEqual(
    all.map((text) => JSON.parse(text).labels.app),
    ['a', 'a', 'b', 'a'],
  );
});

test('the layout for people equals the built-in one, wherever the pieces are cut', () => {
  const seed = Date.now() % 100_000;
  const random = dice(seed);
  for (let round = 0; round < 500; round++) {
    const value = randomValue(random, 0);
    const tokens = JSON.stringify(value).match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^"{}[\],:]+/g) ?? [];
    const pieces = Array.from({ length: 5 }, (_, index) =>
      tokens.slice((index * tokens.length) / 5, ((index + 1) * tokens.length) / 5).join(''),
    );
    const laidOut = [...indentedJson([...pieces, '\n'])].join('');
    assert.equal(laidOut, JSON.stringify(value, undefined, 2), `seed ${seed}, round ${round}`);
  }
});

test('escapes survive the layout for people', () => {
  assert.equal([...indentedJson([jsonValue({ a: '<:{"' })])].join(''), '{\n  "a": "\\u003c:{\\""\n}');
});

test('a text of megabytes is laid out', () => {
  const text = jsonValue(['\\"'.repeat(500_000)]);
  assert.equal([...indentedJson([text])].join('').length, text.length + 4);
});

const printed = (metadata: ObjectMeta): string => textOf((out) => metadataJson(metadata, out));

function randomValue(random: () => number, depth: number): unknown {
  const choice = Math.floor(random() * (depth < 4 ? 6 : 4));
  if (choice === 0) return ['', 'a b', '{[,:"\\', 'é\n'][Math.floor(random() * 4)];
  if (choice === 1) return Math.round(random() * 1e6) / 1000;
  if (choice === 2) return random() < 0.5;
  if (choice === 3) return null;
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
