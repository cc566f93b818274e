import { metricNamed } from '../catalogue/catalogue.ts';
import type { Point } from '../model-source.ts';
import { instantText, noInstant } from './instant.ts';

/** The largest value that clients can read: they parse into an unsigned 64-bit integer. */
const largest = 2n ** 64n - 1n;

/** `{"metrics":[…],"latestTimestamp":"…"}` for the points of one series, oldest first. */
export function seriesJson(metric: string, points: readonly Point[]): string {
  const last = points.at(-1);
  const latest = last === undefined ? noInstant : instantText(last.at);
  return `{"metrics":[${pointsJson(metric, points)}],"latestTimestamp":"${latest}"}`;
}

/** The points alone, separated by commas. */
export function pointsJson(metric: string, points: readonly Point[]): string {
  const isFraction = isFractional(metric);
  return points
    .map(({ at, value }) => {
      const exact = isFraction && Number.isFinite(value) ? `,"floatValue":${value}` : '';
      return `{"timestamp":"${instantText(at)}","value":${wholeText(value)}${exact}}`;
    })
    .join(',');
}

/** Whether values of a metric have fractions. Of metrics that are not in the catalogue, containers decide themselves. */
export function isFractional(metric: string): boolean {
  return (metricNamed(metric)?.value ?? 'double') === 'double';
}

/** A value as clients of old read it: cut to a whole number, and none below zero, which would wrap around. */
export function wholeText(value: number): string {
  const whole = Math.trunc(value);
  if (!(whole > 0)) return '0';
  if (Number.isSafeInteger(whole)) return String(whole);
  const exact = Number.isFinite(whole) ? BigInt(whole) : largest;
  return String(exact > largest ? largest : exact);
}
