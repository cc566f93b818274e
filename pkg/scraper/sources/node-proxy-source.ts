import type { Clock } from '../../lifecycle/clock.ts';
import type { NodeRecord } from '../../model/cluster.ts';
import { kubeletTarget } from '../kubelet/address.ts';
import type { KubeletAnswer } from '../kubelet/kubelet-client.ts';
import { type AskLimits, type Finding, nothing, type UsageSource } from './finding.ts';
import { ended, type KubeletDoorMeans } from './kubelet-door.ts';
import { ResourceReader } from './resource-source.ts';
import type { Turns } from './turns.ts';

/** Whoever can ask a kubelet through the kube-apiserver. */
export interface NodeProxy {
  /** GET of a path of the kube-apiserver. Never rejects; ends soon after the signal aborts. */
  get(path: string, signal: AbortSignal): Promise<KubeletAnswer>;
}

/** What asking through the kube-apiserver takes. */
export interface NodeProxyMeans extends Pick<KubeletDoorMeans, 'address'> {
  readonly proxy: NodeProxy;
  /** All nodes together: a kube-apiserver is not made for carrying metrics. */
  readonly turns: Turns;
  readonly clock: Clock;
}

/**
 * One node's `/metrics/resource`, handed on by the kube-apiserver, for nodes that it reaches and we do not. The path names
 * no port: with one that is not in the node's status, the kube-apiserver would not tell the kubelet who it is.
 */
export class NodeProxySource implements UsageSource {
  readonly #means: NodeProxyMeans;
  readonly #reader = new ResourceReader();

  constructor(means: NodeProxyMeans) {
    this.#means = means;
  }

  async ask(node: NodeRecord, limits: AskLimits): Promise<Finding> {
    const { proxy, turns, clock, address } = this.#means;
    const waitMs = turns.next(limits.limitMs);
    if (waitMs === undefined) return nothing({ kind: 'timed-out', afterMs: limits.limitMs });
    await clock.sleep(waitMs, limits.signal);
    const sentAt = clock.now();
    const since = clock.monotonic();
    const { path } = kubeletTarget(node, '', address);
    const answer = await proxy.get(`/api/v1/nodes/${encodeURIComponent(node.name)}/proxy${path}`, limits.signal);
    if (answer.kind !== 'ok') return nothing(ended(answer, limits));
    // A Date would be the kube-apiserver's.
    const asked = { sentAt, tookMs: clock.monotonic() - since, date: undefined };
    return this.#reader.read(answer.body, asked, limits);
  }
}
