import type { Registry } from '../../telemetry/exposition.ts';
import { Counter, defaultBuckets, Gauge, Histogram } from '../../telemetry/instruments.ts';
import type { TokenReviewer } from '../identity/bearer-token.ts';

/** Counts what is known of tokens without asking, and what is asked. Names, labels and bounds are those of the kube-apiserver. */
export class TokenCacheInstruments {
  readonly #requests: Counter;
  readonly #durations: Histogram;
  readonly #fetches: Counter;
  #underWay = 0;

  constructor(registry: Registry) {
    const labels = ['status'];
    this.#requests = registry.register(
      new Counter({
        name: 'authentication_token_cache_request_total',
        help: '[ALPHA] Tokens looked up, by whether what they are worth was known.',
        labels,
      }),
    );
    this.#durations = registry.register(
      new Histogram({
        name: 'authentication_token_cache_request_duration_seconds',
        help: '[ALPHA] How long looking up a token took, in seconds, by whether what it is worth was known.',
        labels,
        buckets: defaultBuckets,
      }),
    );
    this.#fetches = registry.register(
      new Counter({
        name: 'authentication_token_cache_fetch_total',
        help: '[ALPHA] Tokens the kube-apiserver was asked about, by whether it could say.',
        labels,
      }),
    );
    registry.register(
      new Gauge({
        name: 'authentication_token_cache_active_fetch_count',
        help: '[ALPHA] Tokens the kube-apiserver is being asked about.',
        labels,
        read: (gauge) => gauge.set(this.#underWay, { status: 'in_flight' }),
      }),
    );
  }

  /** A token was looked up. */
  lookedUp(known: boolean, tookMs: number): void {
    const labels = { status: known ? 'hit' : 'miss' };
    this.#requests.add(labels);
    this.#durations.observe(tookMs / 1000, labels);
  }

  /** The same reviewer, its work counted. */
  reviewing(inner: TokenReviewer): TokenReviewer {
    return {
      review: async (token, signal) => {
        this.#underWay++;
        let status = 'error';
        try {
          const verdict = await inner.review(token, signal);
          if (verdict.kind !== 'unavailable') status = 'ok';
          return verdict;
        } finally {
          this.#underWay--;
          this.#fetches.add({ status });
        }
      },
    };
  }
}
