import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { as, type EpochMs } from '../../model/units.ts';
import { aggregated, bucketsOf, parseAggregations, parseBucket } from './aggregation.ts';

const valuesAt = (...figures: readonly (readonly [at: number, mean: number, peak?: number])[]) =>
  figures.map(([at, mean, peak = mean]) => ({ at: as<EpochMs>(at), mean, peak }));
const hundred = valuesAt(...Array.from({ length: 100 }, (_, at) => [at, 100 - at] as const));

describe('aggregations', () => {
  it('are what their names say', () => {
    const rows = [
      ['average', 50.5],
      ['max', 100],
      ['min', 1],
      ['median', 50.5],
      ['count', 100],
      ['50-perc', 50],
      ['95-perc', 95],
      ['99-perc', 99],
    ] as const;
    for (const [name, expected] of rows) {
      const result = parseAggregations(name);
      assert.ok(result.kind === 'aggregations');
      assert.equal(aggregated(result.aggregations[0]!, hundred), expected, name);
    }
  });

  it('of one value are that value, all but their number', () => {
    for (const name of ['average', 'max', 'min', 'median', '50-perc', '95-perc', '99-perc']) {
      const result = parseAggregations(name);
      assert.ok(result.kind === 'aggregations');
      assert.equal(aggregated(result.aggregations[0]!, valuesAt([0, 7])), 7, name);
    }
  });

  it('know the peaks of long ago', () => {
    assert.equal(aggregated({ kind: 'max' }, valuesAt([0, 5, 90], [1, 7])), 90);
    assert.equal(aggregated({ kind: 'average' }, valuesAt([0, 5, 90], [1, 7])), 6);
  });

  it('that are not known are named, with those that are', () => {
    const result = parseAggregations('max,toString');
    assert.ok(result.kind === 'invalid');
    assert.match(result.message, /among average, max, .*99-perc, got "toString"/);
  });
});

describe('buckets', () => {
  it('begin at whole multiples of their length, and none is empty', () => {
    const buckets = bucketsOf(valuesAt([59_999, 1], [60_000, 2], [119_999, 3], [240_000, 4]), 60_000);
    assert.deepEqual(
      buckets.map(({ startsAt, values }) => [startsAt, values.map(({ mean }) => mean)]),
      [
        [0, [1]],
        [60_000, [2, 3]],
        [240_000, [4]],
      ],
    );
  });

  it('have a length that is a whole number and a unit', () => {
    assert.deepEqual(
      ['1500ms', '30s', '5m', '2h', '1d'].map(parseBucket),
      [1500, 30_000, 300_000, 7_200_000, 86_400_000],
    );
    for (const text of ['', '5', 'm', '0m', '-5m', '1.5m', '5 m', '5w', '1m30s', `${'9'.repeat(13)}s`])
      assert.equal(parseBucket(text), undefined, text);
  });
});
