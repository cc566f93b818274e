import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { floatText } from './float-text.ts';

describe('floats are printed as Go prints them', () => {
  const rows: readonly (readonly [number, string])[] = [
    [0, '0'],
    [-0, '0'],
    [1, '1'],
    [-1, '-1'],
    [0.005, '0.005'],
    [0.0001, '0.0001'],
    [0.00001, '1e-05'],
    [9.999999999999999e-6, '9.999999999999999e-06'],
    [1.8604960000000004, '1.8604960000000004'],
    [100_000, '100000'],
    [999_999.5, '999999.5'],
    [1_000_000, '1e+06'],
    [1_048_576, '1.048576e+06'],
    [2_592_000, '2.592e+06'],
    [1.79523363164e9, '1.79523363164e+09'],
    [2 ** 64, '1.8446744073709552e+19'],
    [1e100, '1e+100'],
    [5e-324, '5e-324'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
    [Number.NaN, 'NaN'],
  ];
  for (const [value, text] of rows) {
    it(`${value} is ${text}`, () => {
      assert.equal(floatText(value), text);
      assert.ok(Object.is(Number(text.replace('Inf', 'Infinity')), value === 0 ? 0 : value), 'nothing is lost');
    });
  }
});
