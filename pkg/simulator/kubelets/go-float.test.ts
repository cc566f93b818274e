import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadRecording } from '../replay/recording.ts';
import { recordingFolder } from '../replay/recording-folder.ts';
import { dice } from '../shape/dice.ts';
import { goFloat } from './go-float.ts';

test('numbers are printed as Go prints them', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0'],
    [-0, '-0'],
    [1, '1'],
    [548_864, '548864'],
    [999_999.5, '999999.5'],
    [1_000_000, '1e+06'],
    [1_028_096, '1.028096e+06'],
    [42_917_888, '4.2917888e+07'],
    [1_795_231_446.022_610_2, '1.7952314460226102e+09'],
    [2806.229_037_722, '2806.229037722'],
    [0.0001, '0.0001'],
    [0.000_045, '4.5e-05'],
    [1e100, '1e+100'],
    [-12.5, '-12.5'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
  ];
  for (const [value, text] of cases) assert.equal(goFloat(value), text);
});

test('every number a real kubelet printed is printed the same', async () => {
  const recording = await loadRecording(recordingFolder());
  const values = recording.flatMap(({ families = [] }) => families.flatMap(({ lines }) => lines));
  for (const { value } of values) assert.equal(goFloat(Number(value)), value);
  assert.ok(values.length > 1000);
});

test('what is printed reads back as the same number', () => {
  for (let seed = 1; seed <= 2000; seed++) {
    const random = dice(`go-float/${seed}`);
    const value = (random() - 0.5) * 10 ** Math.floor(random() * 40 - 20);
    assert.equal(Number(goFloat(value)), value, `seed ${seed}`);
  }
});

test('large numbers are printed as with the exponent that JavaScript itself would write', () => {
  for (let seed = 1; seed <= 2000; seed++) {
    const random = dice(`go-float/large/${seed}`);
    const large = 10 ** (6 + 15 * random());
    for (const value of [large, -large, Math.round(large), 10 ** Math.round(Math.log10(large))]) {
      const expected = value.toExponential().replace(/e\+(\d)$/, 'e+0$1');
      assert.equal(goFloat(value), expected, `seed ${seed}`);
    }
  }
});
