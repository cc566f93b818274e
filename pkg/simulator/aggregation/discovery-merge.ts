import type { Clock } from '../../lifecycle/clock.ts';
import { deadline } from '../../lifecycle/deadline.ts';
import { Nudge } from '../kube-apiserver/nudge.ts';
import type { ObjectStore } from '../kube-apiserver/object-store.ts';
import { isRecord } from '../kube-apiserver/object-store.ts';
import type { Reply } from '../kube-apiserver/reply.ts';
import type { AggregationProxy } from './aggregation-proxy.ts';
import { ownCall } from './aggregation-proxy.ts';
import { type ApiService, apiServices, apiServicesKey } from './api-service.ts';
import { aggregatorUser } from './availability.ts';

/** One version of a group in aggregated discovery. */
export interface VersionDiscovery {
  readonly version: string;
  readonly resources?: readonly unknown[];
  readonly freshness: string;
}

/** Whose discovery documents are merged. */
export interface DiscoveryMergeOptions {
  readonly store: ObjectStore;
  readonly proxy: AggregationProxy;
  readonly clock: Clock;
}

/** The last whole document of one Service. */
interface Cached {
  readonly etag: string;
  readonly versions: ReadonlyMap<string, VersionDiscovery>;
}

type Fetched =
  | { readonly kind: 'found'; readonly resources: readonly unknown[] }
  | { readonly kind: 'failed' }
  /** The server has no aggregated discovery. */
  | { readonly kind: 'legacy' };

const rhythmMs = 60_000;
const firstRetryMs = 500;
const limitMs = 5000;
const bodyLimit = 4 * 2 ** 20;
const wholeDocument = 'as=APIGroupDiscoveryList';
const accept = ['v2', 'v2beta1'].map((v) => `application/json;g=apidiscovery.k8s.io;v=${v};${wholeDocument}`).join(',');

/** Asks aggregated servers what they serve, so that one document can tell it for all. */
export class DiscoveryMerge {
  readonly #options: DiscoveryMergeOptions;
  readonly #nudge = new Nudge();
  readonly #byService = new Map<string, Cached>();
  readonly #byApiService = new Map<string, VersionDiscovery>();

  constructor(options: DiscoveryMergeOptions) {
    this.#options = options;
  }

  /** What is known of one APIService; Stale and empty while its server has not answered. */
  found({ name, version }: ApiService): VersionDiscovery {
    return this.#byApiService.get(name) ?? { version, freshness: 'Stale' };
  }

  /** Asks every minute, when an APIService changes, and from 500 ms on doubling after a failure. */
  async run(signal: AbortSignal): Promise<void> {
    const { store, clock } = this.#options;
    using _listening = store.onChange(({ resource }) => {
      if (resource === apiServicesKey) this.#nudge.give();
    });
    let failures = 0;
    while (!signal.aborted) {
      const outcomes = await Promise.all(apiServices(store).map((apiService) => this.#refresh(apiService, signal)));
      failures = outcomes.every(Boolean) ? 0 : failures + 1;
      const wait = failures === 0 ? rhythmMs : Math.min(rhythmMs, firstRetryMs * 2 ** (failures - 1));
      if (await this.#nudge.sleep(wait, clock, signal)) failures = 0;
    }
  }

  async #refresh(apiService: ApiService, signal: AbortSignal): Promise<boolean> {
    const whole = await this.#fetchWhole(apiService, signal);
    const fetched = whole.kind === 'legacy' ? await this.#fetchLegacy(apiService, signal) : whole;
    const { name, version } = apiService;
    const known = fetched.kind === 'found';
    this.#byApiService.set(
      name,
      known ? { version, resources: fetched.resources, freshness: 'Current' } : { version, freshness: 'Stale' },
    );
    return known;
  }

  async #fetchWhole(apiService: ApiService, signal: AbortSignal): Promise<Fetched> {
    const { namespace, name } = apiService.service;
    const service = `${namespace}/${name}`;
    const cached = this.#byService.get(service);
    using limit = deadline(signal, limitMs, this.#options.clock);
    const headers = { accept, ...(cached && { 'if-none-match': cached.etag }) };
    const call = ownCall('/apis', aggregatorUser, headers, limit.signal);
    const reply = await this.#options.proxy.forward(call, apiService);
    // Read whatever it is: the connection can only be used again afterwards.
    const document = await readJson(reply);

    if (reply.status === 304 && cached) return { kind: 'found', resources: resourcesIn(cached, apiService) };
    if (reply.status === 503) return { kind: 'failed' };
    if (reply.status !== 200 || !headerOf(reply, 'Content-Type').includes(wholeDocument)) return { kind: 'legacy' };
    if (document === undefined) return { kind: 'failed' };
    const fresh = { etag: headerOf(reply, 'Etag'), versions: versionsIn(document) };
    this.#byService.set(service, fresh);
    return { kind: 'found', resources: resourcesIn(fresh, apiService) };
  }

  async #fetchLegacy(apiService: ApiService, signal: AbortSignal): Promise<Fetched> {
    const { group, version } = apiService;
    using limit = deadline(signal, limitMs, this.#options.clock);
    const user = { name: aggregatorUser.name, groups: [], extra: {} };
    const call = ownCall(`/apis/${group}/${version}`, user, { accept: 'application/json' }, limit.signal);
    const reply = await this.#options.proxy.forward(call, apiService);
    const document = await readJson(reply);
    if (reply.status !== 200 || !isRecord(document) || !Array.isArray(document.resources)) return { kind: 'failed' };
    return { kind: 'found', resources: document.resources.filter(isRecord).map(wholeResource) };
  }
}

function resourcesIn({ versions }: Cached, { group, version }: ApiService): readonly unknown[] {
  return versions.get(`${group}/${version}`)?.resources ?? [];
}

function versionsIn(document: unknown): ReadonlyMap<string, VersionDiscovery> {
  const found = listIn(document, 'items').flatMap((group) => {
    const name = isRecord(group.metadata) ? String(group.metadata.name) : '';
    return listIn(group, 'versions').map((one): [string, VersionDiscovery] => {
      const version = String(one.version);
      return [`${name}/${version}`, { version, resources: listIn(one, 'resources'), freshness: 'Current' }];
    });
  });
  return new Map(found);
}

function listIn(value: unknown, field: string): Readonly<Record<string, unknown>>[] {
  const found = isRecord(value) ? value[field] : undefined;
  return Array.isArray(found) ? found.filter(isRecord) : [];
}

/** A line of an APIResourceList in the terms of aggregated discovery. */
function wholeResource({ name, kind, namespaced, singularName, verbs }: Readonly<Record<string, unknown>>): object {
  return {
    resource: name,
    responseKind: { group: '', version: '', kind },
    scope: namespaced === true ? 'Namespaced' : 'Cluster',
    singularResource: singularName,
    verbs,
  };
}

/** The body of a reply as JSON; undefined when it is none, breaks off, or is too long. */
export async function readJson({ body }: Reply): Promise<unknown> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of typeof body === 'string' ? [body] : body) {
      pieces.push(Buffer.from(piece));
      length += piece.length;
      if (length > bodyLimit) return undefined;
    }
    return JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch {
    // An answer that breaks off and one that is no JSON are both no discovery.
    return undefined;
  }
}

function headerOf({ headers }: Reply, name: string): string {
  return [headers[name] ?? ''].flat().join(', ');
}
