import { monitorEventLoopDelay } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import type { Registry } from './exposition.ts';
import { Reading } from './reading.ts';

/** How often the event loop is asked whether it is late: rarely enough to cost nothing. */
const probeMs = 100;
const nanosecondsPerSecond = 1e9;

type IntervalHistogram = ReturnType<typeof monitorEventLoopDelay>;

/** How late the event loop is for its timers: the time for which everybody waited for somebody. */
export class EventLoopLag {
  #histogram: IntervalHistogram | undefined;

  /** Measures until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const histogram = monitorEventLoopDelay({ resolution: probeMs });
    histogram.enable();
    this.#histogram = histogram;
    const { promise: stopped, resolve } = Promise.withResolvers<void>();
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
    await stopped;
    histogram.disable();
    this.#histogram = undefined;
  }

  /** In seconds, since the last `forget`; undefined while nothing has been measured. */
  mean(): number | undefined {
    return this.#seconds(({ mean }) => mean);
  }

  p99(): number | undefined {
    return this.#seconds((histogram) => histogram.percentile(99));
  }

  max(): number | undefined {
    return this.#seconds(({ max }) => max);
  }

  /** What comes next is measured by itself. */
  forget(): void {
    this.#histogram?.reset();
  }

  /** Node measures from one probe to the next, so that one that is in time shows the interval. */
  #seconds(of: (histogram: IntervalHistogram) => number): number | undefined {
    if (this.#histogram === undefined || this.#histogram.count === 0) return undefined;
    return Math.max(0, of(this.#histogram) / nanosecondsPerSecond - probeMs / 1000);
  }
}

/** Puts what Node.js says of itself into the registry, in place of Go's runtime families. */
export function registerRuntimeMetrics(registry: Registry, lag: EventLoopLag): void {
  const gauge = (name: string, help: string, read: () => number | undefined): void => {
    registry.register(new Reading({ name, help, type: 'gauge', read }));
  };
  const since = 'since the last time somebody looked';
  gauge('nodejs_eventloop_lag_max_seconds', `The longest the event loop was late, in seconds, ${since}.`, () =>
    lag.max(),
  );
  gauge('nodejs_eventloop_lag_mean_seconds', `How late the event loop was on average, in seconds, ${since}.`, () =>
    lag.mean(),
  );
  // The last of the three to be exposed.
  gauge('nodejs_eventloop_lag_p99_seconds', `How late the event loop was at most 99 times of 100, ${since}.`, () => {
    const seconds = lag.p99();
    lag.forget();
    return seconds;
  });
  gauge(
    'nodejs_external_memory_bytes',
    'Memory outside the heap that objects on it hold, in bytes.',
    () => getHeapStatistics().external_memory,
  );
  gauge(
    'nodejs_heap_size_limit_bytes',
    'How large the heap may become, in bytes.',
    () => getHeapStatistics().heap_size_limit,
  );
  gauge(
    'nodejs_heap_size_total_bytes',
    'Memory set aside for the heap, in bytes.',
    () => getHeapStatistics().total_heap_size,
  );
  gauge(
    'nodejs_heap_size_used_bytes',
    'Memory in use on the heap, in bytes, what can be collected included.',
    () => getHeapStatistics().used_heap_size,
  );
}
