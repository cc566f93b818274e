import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeText } from './time-text.ts';

test('moments are printed in UTC and cut to whole seconds', () => {
  assert.equal(timeText(Date.UTC(2026, 10, 21, 4, 3, 43, 999)), '2026-11-21T04:03:43Z');
  assert.equal(timeText(0), '1970-01-01T00:00:00Z');
  assert.equal(timeText(-1), '1969-12-31T23:59:59Z');
});

test('moments of a broken clock still print as a date', () => {
  assert.equal(timeText(1e300), '9999-12-31T23:59:59Z');
  assert.equal(timeText(-1e300), '0000-01-01T00:00:00Z');
});

test('any moment of four-digit years prints as Date prints it', () => {
  const first = Date.parse('0000-01-01T00:00:00Z');
  const last = Date.parse('9999-12-31T00:00:00Z');
  // Eleven days and an odd time of day: every date of the calendar comes up.
  for (let moment = first; moment <= last; moment += 11 * 86_400_000 + 4_567_891) {
    assert.equal(timeText(moment), `${new Date(moment).toISOString().slice(0, 19)}Z`, `moment ${moment}`);
  }
});
