import type { Clock } from '../../lifecycle/clock.ts';
import type { NodeRecord } from '../../model/cluster.ts';
import type { EpochMs } from '../../model/units.ts';
import {
  type AddressOptions,
  hostAndPort,
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
export type Opened =
  | { readonly kind: 'body'; readonly body: Buffer; readonly asked: Asked; readonly address: string }
  | { readonly kind: 'shut'; readonly finding: Finding };

/** When a body was asked for, and what the kubelet thought the time was. */
export interface Asked {
  /** By our clock. */
  readonly sentAt: EpochMs;
  readonly tookMs: number;
  /** By the node's. */
  readonly date: EpochMs | undefined;
}

/** The way to one node's kubelet, at whichever of its addresses leads there: whatever is asked of it. */
export class KubeletDoor {
  readonly #means: KubeletDoorMeans;
  readonly #candidates: Candidates;

  constructor(means: KubeletDoorMeans) {
    this.#means = means;
    this.#candidates = new Candidates(means.clock);
  }

  /** Asks for resource metrics, or for what `what` says instead. */
  async ask(
    node: NodeRecord,
    limits: AskLimits,
    what: Partial<Pick<KubeletTarget, 'path' | 'accept'>> = {},
  ): Promise<Opened> {
    const { client, address, clock } = this.#means;
    const found = kubeletAddresses(node, address.preferredAddressTypes);
    if (found.kind === 'none') {
      return { kind: 'shut', finding: nothing({ kind: 'no-address', message: found.message }) };
    }
    let sentAt = clock.now();
    let since = clock.monotonic();
    const { host, answer } = await this.#candidates.ask(found.hosts, limits, (candidate, connecting) => {
      sentAt = clock.now();
      since = clock.monotonic();
      return client.read(
        { ...kubeletTarget(node, candidate, address), ...what },
        limits.signal,
        connecting,
        limits.reached,
      );
    });
    const place = hostAndPort(kubeletTarget(node, host, address));
    if (answer.kind !== 'ok') return { kind: 'shut', finding: nothing(ended(answer, limits), { address: place }) };
    const asked = { sentAt, tookMs: clock.monotonic() - since, date: answer.date };
    return { kind: 'body', body: answer.body, asked, address: place };
  }
}

/** How an asking ended that brought no body. */
export function ended(answer: Exclude<KubeletAnswer, { readonly kind: 'ok' }>, limits: AskLimits): Finding['outcome'] {
  return answer.kind === 'timed-out' ? { kind: 'timed-out', afterMs: limits.limitMs } : answer;
}
