import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseContainerLabels } from './label-set.ts';
import { dice, pick } from './testing/accidents.ts';

test('escapes are undone one after the other, and what is none stays as it is written', () => {
  for (let seed = 1; seed <= 5_000; seed++) {
    const throwDice = dice(seed);
    const parts = Array.from({ length: 1 + throwDice(9) }, () =>
      pick(['\\\\', '\\"', '\\n', '\\x', '\\é', 'n', '7', '}', ',', '\\\\\\\\'], throwDice),
    );
    const meant = parts.map((part) => meanings[part] ?? part).join('');
    const text = `pod="${parts.join('')}",container="c",namespace="n"}`;
    assert.equal(parseContainerLabels(text, 0, text.length)?.pod, meant, `seed ${seed}: ${text}`);
  }
});

const meanings: Readonly<Record<string, string>> = {
  '\\\\': '\\',
  '\\"': '"',
  '\\n': '\n',
  '\\\\\\\\': '\\\\',
};
