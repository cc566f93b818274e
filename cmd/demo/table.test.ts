import assert from 'node:assert/strict';
import { it } from 'node:test';
import { table } from './table.ts';

it('a table lines its columns up and leaves no blanks at the end of a line', () => {
  const text = table([
    ['NAME', 'CPU(cores)'],
    ['a-long-name', '5m'],
  ]);
  assert.equal(text, 'NAME          CPU(cores)\na-long-name   5m\n');
});
