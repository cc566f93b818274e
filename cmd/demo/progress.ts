import type { Clock } from '../../pkg/lifecycle/clock.ts';
import type { Coverage, MetricsReader } from './metrics-reader.ts';
import type { Screen } from './screen.ts';

/** What is waited for, and where progress is shown. */
export interface WaitOptions {
  readonly reader: Pick<MetricsReader, 'coverage'>;
  readonly screen: Pick<Screen, 'progress'>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A pod that never runs long enough would hold the demo up for ever. */
const patienceMs = 60_000;

/** Waits, with a line of progress, until everything that runs has metrics, or for a minute; true when it has. */
export async function waitForMetrics({ reader, screen, clock, signal }: WaitOptions): Promise<boolean> {
  const started = clock.monotonic();
  let shown = '';
  while (!signal.aborted && clock.monotonic() - started < patienceMs) {
    const coverage = await reader.coverage(signal).catch(() => undefined);
    const state = coverage === undefined ? 'waiting for the pretend cluster' : describe(coverage);
    if (state !== shown) screen.progress(`${state} (${Math.round((clock.monotonic() - started) / 1000)} s)`);
    shown = state;
    if (coverage !== undefined && isComplete(coverage)) return true;
    await clock.sleep(500, signal);
  }
  return false;
}

const describe = ({ nodes, nodesWithMetrics, pods, podsWithMetrics }: Coverage): string =>
  `waiting for metrics: ${nodesWithMetrics} of ${nodes} nodes, ${podsWithMetrics} of ${pods} pods`;

const isComplete = ({ nodes, nodesWithMetrics, pods, podsWithMetrics }: Coverage): boolean =>
  nodes > 0 && nodesWithMetrics >= nodes && podsWithMetrics >= pods;
