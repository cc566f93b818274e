import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QuickNumbers } from './quick-numbers.ts';
import { type Dice, dice, pick } from './testing/accidents.ts';

test('a value that is read the quick way is exactly what JavaScript itself reads', () => {
  let quick = 0;
  for (let seed = 1; seed <= 50_000; seed++) {
    const text = anyNumber(dice(seed));
    const value = valueOf(text);
    if (value === undefined) continue;
    quick++;
    assert.ok(Object.is(value, Number(text)), `seed ${seed}: ${text} was read as ${value}`);
  }
  assert.ok(quick > 30_000, `only ${quick} of them were read the quick way`);
});

test('so are start times of any length, halfway cases of doubles among them', () => {
  for (let seed = 1; seed <= 50_000; seed++) {
    const throwDice = dice(seed);
    const seconds = 1_000_000_000 + throwDice(1_000_000_000);
    // At this size doubles are 2^-22 apart: half of that, and what is next to it, is the hardest to round.
    const half = ((2 * throwDice(2 ** 22) + 1) / 2 ** 23).toFixed(17).slice(2);
    const fraction = pick([half.slice(0, 7), half.slice(0, 8), digitsOf(7, throwDice)], throwDice);
    const text = `${Math.floor(seconds / 1e9)}.${String(seconds).slice(1)}${fraction}e+09`;
    assert.equal(valueOf(text), Number(text), `seed ${seed}: ${text}`);
  }
});

test('what a kubelet writes is read the quick way', () => {
  for (const text of [
    ...['0', '475136', '4.2622976e+07', '0.153201699', '2838.194148334', '1.234567123456789e+06', '5e-05', '1e+22'],
    ...[
      '1.7952314460226102e+09',
      '1.795231445906695e+09',
      '12345678.123456789',
      '9999999.123456789',
      '999999999999999',
    ],
  ]) {
    assert.equal(valueOf(text), Number(text), text);
  }
});

test('everything else is left to those who take their time', () => {
  for (const text of [
    ...[
      '',
      '.',
      '-1',
      '+1',
      'NaN',
      '+Inf',
      '0x10',
      '1_0',
      'e+07',
      '1e',
      '1e+',
      '1e+7',
      '1e+007',
      '1E+07',
      '1e+0x',
      '1..2',
    ],
    ...['1e+23', '1e-30', '1.2345678901234567', '123456789012345678', '1234567890123456789', '1 x', '1;'],
  ]) {
    assert.equal(valueOf(text), undefined, text);
  }
});

test('a time has up to fifteen digits and ends its line', () => {
  const timeOf = (text: string): number | undefined => {
    const numbers = new QuickNumbers(Buffer.from(`${text}\n`));
    return numbers.readTime(0) === text.length + 1 ? numbers.time : undefined;
  };
  for (const text of ['5', '123456789', '1234567890', '1795231550103', '999999999999999']) {
    assert.equal(timeOf(text), Number(text), text);
  }
  for (const text of ['', '-5', '1.5', '5 ', '5\r', '1234567890123456']) assert.equal(timeOf(text), undefined, text);
});

/** Undefined where it is not read, or not to its end. */
function valueOf(text: string): number | undefined {
  const numbers = new QuickNumbers(Buffer.from(`${text}\n`));
  return numbers.readValue(0) === text.length ? numbers.value : undefined;
}

const digitsOf = (count: number, throwDice: Dice): string =>
  Array.from({ length: count }, () => throwDice(10)).join('');

function anyNumber(throwDice: Dice): string {
  const whole = digitsOf(1 + throwDice(11), throwDice);
  const fraction = throwDice(4) === 0 ? '' : `.${digitsOf(1 + throwDice(10), throwDice)}`;
  const exponent = throwDice(3) === 0 ? `e${throwDice(2) === 0 ? '+' : '-'}0${digitsOf(1, throwDice)}` : '';
  return whole + fraction + exponent;
}
