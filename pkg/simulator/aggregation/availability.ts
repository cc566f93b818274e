import type { Clock } from '../../lifecycle/clock.ts';
import { deadline } from '../../lifecycle/deadline.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { Nudge } from '../kube-apiserver/nudge.ts';
import { type Change, type ObjectStore, secondsText } from '../kube-apiserver/object-store.ts';
import { type ApiService, apiServices, apiServicesKey, availableCondition } from './api-service.ts';
import { type ReachableBackend, resolveBackend } from './backend.ts';
import { type BackendConnections, remoteHeaders } from './backend-connections.ts';

/** What is looked at to find a backend available. */
export interface AvailabilityOptions {
  readonly store: ObjectStore;
  readonly connections: BackendConnections;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What the Available condition of an APIService comes to say. */
export interface Verdict {
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
}

/** The user the kube-apiserver looks after aggregated servers as. */
export const aggregatorUser = { name: 'system:kube-aggregator', groups: ['system:masters'], extra: {} };

const rhythmMs = 30_000;
const firstRetryMs = 5;
/**
 * A kube-apiserver's own retries grow up to the rhythm, but it also looks at once when a pod turns ready. Here nobody asks
 * pods whether they are ready, so retries stay frequent.
 */
const lastRetryMs = 1000;
const probeCount = 5;
const probeLimitMs = 5000;

/** Keeps the Available condition of every APIService true to what five probes at a time find. */
export class Availability {
  readonly #options: AvailabilityOptions;
  readonly #nudge = new Nudge();

  constructor(options: AvailabilityOptions) {
    this.#options = options;
  }

  /** Looks every 30 s, at once when something about a service changes, and after a failure from 5 ms on up to 1 s. */
  async run(signal: AbortSignal): Promise<void> {
    const { store, clock } = this.#options;
    using _listening = store.onChange((change) => {
      if (mayMatter(change)) this.#nudge.give();
    });
    let failures = 0;
    while (!signal.aborted) {
      failures = (await this.#lookAtAll(signal)) ? 0 : failures + 1;
      const wait = failures === 0 ? rhythmMs : Math.min(lastRetryMs, firstRetryMs * 2 ** (failures - 1));
      if (await this.#nudge.sleep(wait, clock, signal)) failures = 0;
    }
  }

  async #lookAtAll(signal: AbortSignal): Promise<boolean> {
    const { store } = this.#options;
    const verdicts = apiServices(store).map(async (apiService) => {
      const verdict = await this.#verdictOn(apiService, signal);
      if (!signal.aborted) this.#write(apiService.name, verdict);
      return verdict.status === 'True';
    });
    return (await Promise.all(verdicts)).every(Boolean);
  }

  async #verdictOn(apiService: ApiService, signal: AbortSignal): Promise<Verdict> {
    const { store, connections } = this.#options;
    const backend = resolveBackend(store, apiService);
    if (backend.kind === 'unresolved') return { status: 'False', reason: backend.reason, message: backend.message };
    const probes = Array.from({ length: probeCount }, () => this.#probe(apiService, backend, signal));
    const problems = await Promise.all(probes);
    if (problems.includes(undefined)) return { status: 'True', reason: 'Passed', message: 'all checks passed' };
    connections.closeIdle();
    return { status: 'False', reason: 'FailedDiscoveryCheck', message: problems.at(-1) ?? '' };
  }

  /** What went wrong, or undefined when all is well. */
  async #probe(
    { group, version }: ApiService,
    backend: ReachableBackend,
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { connections, clock } = this.#options;
    const path = `/apis/${group}/${version}`;
    const url = `https://${backend.host}:${backend.port}${path}`;
    using limit = deadline(signal, probeLimitMs, clock);
    const headers = { 'User-Agent': 'Go-http-client/1.1', 'Accept-Encoding': 'gzip', ...remoteHeaders(aggregatorUser) };
    const answer = await connections.send(backend, { method: 'GET', url: path, headers, signal: limit.signal });
    if (answer.kind === 'failed') {
      return `failing or missing response from ${url}: Get "${url}": ${answer.problem}`;
    }
    // The body is nobody's concern here, but the connection can only be used again once it has been read.
    answer.response.on('error', () => undefined).resume();
    const { statusCode = 0 } = answer.response;
    if (statusCode >= 200 && statusCode < 300) return undefined;
    return `failing or missing response from ${url}: bad status from ${url}: ${statusCode}`;
  }

  #write(name: string, verdict: Verdict): void {
    const { store, clock, log } = this.#options;
    const object = store.get(apiServicesKey, name);
    if (object === undefined) return;
    const before = availableCondition(object);
    if (before?.status === verdict.status && before.reason === verdict.reason && before.message === verdict.message) {
      return;
    }
    const changed = before?.status !== verdict.status;
    const lastTransitionTime = changed ? secondsText(clock.now()) : before?.lastTransitionTime;
    if (changed) log.info('APIService changed its availability', { name, ...verdict });
    store.put(apiServicesKey, {
      ...object,
      status: { conditions: [{ type: 'Available', lastTransitionTime, ...verdict }] },
    });
  }
}

/** Our own writes to `status` must not set us off again. */
function mayMatter({ resource, now, before }: Change): boolean {
  if (resource === 'services' || resource === 'endpointslices.discovery.k8s.io') return true;
  return resource === apiServicesKey && JSON.stringify(now?.spec) !== JSON.stringify(before?.spec);
}
