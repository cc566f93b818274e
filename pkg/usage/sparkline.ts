import type { Point } from './model-client.ts';

const bars = '▁▂▃▄▅▆▇█';

/** What a curve is drawn over. */
export interface Span {
  /** Epoch milliseconds. */
  readonly start: number;
  readonly end: number;
  /** In characters, each the mean of its share of the time. */
  readonly width: number;
}

/**
 * A curve in one line: the highest bar is the largest mean, zero is the lowest, a blank is a time of which nothing is known.
 * Where points are further apart than columns are wide, a value holds until the next one is due.
 */
export function sparkline(points: readonly Point[], { start, end, width }: Span): string {
  const sums = new Float64Array(width);
  const counts = new Uint32Array(width);
  for (const { at, value } of points) {
    if (at < start || at > end) continue;
    const column = Math.min(width - 1, Math.floor(((at - start) / (end - start)) * width));
    sums[column] = (sums[column] ?? 0) + value;
    counts[column] = (counts[column] ?? 0) + 1;
  }
  const means = Array.from(sums, (sum, column) => sum / (counts[column] ?? 0));
  hold(means, Math.ceil((usualDistance(points) / (end - start)) * width));
  const highest = means.reduce((most, mean) => (mean > most ? mean : most), 0);
  return means.map((mean) => barOf(mean, highest)).join('');
}

function barOf(mean: number, highest: number): string {
  if (Number.isNaN(mean)) return ' ';
  const step = highest === 0 ? 0 : Math.round((mean / highest) * (bars.length - 1));
  return bars[Math.max(0, step)] ?? ' ';
}

/** The median of the distances between points, in milliseconds; 0 where there are fewer than two. */
function usualDistance(points: readonly Point[]): number {
  const distances = points.slice(1).map(({ at }, before) => at - (points[before]?.at ?? at));
  return distances.sort((a, b) => a - b)[Math.floor((distances.length - 1) / 2)] ?? 0;
}

/** Fills blanks between two columns that are no further apart than this, and at the end. */
function hold(means: number[], columns: number): void {
  let last = Number.NEGATIVE_INFINITY;
  for (let column = 0; column <= means.length; column++) {
    if (column < means.length && Number.isNaN(means[column])) continue;
    if (column - last <= columns) means.fill(means[last] ?? Number.NaN, last + 1, column);
    last = column;
  }
}
