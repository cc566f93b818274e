import type { Registry } from '../telemetry/exposition.ts';
import { Counter, defaultBuckets, Gauge, Histogram, type LabelValues } from '../telemetry/instruments.ts';
import type { BadLines } from './decode/decoded.ts';
import type { Outcome } from './outcome.ts';

/** Everything the scraper counts. The names beginning with `metrics_server_` are the reference's. */
export class ScraperInstruments {
  readonly #duration: Histogram;
  readonly #requests: Counter;
  readonly #lastRequest: Gauge;
  readonly #tick: Histogram;
  readonly #outcomes: Counter;
  readonly #badLines: Counter;
  readonly #skew: Gauge;

  constructor(registry: Registry, metricResolutionMs: number) {
    this.#duration = registry.register(
      new Histogram({
        name: 'metrics_server_kubelet_request_duration_seconds',
        help: '[ALPHA] How long a kubelet took to answer, from the request to the decoded answer or the failure.',
        labels: ['node'],
        buckets: defaultBuckets,
      }),
    );
    this.#requests = registry.register(
      new Counter({
        name: 'metrics_server_kubelet_request_total',
        help: '[ALPHA] Requests to kubelets, by whether usage came of them.',
        labels: ['success'],
      }),
    );
    this.#lastRequest = registry.register(
      new Gauge({
        name: 'metrics_server_kubelet_last_request_time_seconds',
        help: '[ALPHA] When the last request to a kubelet ended, in seconds since 1970.',
        labels: ['node'],
      }),
    );
    // The reference asks all nodes at once and waits for the last. Here they are spread over the period, so that a round
    // over all of them, from the first request to the last answer, takes about a period when all is well.
    this.#tick = registry.register(
      new Histogram({
        name: 'metrics_server_manager_tick_duration_seconds',
        help: '[ALPHA] How long a round over all nodes took, from its first request to its last answer.',
        buckets: tickBuckets(metricResolutionMs / 1000),
      }),
    );
    this.#outcomes = registry.register(
      new Counter({
        name: 'tacho_scrapes_total',
        help: 'Scrapes, by how they ended.',
        labels: ['outcome'],
      }),
    );
    this.#badLines = registry.register(
      new Counter({
        name: 'tacho_bad_lines_total',
        help: 'Lines of kubelets that could not be used, by what is wrong with them.',
        labels: ['kind'],
      }),
    );
    this.#skew = registry.register(skewGauge());
  }

  /** One asking of one node has ended. `labels` is the node's: `{ node }`. */
  asked(labels: LabelValues, outcome: Outcome, timing: { readonly tookMs: number; readonly endedAtMs: number }): void {
    this.#duration.observe(timing.tookMs / 1000, labels);
    this.#lastRequest.set(Math.floor(timing.endedAtMs / 1000), labels);
    this.#requests.add(outcome.kind === 'scraped' ? succeeded : failed);
    this.#outcomes.add({ outcome: outcome.kind });
  }

  badLines(lines: readonly BadLines[]): void {
    for (const { kind, count } of lines) this.#badLines.add({ kind }, count);
  }

  /** How far a node's clock is ahead of ours; undefined = not measured yet. */
  skew(labels: LabelValues, aheadMs: number | undefined): void {
    if (aheadMs !== undefined) this.#skew.set(aheadMs / 1000, labels);
  }

  round(durationMs: number): void {
    this.#tick.observe(durationMs / 1000);
  }

  /** A node is gone: its series would stand still for ever. */
  forget(labels: LabelValues): void {
    this.#duration.remove(labels);
    this.#lastRequest.remove(labels);
    this.#skew.remove(labels);
  }
}

const skewGauge = (): Gauge =>
  new Gauge({
    name: 'tacho_node_clock_skew_seconds',
    help: "How far a node's clock is ahead of ours, negative = behind; to about half a second.",
    labels: ['node'],
  });

const succeeded: LabelValues = { success: 'true' };
const failed: LabelValues = { success: 'false' };

/** The default buckets, and around a resolution they do not reach: half-way to it, itself, one and a half, twice. */
export function tickBuckets(resolution: number): readonly number[] {
  const last = defaultBuckets.at(-1) ?? 0;
  if (resolution <= last) return defaultBuckets;
  return [...defaultBuckets, (last + resolution) / 2, resolution, 1.5 * resolution, 2 * resolution];
}
