import type { EpochMs } from '../../model/units.ts';

/** What can be asked of the values of a span, in the order in which Heapster listed it. */
export type Aggregation =
  | { readonly kind: 'average' | 'max' | 'min' | 'median' | 'count' }
  | { readonly kind: 'percentile'; readonly percent: 50 | 95 | 99 };

/** A list of aggregations as a path names them, or the one that there is not. */
export type AggregationsResult =
  | { readonly kind: 'aggregations'; readonly aggregations: readonly Aggregation[] }
  | { readonly kind: 'invalid'; readonly message: string };

const named: Readonly<Record<string, Aggregation>> = {
  average: { kind: 'average' },
  max: { kind: 'max' },
  min: { kind: 'min' },
  median: { kind: 'median' },
  count: { kind: 'count' },
  '50-perc': { kind: 'percentile', percent: 50 },
  '95-perc': { kind: 'percentile', percent: 95 },
  '99-perc': { kind: 'percentile', percent: 99 },
};

/** Reads `average,max,95-perc`. */
export function parseAggregations(text: string): AggregationsResult {
  const aggregations: Aggregation[] = [];
  for (const name of text.split(',')) {
    const known = Object.hasOwn(named, name) ? named[name] : undefined;
    if (known === undefined)
      return {
        kind: 'invalid',
        message: `aggregations must be among ${Object.keys(named).join(', ')}, got ${JSON.stringify(name)}`,
      };
    aggregations.push(known);
  }
  return { kind: 'aggregations', aggregations };
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Reads a span such as `5m`, in milliseconds; undefined for anything else, and for no time at all. */
export function parseBucket(text: string): number | undefined {
  const [, digits = '', unit = ''] = /^(\d{1,12})(ms|s|m|h|d)$/.exec(text) ?? [];
  const ms = Number(digits) * (unitMs[unit] ?? 0);
  return ms > 0 ? ms : undefined;
}

/** One figure of a history: over some minutes of long ago its mean and its peak, of late both the same. */
export interface HistoryValue {
  readonly at: EpochMs;
  readonly mean: number;
  readonly peak: number;
}

/** The values of one span, oldest first; never empty. */
export interface Bucket {
  readonly startsAt: EpochMs;
  readonly values: readonly HistoryValue[];
}

/** Values by spans that begin at whole multiples of `bucketMs` since 1970; spans without values are left out. */
export function bucketsOf(values: readonly HistoryValue[], bucketMs: number): readonly Bucket[] {
  const spans = Map.groupBy(values, ({ at }) => Math.floor(at / bucketMs) * bucketMs);
  return [...spans].map(([startsAt, within]) => ({ startsAt: startsAt as EpochMs, values: within }));
}

/** What was asked, of values of which there is at least one. Only the largest one looks at peaks. */
export function aggregated(aggregation: Aggregation, values: readonly HistoryValue[]): number {
  switch (aggregation.kind) {
    case 'count':
      return values.length;
    case 'average':
      return values.reduce((sum, { mean }) => sum + mean, 0) / values.length;
    case 'max':
      return values.reduce((most, { peak }) => Math.max(most, peak), Number.NEGATIVE_INFINITY);
    case 'min':
      return values.reduce((least, { mean }) => Math.min(least, mean), Number.POSITIVE_INFINITY);
    case 'median':
      return median(sorted(values));
    case 'percentile':
      return nearestRank(sorted(values), aggregation.percent);
    default:
      return aggregation satisfies never;
  }
}

const sorted = (values: readonly HistoryValue[]): Float64Array => Float64Array.from(values, ({ mean }) => mean).sort();

function median(ordered: Float64Array): number {
  const middle = ordered.length / 2;
  const upper = ordered[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? (upper + (ordered[middle - 1] ?? upper)) / 2 : upper;
}

/** The smallest value that at least so many percent of all do not exceed, as InfluxDB has it. */
const nearestRank = (ordered: Float64Array, percent: number): number =>
  ordered[Math.max(0, Math.ceil((percent / 100) * ordered.length) - 1)] ?? Number.NaN;
