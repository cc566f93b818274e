import type { Clock } from '../../lifecycle/clock.ts';
import type { Registry } from '../../telemetry/exposition.ts';
import { Counter, Histogram } from '../../telemetry/instruments.ts';
import type { ExchangeObserver, ExchangeTally, SentRequest } from '../connection/exchange-observer.ts';

const secondsBounds = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 60];
const bytesBounds = [64, 256, 512, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216];

/** Counts, times and weighs what is asked of the kube-apiserver. Names, labels and bounds are those of client-go. */
export class RestClientInstruments implements ExchangeObserver {
  readonly #clock: Clock;
  readonly #requests: Counter;
  readonly #durations: Histogram;
  readonly #requestSizes: Histogram;
  readonly #responseSizes: Histogram;

  constructor(registry: Registry, clock: Clock) {
    this.#clock = clock;
    this.#requests = registry.register(
      new Counter({
        name: 'rest_client_requests_total',
        help: '[ALPHA] Requests to the kube-apiserver, watches included, by host, method and status code; <error> where no answer came.',
        labels: ['code', 'host', 'method'],
      }),
    );
    const histogram = (name: string, help: string, buckets: readonly number[]): Histogram =>
      registry.register(new Histogram({ name, help, labels: ['host', 'verb'], buckets }));
    this.#durations = histogram(
      'rest_client_request_duration_seconds',
      '[ALPHA] How long the kube-apiserver took to begin its answer, in seconds, watches left out.',
      secondsBounds,
    );
    this.#requestSizes = histogram(
      'rest_client_request_size_bytes',
      '[ALPHA] How many bytes the bodies of requests to the kube-apiserver had, watches left out.',
      bytesBounds,
    );
    this.#responseSizes = histogram(
      'rest_client_response_size_bytes',
      '[ALPHA] How many bytes the bodies of its answers had, watches left out.',
      bytesBounds,
    );
  }

  sent({ host, method, bodyBytes, isWatch }: SentRequest): ExchangeTally {
    const began = this.#clock.monotonic();
    const labels = { host, verb: method };
    const ended = (code: string): void => {
      this.#requests.add({ code, host, method });
      if (isWatch) return;
      this.#durations.observe((this.#clock.monotonic() - began) / 1000, labels);
      this.#requestSizes.observe(bodyBytes, labels);
    };
    return {
      answered: (status) => ended(String(status)),
      failed: () => ended('<error>'),
      received: (bytes) => {
        if (!isWatch) this.#responseSizes.observe(bytes, labels);
      },
    };
  }
}
