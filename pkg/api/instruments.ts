import type { Registry } from '../telemetry/exposition.ts';
import { Histogram, type HistogramSeries } from '../telemetry/instruments.ts';

/** What the Metrics API says about itself. */
export interface ApiInstruments {
  /** One observation per object sent: seconds since its newer sample, by our clock and the node's. */
  readonly freshness: HistogramSeries;
}

const firstBound = 1;
const growth = 1.364;
const bounds = 20;

/** Adds the family to `registry`; the name and the buckets are metrics-server's. */
export function apiInstruments(registry: Registry): ApiInstruments {
  const freshness = new Histogram({
    name: 'metrics_server_api_metric_freshness_seconds',
    help: '[ALPHA] How old the usage was that went out, in seconds, one observation for each object sent.',
    buckets: exponentialBounds(),
  });
  return { freshness: registry.register(freshness).with({}) };
}

/** How old a sample is; 0 for one of a clock that is ahead of ours: what is negative would make the sum of a histogram fall. */
export const ageSeconds = (now: number, sampledAt: number): number => Math.max(0, (now - sampledAt) / 1000);

/** Multiplied step by step, as Go does: the last digits show in the labels. */
function exponentialBounds(): readonly number[] {
  const all = [firstBound];
  while (all.length < bounds) all.push((all.at(-1) ?? firstBound) * growth);
  return all;
}
