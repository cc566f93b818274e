import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDuration, parseDuration } from './duration.ts';

const second = 1e9;

/** Nanoseconds and the text that a Go program prints for them. */
const printed: readonly (readonly [number, string])[] = [
  [0, '0s'],
  [1, '1ns'],
  [999, '999ns'],
  [1000, '1µs'],
  [1500, '1.5µs'],
  [1_000_000, '1ms'],
  [100_000_000, '100ms'],
  [999_999_999, '999.999999ms'],
  [second, '1s'],
  [14.997 * second, '14.997s'],
  [15.023 * second, '15.023s'],
  [20 * second + 1, '20.000000001s'],
  [60 * second, '1m0s'],
  [61 * second, '1m1s'],
  [90.5 * second, '1m30.5s'],
  [3600 * second, '1h0m0s'],
  [3600 * second + 1, '1h0m0.000000001s'],
  [360_000 * second, '100h0m0s'],
  [-1500, '-1.5µs'],
  [-90.5 * second, '-1m30.5s'],
];

for (const [ns, text] of printed) {
  test(`${ns} ns is printed as ${text} and reads back`, () => {
    assert.equal(formatDuration(ns), text);
    assert.deepEqual(parseDuration(text), { kind: 'duration', ns });
  });
}

test('reads everything Go reads', () => {
  const read: readonly (readonly [string, number])[] = [
    ['0', 0],
    ['+5s', 5 * second],
    ['-.5s', -0.5 * second],
    ['1.s', second],
    ['1.5h', 5400 * second],
    ['2h45m', 9900 * second],
    ['1us', 1000],
    ['1\u03bcs', 1000],
    ['1h2m3s4ms5us6ns', 3_723_004_005_006],
    ['0.100000000000000000000h', 360 * second],
    ['0.3333333333333333333h', 20 * 60 * second],
    ['0.9223372036854775807h', 3_320_413_933_267],
    ['-9223372036854775808ns', -(2 ** 63)],
  ];
  for (const [text, ns] of read) assert.deepEqual(parseDuration(text), { kind: 'duration', ns }, text);
});

test('refuses in the words of Go', () => {
  const refused: readonly (readonly [string, string])[] = [
    ['', 'time: invalid duration ""'],
    ['3', 'time: missing unit in duration "3"'],
    ['-', 'time: invalid duration "-"'],
    ['s', 'time: invalid duration "s"'],
    ['.', 'time: invalid duration "."'],
    ['.s', 'time: invalid duration ".s"'],
    ['3000000h', 'time: invalid duration "3000000h"'],
    ['9223372036854775808ns', 'time: invalid duration "9223372036854775808ns"'],
    ['9223372036854775807h', 'time: invalid duration "9223372036854775807h"'],
    ['99999999999999999999s', 'time: invalid duration "99999999999999999999s"'],
    ['1d', 'time: unknown unit "d" in duration "1d"'],
    ['1h 2m', 'time: unknown unit "h " in duration "1h 2m"'],
    ['5x"é\n', 'time: unknown unit "x\\"\\xc3\\xa9\\x0a" in duration "5x\\"\\xc3\\xa9\\x0a"'],
  ];
  for (const [text, message] of refused) assert.deepEqual(parseDuration(text), { kind: 'invalid', message }, text);
});

test('what is printed reads back', () => {
  const seed = 99;
  let state = seed;
  for (let round = 0; round < 10_000; round++) {
    state = (state * 48271) % 2147483647;
    const ns = Math.floor((state / 2147483647) * 10 ** (1 + (round % 15)));
    assert.deepEqual(parseDuration(formatDuration(ns)), { kind: 'duration', ns }, `${ns} (seed ${seed})`);
  }
});
