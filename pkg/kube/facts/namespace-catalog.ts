import type { Metadata } from '../metadata.ts';
import type { CatalogOptions } from '../nodes.ts';
import { Watch } from '../watch/watch.ts';
import { atOnce } from '../watch/watch-target.ts';

const metadataList = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';
const metadataOnly = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';

interface NamespaceFacts {
  readonly name: string;
  readonly uid: string;
}

/** The UIDs of namespaces. */
export class NamespaceCatalog {
  readonly #watch: Watch<NamespaceFacts>;
  #uids = new Map<string, string>();

  constructor({ connection, ...rest }: CatalogOptions) {
    this.#watch = new Watch({
      transport: connection,
      resource: {
        what: 'namespaces',
        path: '/api/v1/namespaces',
        listAccept: metadataList,
        watchAccept: metadataOnly,
        decode: decodeNamespace,
      },
      target: {
        listing: atOnce((all) => {
          this.#uids = new Map(all.map(({ name, uid }) => [name, uid]));
        }),
        put: ({ name, uid }) => void this.#uids.set(name, uid),
        remove: ({ name }) => void this.#uids.delete(name),
      },
      ...rest,
    });
  }

  /** Follows the namespaces until `signal` aborts; waits for a kube-apiserver that is away. */
  async run(signal: AbortSignal): Promise<void> {
    await this.#watch.run(signal);
  }

  uidOf(namespace: string): string | undefined {
    return this.#uids.get(namespace);
  }
}

function decodeNamespace(object: unknown): NamespaceFacts | undefined {
  const { metadata } = (object ?? {}) as { readonly metadata?: Metadata | null };
  const { name, uid } = metadata ?? {};
  return typeof name === 'string' && typeof uid === 'string' ? { name, uid } : undefined;
}
