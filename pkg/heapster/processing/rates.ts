import { timeOf } from '../rows/columns.ts';
import type { Row } from '../rows/layout.ts';
import type { Draft } from './draft.ts';

/** The frame before, of the same layout, and how much time has passed since by our own clock. */
export interface Before {
  readonly cells: Float64Array;
  readonly times: Float64Array;
  readonly elapsedMs: number;
  /** As much CPU as the node has; infinite where nobody knows. */
  readonly capacityMillicores: number;
}

/**
 * Kubelets renew their samples every 10 to 20 s, so that theirs and our reckoning differ by about that. When they differ by
 * more, a clock was set between the samples, and what came of dividing by such a time would be absurd.
 */
const toleranceMs = 60_000;

/** Less time than we reckon makes rates larger than they are, so that there is less patience with that. */
const shorterMs = 30_000;

/** A kubelet reads its clock and a counter one after the other: over a second, that is worth so much. */
const slack = 1.25;

/** Computes the rates of a row from the counters of the frame before and those of this one. */
export function setRates(draft: Draft, row: Row, before: Before): void {
  for (const { column, counter, clock, inMillicores } of row.columns.rates) {
    const elapsed = elapsedMs(draft, row, before, clock);
    const increase = draft.get(row, counter) - (before.cells[row.at + counter] ?? Number.NaN);
    // A counter that fell began anew, whatever else is said of it.
    if (!(increase >= 0)) continue;
    if (elapsed > 0) {
      const rate = rateOf(increase, elapsed, inMillicores);
      // More CPU than the node has: its clock was put back, by less than the tolerance.
      if (!inMillicores || rate <= before.capacityMillicores * slack) draft.set(row, column, rate);
    }
    // The kubelet has not measured again: what was the newest known is that still.
    else if (elapsed === 0 && increase === 0) draft.keep(row, column, before.cells);
  }
}

/** CPU in whole millicores from nanoseconds, everything else in units per second. */
function rateOf(increase: number, elapsed: number, inMillicores: boolean): number {
  return inMillicores ? Math.trunc(increase / (elapsed * 1_000)) : increase / (elapsed / 1_000);
}

/** Between two samples of one life by the clock of the node; NaN where they say nothing about a time between. */
function elapsedMs(draft: Draft, row: Row, { times, elapsedMs: ours }: Before, clock: number): number {
  const earlier = times[row.timesAt + clock] ?? Number.NaN;
  const elapsed = draft.time(row, clock) - earlier;
  const isAnotherLife = draft.time(row, timeOf.start) > earlier;
  return isAnotherLife ? Number.NaN : believed(elapsed, ours);
}

/** The time between two samples by the clock of the node; NaN where that clock must have been set meanwhile. Milliseconds. */
export function believed(elapsedMs: number, oursMs: number): number {
  const off = elapsedMs - oursMs;
  if (Math.abs(off) > toleranceMs) return Number.NaN;
  return elapsedMs > 0 && off < -shorterMs ? Number.NaN : elapsedMs;
}
