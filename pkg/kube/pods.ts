import type { Labels, PodRecord } from '../model/cluster.ts';
import { LabelSets } from './label-sets.ts';
import { byCodeUnit, labelsOf, type Metadata } from './metadata.ts';
import type { CatalogOptions } from './nodes.ts';
import { Watch } from './watch/watch.ts';

const metadataList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';
const metadataOnly = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';

/** The pods of one namespace. */
class Namespace {
  readonly pods = new Map<string, PodRecord>();
  /** By name; undefined when something changed since it was last asked for. Never changed once made. */
  sorted: readonly PodRecord[] | undefined;
}

/** The Running pods of the cluster, as the kube-apiserver last told: their names and labels, nothing else. */
export class PodCatalog {
  readonly #watch: Watch<PodRecord>;
  readonly #labels = new LabelSets();
  #namespaces = new Map<string, Namespace>();
  /** One string for all pods of a namespace. */
  readonly #namespaceNames = new Map<string, string>();
  #names: readonly string[] | undefined;
  #size = 0;

  constructor({ connection, ...rest }: CatalogOptions) {
    this.#watch = new Watch({
      transport: connection,
      resource: {
        what: 'pods',
        path: '/api/v1/pods',
        query: { fieldSelector: 'status.phase=Running' },
        listAccept: metadataList,
        watchAccept: metadataOnly,
        decode: (object) => this.#decode(object),
      },
      target: {
        replace: (all) => this.#replace(all),
        put: (pod) => this.#put(pod),
        remove: (pod) => this.#remove(pod),
      },
      ...rest,
    });
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
    return this.#namespaces.get(namespace)?.pods.get(name);
  }

  /** Sorted by namespace, then name; safe to walk slowly while pods come and go. */
  *list(namespace?: string): Generator<PodRecord, void, undefined> {
    const names = namespace === undefined ? this.#sortedNames() : [namespace];
    for (const name of names) yield* this.#sortedPods(name);
  }

  #sortedNames(): readonly string[] {
    this.#names ??= [...this.#namespaces.keys()].sort(byCodeUnit);
    return this.#names;
  }

  #sortedPods(name: string): readonly PodRecord[] {
    const namespace = this.#namespaces.get(name);
    if (namespace === undefined) return [];
    namespace.sorted ??= [...namespace.pods.values()].sort((a, b) => byCodeUnit(a.name, b.name));
    return namespace.sorted;
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
    this.#namespaces = new Map();
    this.#names = undefined;
    this.#size = 0;
    for (const pod of all) this.#place(sameAs(known.get(pod.namespace)?.pods.get(pod.name), pod));
    this.#tidy();
  }

  #put(pod: PodRecord): void {
    this.#place(pod);
    if (this.#labels.overgrown) this.#tidy();
  }

  #place(pod: PodRecord): void {
    const namespace = this.#namespace(pod.namespace);
    const known = namespace.pods.get(pod.name);
    if (known === undefined) this.#size++;
    else if (known.labels === pod.labels) return;
    namespace.pods.set(pod.name, pod);
    namespace.sorted = undefined;
  }

  #remove(pod: PodRecord): void {
    const namespace = this.#namespaces.get(pod.namespace);
    if (namespace === undefined || !namespace.pods.delete(pod.name)) return;
    namespace.sorted = undefined;
    this.#size--;
    if (namespace.pods.size > 0) return;
    this.#namespaces.delete(pod.namespace);
    this.#names = undefined;
  }

  #namespace(name: string): Namespace {
    let namespace = this.#namespaces.get(name);
    if (namespace === undefined) {
      namespace = new Namespace();
      this.#namespaces.set(name, namespace);
      this.#names = undefined;
    }
    return namespace;
  }

  #tidy(): void {
    this.#labels.keepOnly(this.#usedLabels());
    this.#namespaceNames.clear();
    for (const name of this.#namespaces.keys()) this.#namespaceNames.set(name, name);
  }

  *#usedLabels(): Generator<Labels> {
    for (const { pods } of this.#namespaces.values()) for (const { labels } of pods.values()) yield labels;
  }
}

/** The record already held where it says the same: after a list everything is held once. */
function sameAs(known: PodRecord | undefined, pod: PodRecord): PodRecord {
  return known?.labels === pod.labels ? known : pod;
}
