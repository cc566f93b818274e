import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNumbers } from './number-text.ts';

test('a value is exactly what JavaScript itself reads, however it is written', () => {
  for (let seed = 1; seed <= 20_000; seed++) {
    const text = anyNumber(dice(seed));
    const { value } = parseNumbers(`x ${text}`, 1, text.length + 2);
    assert.ok(Object.is(value, Number(text)), `seed ${seed}: ${text} was read as ${value}`);
  }
});

test('values at the edges of what is read the quick way are exact too', () => {
  for (const text of [
    '0',
    '0.0',
    '000000000000001',
    '999999999999999',
    '9007199254740993',
    '0.000000000000001',
    '1e+22',
    '1e+23',
    '9.9999999999999e-22',
    '1e-23',
    '123456.123456789',
    '1.79523144602261e+09',
    '1.7952314460226102e+09',
    '5.',
    '.5',
  ]) {
    assert.equal(parseNumbers(text, 0, text.length).value, Number(text), text);
  }
});

test('what is no decimal number is no value', () => {
  for (const text of [
    '',
    '.',
    'e',
    'e+07',
    '1e',
    '1e+',
    '1e+7x',
    '1..2',
    '1.2.3',
    '--1',
    '0x10',
    '1e+0x',
    'NaN',
    '+Inf',
    '1_0',
  ]) {
    assert.ok(Number.isNaN(parseNumbers(text, 0, text.length).value), text);
  }
});

type Dice = (below: number) => number;

function anyNumber(throwDice: Dice): string {
  const digits = (count: number): string => Array.from({ length: count }, () => throwDice(10)).join('');
  const whole = digits(1 + throwDice(12));
  const fraction = throwDice(3) === 0 ? '' : `.${digits(1 + throwDice(10))}`;
  const exponent = throwDice(3) === 0 ? `e${throwDice(2) === 0 ? '+' : '-'}${digits(2)}` : '';
  return whole + fraction + exponent;
}

/** Small deterministic generator: a failing seed is a failing test you can keep. */
function dice(seed: number): Dice {
  let state = seed * 7919;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
