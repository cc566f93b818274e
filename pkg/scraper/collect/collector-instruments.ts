import type { Registry } from '../../telemetry/exposition.ts';
import { Counter, defaultBuckets, Histogram } from '../../telemetry/instruments.ts';
import type { Outcome } from '../outcome.ts';

/** What collectors count. */
export class CollectorInstruments {
  readonly #requests: Counter;
  readonly #duration: Histogram;

  constructor(registry: Registry) {
    this.#requests = registry.register(
      new Counter({
        name: 'tacho_catalogue_requests_total',
        help: 'Requests to kubelets for the metric catalogue, by what was asked and how it ended.',
        labels: ['question', 'outcome'],
      }),
    );
    this.#duration = registry.register(
      new Histogram({
        name: 'tacho_catalogue_request_duration_seconds',
        help: 'How long requests to kubelets for the metric catalogue took, from the request to the stored answer or the failure.',
        labels: ['question'],
        buckets: defaultBuckets,
      }),
    );
  }

  asked(question: string, { kind }: Outcome, tookMs: number): void {
    this.#requests.add({ question, outcome: kind });
    this.#duration.observe(tookMs / 1000, { question });
  }
}
