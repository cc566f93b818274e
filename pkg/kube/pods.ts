import type { Labels, PodRecord } from '../model/cluster.ts';
import type { LabelSelector } from '../model/label-selector.ts';
import { ByName } from './catalog/by-name.ts';
import { PodNamespace } from './catalog/pod-namespace.ts';
import { LabelSets } from './label-sets.ts';
import { labelsOf, type Metadata } from './metadata.ts';
import type { CatalogOptions } from './nodes.ts';
import { twoReaders, type WatchReader } from './watch/two-readers.ts';
import { Watch } from './watch/watch.ts';
import type { WatchedResource } from './watch/watched-resource.ts';

const metadataList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';
const metadataOnly = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';

type Question = Omit<WatchedResource<unknown>, 'decode'>;

/** As little as possible. */
const runningPods: Question = {
  what: 'pods',
  path: '/api/v1/pods',
  query: { fieldSelector: 'status.phase=Running' },
  listAccept: metadataList,
  watchAccept: metadataOnly,
};

/** For those who want more of pods than that, and of those that do not run yet: 5 to 20 KB each. */
const wholePods: Question = {
  what: 'pods',
  path: '/api/v1/pods',
  query: { fieldSelector: 'spec.nodeName!=,status.phase!=Succeeded,status.phase!=Failed' },
  pageSize: 200,
};

/** The Running pods of the cluster, as the kube-apiserver last told: their names and labels, nothing else. */
export class PodCatalog {
  readonly #watch: Pick<Watch<unknown>, 'run' | 'synced'>;
  readonly #labels = new LabelSets();
  #namespaces = new ByName<PodNamespace>();
  /** One string for all pods of a namespace. */
  readonly #namespaceNames = new Map<string, string>();
  #size = 0;

  /** `also` reads every pod that is bound to a node and has not ended; then they are asked for whole. */
  constructor({ connection, ...rest }: CatalogOptions, also?: WatchReader<unknown>) {
    const following = { transport: connection, ...rest };
    if (also === undefined) {
      const { decode, target } = this.#names();
      this.#watch = new Watch({ ...following, resource: { ...runningPods, decode }, target });
    } else {
      const { decode, target } = twoReaders(this.#runningNames(), also);
      this.#watch = new Watch({ ...following, resource: { ...wholePods, decode }, target });
    }
  }

  #names(): WatchReader<PodRecord> {
    return {
      decode: (object) => this.#decode(object),
      target: {
        replace: (all) => this.#replace(all),
        put: (pod) => this.#put(pod),
        remove: (pod) => this.#remove(pod),
      },
    };
  }

  /** The same of pods among which are some that do not run. */
  #runningNames(): WatchReader<{ readonly pod: PodRecord; readonly runs: boolean }> {
    return {
      decode: (object) => {
        const pod = this.#decode(object);
        return pod && { pod, runs: isRunning(object) };
      },
      target: {
        replace: (all) => this.#replace(all.flatMap(({ pod, runs }) => (runs ? pod : []))),
        put: ({ pod, runs }) => (runs ? this.#put(pod) : this.#remove(pod)),
        remove: ({ pod }) => this.#remove(pod),
      },
    };
  }

  /** Follows the pods until `signal` aborts; waits for a kube-apiserver that is away. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#watch.run(signal);
  }

  /** True once all pods are known; stays true. */
  get synced(): boolean {
    return this.#watch.synced;
  }

  get size(): number {
    return this.#size;
  }

  /** How many different label sets are held; pods share them. */
  get labelSets(): number {
    return this.#labels.size;
  }

  get(namespace: string, name: string): PodRecord | undefined {
    return this.#namespaces.get(namespace)?.get(name);
  }

  /**
   * Sorted by namespace, then name; may leave out those that `labels` does not match. Safe to walk slowly while pods come
   * and go.
   */
  list(namespace?: string, labels?: LabelSelector): Iterable<PodRecord> {
    if (namespace === undefined) return this.#listAll(labels);
    return this.#namespaces.get(namespace)?.sorted(labels) ?? [];
  }

  *#listAll(labels: LabelSelector | undefined): Generator<PodRecord, void, undefined> {
    for (const namespace of this.#namespaces.sorted()) for (const pod of namespace.sorted(labels)) yield pod;
  }

  /** Names and labels are copies, so nothing keeps the page they came in. */
  #decode(object: unknown): PodRecord | undefined {
    const { metadata } = (object ?? {}) as { readonly metadata?: Metadata | null };
    if (!metadata) return undefined;
    const { namespace, name } = metadata;
    if (typeof namespace !== 'string' || typeof name !== 'string' || namespace === '' || name === '') return undefined;
    return { namespace: this.#shareName(namespace), name, labels: this.#labels.share(labelsOf(metadata)) };
  }

  #shareName(namespace: string): string {
    const shared = this.#namespaceNames.get(namespace);
    if (shared === undefined) this.#namespaceNames.set(namespace, namespace);
    return shared ?? namespace;
  }

  #replace(all: readonly PodRecord[]): void {
    const known = this.#namespaces;
    this.#namespaces = new ByName();
    this.#size = 0;
    for (const pod of all) this.#place(sameAs(known.get(pod.namespace)?.get(pod.name), pod));
    this.#tidy();
  }

  #put(pod: PodRecord): void {
    this.#place(pod);
    if (this.#labels.overgrown) this.#tidy();
  }

  #place(pod: PodRecord): void {
    const namespace = this.#namespace(pod.namespace);
    const known = namespace.get(pod.name);
    if (known === undefined) this.#size++;
    else if (known.labels === pod.labels) return;
    namespace.put(pod);
  }

  #remove(pod: PodRecord): void {
    const namespace = this.#namespaces.get(pod.namespace);
    if (namespace?.remove(pod.name) !== true) return;
    this.#size--;
    if (namespace.size === 0) this.#namespaces.remove(namespace.name);
  }

  #namespace(name: string): PodNamespace {
    const known = this.#namespaces.get(name);
    if (known !== undefined) return known;
    const namespace = new PodNamespace(name);
    this.#namespaces.put(namespace);
    return namespace;
  }

  #tidy(): void {
    this.#labels.keepOnly(this.#usedLabels());
    this.#namespaceNames.clear();
    for (const { name } of this.#namespaces.values()) this.#namespaceNames.set(name, name);
  }

  *#usedLabels(): Generator<Labels> {
    for (const namespace of this.#namespaces.values()) for (const { labels } of namespace.pods()) yield labels;
  }
}

/** The record already held where it says the same: after a list everything is held once. */
function sameAs(known: PodRecord | undefined, pod: PodRecord): PodRecord {
  return known?.labels === pod.labels ? known : pod;
}

const isRunning = (object: unknown): boolean =>
  (object as { readonly status?: { readonly phase?: unknown } | null }).status?.phase === 'Running';
