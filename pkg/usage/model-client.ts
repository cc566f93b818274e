import type { KubeTransport } from '../kube/connection/transport.ts';
import type { Clock } from '../lifecycle/clock.ts';
import { deadline } from '../lifecycle/deadline.ts';
import { saidIn } from './said.ts';

/** A value at a moment, in the unit of its metric. */
export interface Point {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly value: number;
}

/** What came of asking; a failure says what was asked, why not, and what would help. */
export type Asked<T> =
  | { readonly kind: 'told'; readonly value: T }
  | { readonly kind: 'failed'; readonly message: string };

/** What asking takes. */
export interface ModelClientOptions {
  readonly transport: KubeTransport;
  readonly clock: Clock;
  /** For each request. */
  readonly timeoutMs: number;
}

const gateway = '/apis/metrics.k8s.io/v1beta1/model';

/** Reads the Model API of the server in a cluster through its kube-apiserver, as whoever the kubeconfig says we are. */
export class ModelClient {
  readonly #options: ModelClientOptions;

  constructor(options: ModelClientOptions) {
    this.#options = options;
  }

  /** Names that a path of the Model API lists. */
  async names(path: string, signal: AbortSignal): Promise<Asked<readonly string[]>> {
    const asked = await this.#ask(path, signal);
    if (asked.kind === 'failed') return asked;
    const names = Array.isArray(asked.value) ? asked.value : [];
    return { kind: 'told', value: names.filter((name) => typeof name === 'string') };
  }

  /** The series that a path gives, one for each entity it names; one without points where there are none. */
  async series(path: string, signal: AbortSignal): Promise<Asked<readonly (readonly Point[])[]>> {
    const asked = await this.#ask(path, signal);
    return asked.kind === 'failed' ? asked : { kind: 'told', value: itemsOf(asked.value).map(pointsOf) };
  }

  /** The largest value of each series over all the time asked for; undefined where there are no values. */
  async peaks(path: string, signal: AbortSignal): Promise<Asked<readonly (number | undefined)[]>> {
    const asked = await this.#ask(path, signal);
    return asked.kind === 'failed' ? asked : { kind: 'told', value: itemsOf(asked.value).map(peakOf) };
  }

  async #ask(path: string, signal: AbortSignal): Promise<Asked<unknown>> {
    const { transport, clock, timeoutMs } = this.#options;
    using limit = deadline(signal, timeoutMs, clock);
    try {
      using response = await transport.request({
        method: 'GET',
        path: gateway,
        query: { path },
        signal: limit.signal,
      });
      if (response.status === 200) return { kind: 'told', value: await response.json() };
      const text = await response.text(64 * 1024);
      // How the API says that there are no values for that time.
      if (response.status === 500 && text.startsWith('no values of ')) return { kind: 'told', value: {} };
      return { kind: 'failed', message: refusal(response.status, text) };
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      return { kind: 'failed', message: `cannot ask the kube-apiserver at ${transport.server}: ${reason}` };
    }
  }
}

function refusal(status: number, text: string): string {
  if (status === 404)
    return 'the server of metrics.k8s.io has no Model API: start it with --catalogue (manifests/components/catalogue)';
  if (status === 401 || status === 403)
    return `not allowed: grant the verb list on the resource model of the API group metrics.k8s.io (manifests/components/catalogue); the answer was: ${saidIn(text)}`;
  if (status === 503)
    return `metrics.k8s.io is not available; kubectl describe apiservice v1beta1.metrics.k8s.io says why: ${saidIn(text)}`;
  return `the Model API answered ${status}: ${saidIn(text)}`;
}

/** A list of results, or the one result that there is. */
function itemsOf(value: unknown): readonly unknown[] {
  const { items } = (value ?? {}) as { readonly items?: unknown };
  return Array.isArray(items) ? items : [value];
}

function pointsOf(item: unknown): readonly Point[] {
  const { metrics } = (item ?? {}) as { readonly metrics?: unknown };
  if (!Array.isArray(metrics)) return [];
  return (metrics as readonly { timestamp?: unknown; value?: unknown; floatValue?: unknown }[]).flatMap((point) => {
    const at = Date.parse(String(point.timestamp));
    const value = Number(point.floatValue ?? point.value);
    return Number.isNaN(at) || Number.isNaN(value) ? [] : [{ at, value }];
  });
}

function peakOf(item: unknown): number | undefined {
  const { buckets } = (item ?? {}) as { readonly buckets?: readonly { readonly maximum?: unknown }[] };
  const { intValue, floatValue } = (buckets?.[0]?.maximum ?? {}) as Readonly<Record<string, unknown>>;
  const value = floatValue ?? intValue;
  return typeof value === 'number' ? value : undefined;
}
