import type { Registry } from '../../telemetry/exposition.ts';
import { Counter, type CounterSeries, Histogram, type HistogramSeries } from '../../telemetry/instruments.ts';
import type { RequestKind } from './request-kind.ts';

const kindLabels = ['component', 'group', 'resource', 'scope', 'subresource', 'verb', 'version'];

const sliBounds = [0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60];
const durationBounds = [0.005, 0.025, ...sliBounds];
const sizeBounds = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/** How one request ended, as far as it is counted. */
export interface ServedRequest {
  readonly code: number;
  readonly seconds: number;
  readonly bytes: number;
  /** The control plane's component that asked; empty for everybody else. */
  readonly systemClient: string;
}

/** The families that tell of requests one kind at a time. Names, labels and bounds are those of the kube-apiserver. */
export class ServedRequests {
  readonly #total: Counter;
  readonly #durations: Histogram;
  readonly #sli: Histogram;
  readonly #sizes: Histogram;
  readonly #terminations: Counter;
  readonly #aborts: Counter;
  readonly #series = new Map<RequestKind, KindSeries>();

  constructor(registry: Registry) {
    this.#total = registry.register(
      new Counter({
        name: 'apiserver_request_total',
        help: '[STABLE] Requests answered by a resource, /apis or a health endpoint, by what was asked for and the status code.',
        labels: [...kindLabels, 'code', 'dry_run', 'system_client'],
      }),
    );
    this.#durations = registry.register(
      new Histogram({
        name: 'apiserver_request_duration_seconds',
        help: '[STABLE] How long answering took, in seconds, a list until its last byte was taken.',
        labels: [...kindLabels, 'dry_run'],
        buckets: durationBounds,
      }),
    );
    this.#sli = registry.register(
      new Histogram({
        name: 'apiserver_request_sli_duration_seconds',
        help: '[ALPHA] How long answering took, in seconds, watches left out.',
        labels: kindLabels,
        buckets: sliBounds,
      }),
    );
    this.#sizes = registry.register(
      new Histogram({
        name: 'apiserver_response_sizes',
        help: '[STABLE] How many bytes the answers to reading requests had.',
        labels: kindLabels,
        buckets: sizeBounds,
      }),
    );
    this.#terminations = registry.register(
      new Counter({
        name: 'apiserver_request_terminations_total',
        help: '[ALPHA] Requests this server cut short to protect itself: too many at once, or out of time.',
        labels: [...kindLabels, 'code'],
      }),
    );
    this.#aborts = registry.register(
      new Counter({
        name: 'apiserver_request_aborts_total',
        help: '[ALPHA] Requests whose client was gone before it had its whole answer.',
        labels: kindLabels.filter((label) => label !== 'component'),
      }),
    );
  }

  served(kind: RequestKind, request: ServedRequest): void {
    let series = this.#series.get(kind);
    if (series === undefined) {
      series = this.#seriesOf(kind);
      this.#series.set(kind, series);
    }
    series.count(request.code, request.systemClient).add();
    series.duration.observe(request.seconds);
    series.sli?.observe(request.seconds);
    series.size?.observe(request.bytes);
  }

  terminated(kind: RequestKind, code: number): void {
    this.#terminations.add({ ...labelsOf(kind), code: String(code) });
  }

  aborted(kind: RequestKind): void {
    this.#aborts.add(labelsOf(kind));
  }

  #seriesOf(kind: RequestKind): KindSeries {
    const labels = labelsOf(kind);
    const counts = new Map<string, CounterSeries>();
    return {
      duration: this.#durations.with(labels),
      sli: kind.verb === 'WATCH' ? undefined : this.#sli.with(labels),
      size: reading.has(kind.verb) ? this.#sizes.with(labels) : undefined,
      count: (code, systemClient) => {
        const key = `${code} ${systemClient}`;
        let count = counts.get(key);
        if (count === undefined) {
          count = this.#total.with({ ...labels, code: String(code), system_client: systemClient });
          counts.set(key, count);
        }
        return count;
      },
    };
  }
}

const reading: ReadonlySet<string> = new Set(['GET', 'LIST', 'WATCH']);

interface KindSeries {
  readonly duration: HistogramSeries;
  readonly sli: HistogramSeries | undefined;
  readonly size: HistogramSeries | undefined;
  readonly count: (code: number, systemClient: string) => CounterSeries;
}

/** A copy of the labels alone, whatever else the object knows. */
function labelsOf({ component, group, resource, scope, subresource, verb, version }: RequestKind) {
  return { component, group, resource, scope, subresource, verb, version };
}
