import type { PodRecord } from '../model/cluster.ts';
import type { LabelSelector } from '../model/label-selector.ts';
import { PodSet } from './catalog/pod-set.ts';
import { labelsOf, type Metadata } from './metadata.ts';
import type { CatalogOptions } from './nodes.ts';
import { twoReaders, type WatchReader } from './watch/two-readers.ts';
import { Watch } from './watch/watch.ts';
import type { Listing } from './watch/watch-target.ts';
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
  #pods = new PodSet();

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
      decode: decodePod,
      target: {
        listing: () => this.#listing(),
        put: (pod) => this.#pods.put(pod),
        remove: (pod) => this.#pods.remove(pod),
      },
    };
  }

  /** The same of pods among which are some that do not run. */
  #runningNames(): WatchReader<{ readonly pod: PodRecord; readonly runs: boolean }> {
    return {
      decode: (object) => {
        const pod = decodePod(object);
        return pod && { pod, runs: isRunning(object) };
      },
      target: {
        listing: () => {
          const { add, complete } = this.#listing();
          return { add: ({ pod, runs }) => void (runs && add(pod)), complete };
        },
        put: ({ pod, runs }) => (runs ? this.#pods.put(pod) : this.#pods.remove(pod)),
        remove: ({ pod }) => this.#pods.remove(pod),
      },
    };
  }

  /** Another set grows beside the one in use, and holds by the same record what has not changed. */
  #listing(): Listing<PodRecord> {
    const next = new PodSet();
    return {
      add: (pod) => next.putLike(this.#pods.get(pod.namespace, pod.name), pod),
      complete: () => {
        this.#pods = next;
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
    return this.#pods.size;
  }

  /** How many different label sets are held; pods share them. */
  get labelSets(): number {
    return this.#pods.labelSets;
  }

  get(namespace: string, name: string): PodRecord | undefined {
    return this.#pods.get(namespace, name);
  }

  /**
   * Sorted by namespace, then name; may leave out those that `labels` does not match. Safe to walk slowly, and once, while
   * pods come and go.
   */
  list(namespace?: string, labels?: LabelSelector): Iterable<PodRecord> {
    return this.#pods.list(namespace, labels);
  }
}

/** Names and labels are copies, so nothing keeps the page they came in. */
function decodePod(object: unknown): PodRecord | undefined {
  const { metadata } = (object ?? {}) as { readonly metadata?: Metadata | null };
  if (!metadata) return undefined;
  const { namespace, name } = metadata;
  if (typeof namespace !== 'string' || typeof name !== 'string' || namespace === '' || name === '') return undefined;
  return { namespace, name, labels: labelsOf(metadata) };
}

const isRunning = (object: unknown): boolean =>
  (object as { readonly status?: { readonly phase?: unknown } | null }).status?.phase === 'Running';
