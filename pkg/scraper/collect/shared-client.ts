import type { KubeletTarget } from '../kubelet/address.ts';
import type { KubeletAnswer, KubeletClient } from '../kubelet/kubelet-client.ts';

/**
 * One client for several who ask the same kubelets, each about something else: a connection for each of them would double
 * what kubelets cost in memory. Nearly always nobody else is asking, and the first client serves, whose connection is kept
 * for the others. Whoever comes while a kubelet is still answering, be it a slow one, does not wait: the next client serves.
 */
export class SharedClient implements KubeletClient {
  readonly #places: readonly { readonly client: KubeletClient; readonly asking: Set<string> }[];

  /** As many clients as there are who ask at a time; the last one takes what is beyond that. */
  constructor(clients: readonly [KubeletClient, ...KubeletClient[]]) {
    this.#places = clients.map((client) => ({ client, asking: new Set() }));
  }

  async read(target: KubeletTarget, ...rest: ReadLimits): Promise<KubeletAnswer> {
    const { node } = target;
    const place = this.#places.find(({ asking }) => !asking.has(node)) ?? this.#places.at(-1);
    if (place === undefined) return { kind: 'timed-out' };
    place.asking.add(node);
    try {
      return await place.client.read(target, ...rest);
    } finally {
      place.asking.delete(node);
    }
  }

  forget(node: string): void {
    for (const { client } of this.#places) client.forget(node);
  }
}

type ReadLimits = Parameters<KubeletClient['read']> extends [KubeletTarget, ...infer Rest] ? Rest : never;
