import type { Clock } from '../../lifecycle/clock.ts';
import { deadline } from '../../lifecycle/deadline.ts';
import { Nudge } from '../kube-apiserver/nudge.ts';
import { isRecord, type KubernetesObject, type ObjectStore, secondsText } from '../kube-apiserver/object-store.ts';
import { resourceTypes, storeKey } from '../kube-apiserver/resource-types.ts';
import { type AggregationProxy, ownCall } from './aggregation-proxy.ts';
import { type ApiService, apiServices } from './api-service.ts';
import { readJson } from './discovery-merge.ts';

/** What deleting namespaces takes. */
export interface NamespaceDeletionOptions {
  readonly store: ObjectStore;
  readonly proxy: AggregationProxy;
  readonly clock: Clock;
}

const controller = {
  name: 'system:serviceaccount:kube-system:namespace-controller',
  groups: ['system:serviceaccounts', 'system:authenticated'],
  extra: {},
};
const retryMs = 1_000;
const limitMs = 5_000;

/** Marks a namespace for deletion, as the kube-apiserver does; the rest is up to the controller. */
export function beginDeletion(store: ObjectStore, namespace: KubernetesObject, now: number): KubernetesObject {
  const { metadata } = namespace;
  if ('deletionTimestamp' in metadata) return namespace;
  return store.put('namespaces', {
    ...namespace,
    metadata: { ...metadata, deletionTimestamp: secondsText(now) } as KubernetesObject['metadata'],
    status: { phase: 'Terminating' },
  });
}

/**
 * The namespace controller: finds out what there may be in a namespace, deletes it all, then the namespace. One API group
 * whose resources nobody can tell, and the namespace stays, Terminating: there might be something left in it.
 */
export class NamespaceDeletion {
  readonly #options: NamespaceDeletionOptions;
  readonly #nudge = new Nudge();

  constructor(options: NamespaceDeletionOptions) {
    this.#options = options;
  }

  /** Works until `signal` aborts; what does not succeed is tried again every second. */
  async run(signal: AbortSignal): Promise<void> {
    const { store, clock } = this.#options;
    using _listening = store.onChange(({ resource, now, before }) => {
      if (resource === 'namespaces' && isTerminating(now) && !isTerminating(before)) this.#nudge.give();
    });
    while (!signal.aborted) {
      const leaving = store.list('namespaces').filter(isTerminating);
      for (const namespace of leaving) await this.#finish(namespace, signal);
      const isDone = !store.list('namespaces').some(isTerminating);
      await this.#nudge.sleep(isDone ? 2 ** 30 : retryMs, clock, signal);
    }
  }

  async #finish(namespace: KubernetesObject, signal: AbortSignal): Promise<void> {
    const { store } = this.#options;
    const { name } = namespace.metadata;
    const found = await Promise.all(apiServices(store).map((service) => this.#problemWith(service, signal)));
    const problems = found.filter((problem) => problem !== undefined);
    if (signal.aborted) return;
    if (problems.length > 0) {
      const message = `Discovery failed for some groups, ${problems.length} failing: ${problems.join(', ')}`;
      const condition = {
        type: 'NamespaceDeletionDiscoveryFailure',
        status: 'True',
        reason: 'DiscoveryFailed',
        message,
      };
      store.put('namespaces', { ...namespace, status: { phase: 'Terminating', conditions: [condition] } });
      return;
    }
    for (const type of resourceTypes.filter(({ namespaced }) => namespaced)) {
      const key = storeKey(type);
      for (const { metadata } of store.list(key, name)) store.remove(key, metadata.name, name);
    }
    store.remove('namespaces', name);
  }

  /** Why nobody can tell what an API group has in the namespace; undefined when it can be told. */
  async #problemWith(apiService: ApiService, signal: AbortSignal): Promise<string | undefined> {
    const { group, version } = apiService;
    using limit = deadline(signal, limitMs, this.#options.clock);
    const call = ownCall(`/apis/${group}/${version}`, controller, { accept: 'application/json' }, limit.signal);
    const reply = await this.#options.proxy.forward(call, apiService);
    const document = await readJson(reply);
    const isList = isRecord(document) && Array.isArray(document.resources);
    return reply.status === 200 && isList ? undefined : `${group}/${version}: answered ${reply.status}`;
  }
}

const isTerminating = (object: KubernetesObject | undefined): boolean =>
  isRecord(object?.status) && object.status.phase === 'Terminating';
