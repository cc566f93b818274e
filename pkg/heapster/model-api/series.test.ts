import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { as, type EpochMs } from '../../model/units.ts';
import { instantText, parseInstant } from './instant.ts';
import { wholeText } from './series-json.ts';
import { metricOf, seriesWish } from './series-query.ts';

describe('moments', () => {
  it('are printed as Go prints them', () => {
    const rows = [
      ['2026-01-05T10:00:00.000Z', '2026-01-05T10:00:00Z'],
      ['2026-01-05T10:00:10.250Z', '2026-01-05T10:00:10.25Z'],
      ['2026-01-05T10:00:00.007Z', '2026-01-05T10:00:00.007Z'],
    ] as const;
    for (const [at, text] of rows) assert.equal(instantText(as<EpochMs>(Date.parse(at))), text);
  });

  it('are read back as they were printed', () => {
    for (let at = 0; at < 2e12; at += 77_777_777_777) assert.equal(parseInstant(instantText(as<EpochMs>(at))), at);
  });

  it('may be of any offset, and have to be in the calendar', () => {
    assert.equal(parseInstant('2026-01-05T12:00:00+02:00'), Date.parse('2026-01-05T10:00:00Z'));
    assert.equal(parseInstant('2028-02-29T00:00:00Z'), Date.parse('2028-02-29T00:00:00Z'));
    const wrong = ['2026-02-30T00:00:00Z', '2026-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-01-05', 'now', '1'];
    for (const text of [...wrong, '2026-01-05T10:00:00', '2026-01-05T25:00:00Z', '2026-01-05 10:00:00Z'])
      assert.equal(parseInstant(text), undefined, text);
  });
});

describe('values', () => {
  it('are whole numbers from zero to the largest that clients read', () => {
    const rows = [
      [0.37, '0'],
      [-33.3, '0'],
      [1e15 + 0.5, '1000000000000000'],
      [2 ** 60, '1152921504606846976'],
      [1e300, '18446744073709551615'],
      [Number.POSITIVE_INFINITY, '18446744073709551615'],
      [Number.NaN, '0'],
    ] as const;
    for (const [value, text] of rows) assert.equal(wholeText(value), text);
  });
});

describe('what a series is asked for with', () => {
  it('may be nothing, or empty', () => {
    assert.deepEqual(seriesWish(new URLSearchParams('start=&end=&labels=')), { kind: 'wish', wish: {} });
  });

  it('may hold colons in the values of labels', () => {
    assert.deepEqual(seriesWish(new URLSearchParams('labels=resource_id:Volume:data,make:x')), {
      kind: 'wish',
      wish: { labels: { resource_id: 'Volume:data', make: 'x' } },
    });
  });

  it('is refused with what was wrong', () => {
    for (const [query, message] of [
      ['end=soon', /^end must be a time .* got "soon"/],
      ['labels=a', /^labels must be key:value/],
      ['labels=:a', /^labels must be key:value/],
    ] as const) {
      const wish = seriesWish(new URLSearchParams(query));
      assert.ok(wish.kind === 'invalid');
      assert.match(wish.message, message);
    }
  });

  it('may use the names of old', () => {
    assert.equal(metricOf('memory-working'), 'memory/working_set');
    assert.equal(metricOf('constructor'), 'constructor');
    assert.equal(metricOf('cpu/usage_rate/'), 'cpu/usage_rate');
  });
});
