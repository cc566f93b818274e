import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  addQuantities,
  cpuText,
  formatQuantity,
  memoryText,
  parseQuantity,
  type Quantity,
  type QuantityFormat,
} from './quantity.ts';

const vectors = readFileSync(join(import.meta.dirname, 'testdata/quantities.txt'), 'utf8')
  .trimEnd()
  .split('\n');

for (const vector of vectors) {
  const [text = '', expected = ''] = vector.split(' => ');
  test(`reads and prints "${text}" as kubectl does`, () => {
    const result = parseQuantity(text);
    const printed = result.kind === 'quantity' ? formatQuantity(result.quantity) : `error: ${result.message}`;
    assert.equal(printed, expected);
  });
}

test('refuses the empty text, exponents that nobody means and texts that never end', () => {
  for (const text of ['', '1e1001', '1'.repeat(257), '1'.repeat(200) + 'x', '--1', '1..2', '.5.', '1e+', '1e9x', '٣']) {
    assert.equal(parseQuantity(text).kind, 'invalid', text);
  }
});

test('rounds what is finer than a billionth away from zero', () => {
  assert.equal(parsed('0.9n').nanos, 1n);
  assert.equal(parsed('-0.9n').nanos, -1n);
  assert.equal(parsed('1e-900').nanos, 1n);
  assert.equal(parsed('1e-99999999999').nanos, 1n);
  assert.equal(parsed('0e-900').nanos, 0n);
});

test('cuts binary quantities to what an int64 holds, and decimal ones not', () => {
  assert.equal(formatQuantity(parsed('8Ei')), '9223372036854775807');
  assert.equal(formatQuantity(parsed('18446744073709551616')), '18446744073709551616');
});

test('prints amounts beyond the largest decimal suffix with an exponent', () => {
  assert.equal(formatQuantity(parsed('1000E')), '1e21');
});

test('a sum is exact and keeps the format of its first part, unless that is zero', () => {
  assert.equal(formatQuantity(addQuantities(parsed('0.1'), parsed('0.2'))), '300m');
  assert.equal(formatQuantity(addQuantities(parsed('1000Ki'), parsed('24Ki'))), '1Mi');
  assert.equal(formatQuantity(addQuantities(parsed('0'), parsed('2Ki'))), '2Ki');
  assert.equal(formatQuantity(addQuantities(parsed('2048'), parsed('2Ki'))), '4096');
});

test('CPU is printed in the largest unit that keeps it whole', () => {
  const expected = { 0: '0', 10000000: '10m', 20000: '20u', 1e9: '1', 123456789: '123456789n', 1e12: '1k', 1: '1n' };
  for (const [nanocores, text] of Object.entries(expected)) assert.equal(cpuText(Number(nanocores)), text);
});

test('memory is printed in the largest power of 1024 that keeps it whole', () => {
  const expected = {
    0: '0',
    10485760: '10Mi',
    10486784: '10241Ki',
    1000: '1k',
    1023: '1023',
    1500: '1500',
    1024: '1Ki',
  };
  for (const [bytes, text] of Object.entries(expected)) assert.equal(memoryText(Number(bytes)), text);
});

test('the fast paths print what the exact path prints', () => {
  const seed = 20261121;
  const random = randomFrom(seed);
  for (let round = 0; round < 20_000; round++) {
    const amount = anyWhole(random);
    const about = `${amount} (seed ${seed}, round ${round})`;
    assert.equal(cpuText(amount), exact(BigInt(amount), 'DecimalSI'), about);
    assert.equal(memoryText(amount), exact(BigInt(amount) * 1_000_000_000n, 'BinarySI'), about);
  }
});

test('what is printed reads back as the same amount, and prints the same again', () => {
  const seed = 42;
  const random = randomFrom(seed);
  const formats: readonly QuantityFormat[] = ['DecimalSI', 'BinarySI', 'DecimalExponent'];
  for (let round = 0; round < 10_000; round++) {
    const format = formats[round % 3]!;
    const unit = format === 'BinarySI' ? 1_000_000_000n : 1n;
    const quantity: Quantity = { nanos: BigInt(anyWhole(random)) * unit, format };
    const text = formatQuantity(quantity);
    const again = parsed(text);
    assert.equal(again.nanos, quantity.nanos, `${text} (seed ${seed}, round ${round})`);
    // Binary amounts without a suffix read back as decimal ones.
    if (format !== 'BinarySI') assert.equal(formatQuantity(again), text, `${text} (seed ${seed}, round ${round})`);
  }
});

test('any text is read or refused in Kubernetes words, never thrown at', () => {
  const seed = 7;
  const random = randomFrom(seed);
  const letters = '0123456789.+-eEinumkKMGTPx ';
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: Math.floor(random() * 9) }, () => letters[Math.floor(random() * letters.length)]);
    const result = parseQuantity(text.join(''));
    if (result.kind === 'quantity') assert.equal(typeof formatQuantity(result.quantity), 'string', `seed ${seed}`);
    else assert.match(result.message, /^quantities must match|^unable to parse/, `seed ${seed}`);
  }
});

function parsed(text: string): Quantity {
  const result = parseQuantity(text);
  assert.ok(result.kind === 'quantity', `${text} is a quantity`);
  return result.quantity;
}

const exact = (nanos: bigint, format: QuantityFormat): string => formatQuantity({ nanos, format });

/** Small and large, round and odd, of both signs. */
function anyWhole(random: () => number): number {
  const size = Math.floor(random() * 2 ** Math.floor(random() * 40));
  const factor = [1, 10, 1000, 1024, 1e6][Math.floor(random() * 5)] ?? 1;
  const amount = Math.min(size * factor, Number.MAX_SAFE_INTEGER);
  return random() < 0.2 ? -amount : amount;
}

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
