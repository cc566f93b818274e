import type { Clock } from '../../lifecycle/clock.ts';
import type { NodeBatch } from '../../model/batch.ts';
import type { NodeRecord } from '../../model/cluster.ts';
import { as, type EpochMs } from '../../model/units.ts';
import { ResourceDecoder } from '../decode/decode.ts';
import { type AddressOptions, hostAndPort, kubeletAddresses, kubeletTarget } from '../kubelet/address.ts';
import type { KubeletAnswer, KubeletClient } from '../kubelet/kubelet-client.ts';
import { Candidates } from './candidates.ts';
import { type AskLimits, type Finding, nothing, type UsageSource } from './finding.ts';

/** What asking kubelets for `/metrics/resource` takes. */
export interface ResourceSourceMeans {
  readonly client: KubeletClient;
  readonly address: AddressOptions;
  readonly clock: Clock;
}

/** Some 2,000 containers: up to here decoding takes a few milliseconds. */
const longBody = 2 ** 20;

/** One node's `/metrics/resource`, asked at whichever of its addresses leads to the kubelet. */
export class ResourceSource implements UsageSource {
  readonly #means: ResourceSourceMeans;
  readonly #candidates: Candidates;
  readonly #decoder = new ResourceDecoder();

  constructor(means: ResourceSourceMeans) {
    this.#means = means;
    this.#candidates = new Candidates(means.clock);
  }

  async ask(node: NodeRecord, limits: AskLimits): Promise<Finding> {
    const { client, address, clock } = this.#means;
    const found = kubeletAddresses(node, address.preferredAddressTypes);
    if (found.kind === 'none') return nothing({ kind: 'no-address', message: found.message });

    let sentAt = clock.now();
    let since = clock.monotonic();
    const { host, answer } = await this.#candidates.ask(found.hosts, limits, (candidate, connecting) => {
      sentAt = clock.now();
      since = clock.monotonic();
      return client.read(kubeletTarget(node, candidate, address), limits.signal, connecting);
    });
    const tookMs = clock.monotonic() - since;
    const place = { address: hostAndPort(kubeletTarget(node, host, address)) };
    if (answer.kind === 'ok') return { ...(await this.#read(answer, { sentAt, tookMs }, limits)), ...place };
    return nothing(answer.kind === 'timed-out' ? { kind: 'timed-out', afterMs: limits.limitMs } : answer, place);
  }

  async #read({ body, date }: OkAnswer, asked: Asked, { signal, limitMs }: AskLimits): Promise<Finding> {
    const decoded =
      body.length > longBody
        ? await this.#decoder.decodeInTurns(body, asked.sentAt)
        : this.#decoder.decode(body, asked.sentAt);
    if (signal.aborted) return nothing({ kind: 'timed-out', afterMs: limitMs });
    const { badLines, ...usage } = decoded;
    const lost = badLines.reduce((sum, { count }) => sum + count, 0);
    const containers = usage.layout.containers.length;
    // An answer without any usage is none: it does not say that the pods are gone.
    if (containers === 0 && usage.nodeSample === undefined) {
      return { outcome: { kind: 'nothing-measured', badLines: lost }, badLines };
    }
    const clock = { ...asked, date, newestSampleAt: newestIn(usage) };
    return { outcome: { kind: 'scraped', containers, badLines: lost }, usage, badLines, clock };
  }
}

type OkAnswer = Extract<KubeletAnswer, { readonly kind: 'ok' }>;

interface Asked {
  /** By our clock. */
  readonly sentAt: EpochMs;
  readonly tookMs: number;
}

function newestIn({ sampledAt, nodeSample }: Omit<NodeBatch, 'node'>): EpochMs {
  return as<EpochMs>(sampledAt.reduce((newest, at) => Math.max(newest, at), nodeSample?.sampledAt ?? 0));
}
