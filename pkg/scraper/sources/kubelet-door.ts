import type { Clock } from '../../lifecycle/clock.ts';
import type { NodeRecord } from '../../model/cluster.ts';
import type { EpochMs } from '../../model/units.ts';
import {
  type AddressOptions,
  hostAndPort,
  type KubeletAddresses,
  type KubeletTarget,
  kubeletAddresses,
  kubeletTarget,
} from '../kubelet/address.ts';
import type { KubeletAnswer, KubeletClient } from '../kubelet/kubelet-client.ts';
import { Candidates } from './candidates.ts';
import { type AskLimits, type Finding, nothing } from './finding.ts';

/** What asking kubelets takes. */
export interface KubeletDoorMeans {
  readonly client: KubeletClient;
  readonly address: AddressOptions;
  readonly clock: Clock;
}

/** A body, or why there is none. */
export type Opened = OpenedBody | { readonly kind: 'shut'; readonly finding: Finding };

/** A body. Disposing of it gives its memory back: nobody may look at it from then on. */
export interface OpenedBody extends Disposable {
  readonly kind: 'body';
  readonly body: Buffer;
  readonly asked: Asked;
  readonly address: string;
}

/** When a body was asked for, and what the kubelet thought the time was. */
export interface Asked {
  /** By our clock. */
  readonly sentAt: EpochMs;
  readonly tookMs: number;
  /** By the node's. */
  readonly date: EpochMs | undefined;
}

/** One address of a node: what to ask there, and what it is called. */
interface Place {
  readonly target: KubeletTarget;
  readonly name: string;
}

/** The way to one node's kubelet, at whichever of its addresses leads there: whatever is asked of it. */
export class KubeletDoor {
  readonly #means: KubeletDoorMeans;
  readonly #candidates: Candidates;
  /** What follows from the record of the node that was asked last: the same one, as long as its Node object is the same. */
  #node: NodeRecord | undefined;
  #addresses: KubeletAddresses | undefined;
  readonly #places = new Map<string, Place>();

  constructor(means: KubeletDoorMeans) {
    this.#means = means;
    this.#candidates = new Candidates(means.clock);
  }

  /** Asks for resource metrics, or for what `what` says instead. */
  async ask(
    node: NodeRecord,
    limits: AskLimits,
    what?: Partial<Pick<KubeletTarget, 'path' | 'accept'>>,
  ): Promise<Opened> {
    const { client, clock } = this.#means;
    const found = this.#addressesOf(node);
    if (found.kind === 'none') {
      return { kind: 'shut', finding: nothing({ kind: 'no-address', message: found.message }) };
    }
    let sentAt = clock.now();
    let since = clock.monotonic();
    const { host, answer } = await this.#candidates.ask(found.hosts, limits, (candidate, connectMs) => {
      sentAt = clock.now();
      since = clock.monotonic();
      const { target } = this.#placeAt(candidate, node);
      return client.read(what ? { ...target, ...what } : target, limits.signal, connectMs, limits.reached);
    });
    const { name: place } = this.#placeAt(host, node);
    if (answer.kind !== 'ok') return { kind: 'shut', finding: nothing(ended(answer, limits), { address: place }) };
    const asked = { sentAt, tookMs: clock.monotonic() - since, date: answer.date };
    return { kind: 'body', body: answer.body, asked, address: place, [Symbol.dispose]: () => answer.release?.() };
  }

  #addressesOf(node: NodeRecord): KubeletAddresses {
    if (this.#node === node && this.#addresses !== undefined) return this.#addresses;
    this.#node = node;
    this.#places.clear();
    this.#addresses = kubeletAddresses(node, this.#means.address.preferredAddressTypes);
    return this.#addresses;
  }

  #placeAt(host: string, node: NodeRecord): Place {
    const known = this.#places.get(host);
    if (known !== undefined) return known;
    const target = kubeletTarget(node, host, this.#means.address);
    const place = { target, name: hostAndPort(target) };
    this.#places.set(host, place);
    return place;
  }
}

/** How an asking ended that brought no body. */
export function ended(answer: Exclude<KubeletAnswer, { readonly kind: 'ok' }>, limits: AskLimits): Finding['outcome'] {
  return answer.kind === 'timed-out' ? { kind: 'timed-out', afterMs: limits.limitMs } : answer;
}
