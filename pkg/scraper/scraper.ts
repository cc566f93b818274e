import { beats } from '../lifecycle/beats.ts';
import type { Clock } from '../lifecycle/clock.ts';
import { Gate } from '../lifecycle/gate.ts';
import type { NodeRecord } from '../model/cluster.ts';
import type { LabelSelector } from '../model/label-selector.ts';
import type { MonotonicMs } from '../model/units.ts';
import type { Registry } from '../telemetry/exposition.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type BatchSink, FollowedNode, type Surroundings } from './followed-node.ts';
import { ScraperInstruments } from './instruments.ts';
import { type AddressOptions, kubeletAddresses, kubeletTarget } from './kubelet/address.ts';
import type { KubeletClient } from './kubelet/kubelet-client.ts';
import type { Outcome } from './outcome.ts';
import { Alarms } from './rhythm/alarms.ts';
import { Allowance } from './rhythm/allowance.ts';
import { Places, shareOf } from './rhythm/places.ts';
import { earlyLooksPerPeriod, headStartMs, type Pace, paceOf } from './rhythm/schedule.ts';
import { Rounds } from './rounds.ts';
import type { ScrapeReport } from './scrape-report.ts';
import type { NodeProxy } from './sources/node-proxy-source.ts';
import { NodeSources, type NodeSourcesMeans } from './sources/node-sources.ts';
import { Turns } from './sources/turns.ts';

/** What happened to a node. */
export interface TargetChange {
  readonly kind: 'added' | 'changed' | 'removed';
  readonly node: NodeRecord;
}

/** The nodes there are. */
export interface ScrapeTargets {
  list(): Iterable<NodeRecord>;
  /** Calls back for each change from now on, until disposed. */
  onChange(listener: (change: TargetChange) => void): Disposable;
}

/** What a scraper is made of. */
export interface ScraperOptions {
  readonly targets: ScrapeTargets;
  /** Only nodes it matches are asked; absent = all. */
  readonly nodeSelector?: Pick<LabelSelector, 'matches'>;
  readonly client: KubeletClient;
  /** Asks kubelets that cannot be reached through the kube-apiserver; absent = nobody does. */
  readonly nodeProxy?: NodeProxy;
  readonly sink: BatchSink;
  readonly address: AddressOptions;
  readonly metricResolutionMs: number;
  /** How long a kubelet may take: to be connected to, and at first to answer. */
  readonly requestTimeoutMs: number;
  /** How long one that proves to be slow may take to answer; absent = no longer. */
  readonly slowRequestTimeoutMs?: number;
  readonly clock: Clock;
  readonly log: Logger;
  readonly registry: Registry;
  /** Any whole number, another one in each process: it decides when in the period which node is asked, and with whom. */
  readonly seed: number;
}

type Unwanted = Exclude<ScrapeReport, { readonly kind: 'followed' }>;

/**
 * Askings for a node's first usage. A first contact costs a handshake, some 2 ms of CPU: more at a time would only make all
 * of them late.
 */
const placesAtOnce = 64;

/** Of askings that are likely to take 16 MiB of memory each. */
const heavyAtOnce = 4;

/** Through the kube-apiserver, which is not made for this: 300 nodes at a period of 15 s. */
const proxiedPerSecond = 20;

/** Asks every node's kubelet in its own rhythm, and hands each answer on as it arrives. */
export class Scraper {
  readonly #options: ScraperOptions;
  readonly #instruments: ScraperInstruments;
  readonly #rounds: Rounds;
  readonly #shared: Surroundings;
  readonly #places: Places;
  readonly #late = new Set<FollowedNode>();
  /** For so many nodes, so many of them late. */
  #pace: { readonly nodes: number; readonly late: number; readonly pace: Pace } | undefined;
  readonly #sources: NodeSourcesMeans;
  readonly #followed = new Map<string, { readonly node: FollowedNode; readonly stop: AbortController }>();
  /** Nodes that there are and that are not asked. */
  readonly #unwanted = new Map<string, Unwanted>();
  /** Those that have not ended yet, the cancelled included. */
  readonly #running = new Set<Promise<void>>();
  #lastBeatAt: MonotonicMs | undefined;

  constructor(options: ScraperOptions) {
    const { registry, metricResolutionMs, requestTimeoutMs, clock, seed } = options;
    this.#options = options;
    this.#places = new Places(seed, metricResolutionMs);
    this.#instruments = new ScraperInstruments(registry, metricResolutionMs);
    this.#rounds = new Rounds((durationMs) => this.#instruments.round(durationMs));
    this.#sources = {
      ...options,
      ...(options.nodeProxy && { proxy: { proxy: options.nodeProxy, turns: new Turns(clock, proxiedPerSecond) } }),
    };
    this.#shared = {
      ...options,
      instruments: this.#instruments,
      rounds: this.#rounds,
      alarms: new Alarms(clock),
      gate: new Gate(placesAtOnce),
      heavyGate: new Gate(heavyAtOnce),
      pace: () => this.#paceNow(),
      late: this.#late,
      patience: { shortestMs: requestTimeoutMs, longestMs: options.slowRequestTimeoutMs ?? requestTimeoutMs },
      earlyLooks: new Allowance(clock, metricResolutionMs, () => earlyLooksPerPeriod(this.#followed.size)),
    };
  }

  /** Asks nodes as they come and go, until `signal` aborts; then waits until no request is left. */
  async run(signal: AbortSignal): Promise<void> {
    const { targets, metricResolutionMs, clock } = this.#options;
    const rhythm = beats(metricResolutionMs, clock, signal);
    // The first beat comes before the first request, so that each request belongs to a round.
    await rhythm.next();
    this.#beat();
    {
      using _changes = targets.onChange((change) => this.#follow(change));
      for (const node of targets.list()) this.#follow({ kind: 'changed', node });
      for await (const _ of rhythm) this.#beat();
    }
    for (const { stop } of this.#followed.values()) stop.abort();
    this.#followed.clear();
    this.#unwanted.clear();
    await Promise.all(this.#running);
  }

  /** When the last round began; undefined before the first. */
  lastBeatAt(): MonotonicMs | undefined {
    return this.#lastBeatAt;
  }

  /** How asking this node last ended; undefined for a node that was not asked yet, or is not ours to ask. */
  outcomeOf(node: string): Outcome | undefined {
    return this.#followed.get(node)?.node.outcome;
  }

  /** All that is known of asking this node, or why it is not asked; undefined where there is no such node. */
  reportOf(node: string): ScrapeReport | undefined {
    return this.#followed.get(node)?.node.report ?? this.#unwanted.get(node);
  }

  /** How many nodes have not been asked yet, or answer and have no usage of everything on them so far. */
  get awaited(): number {
    return this.#followed.values().reduce((sum, { node }) => sum + (node.isAwaited ? 1 : 0), 0);
  }

  /** How many nodes are asked. */
  get size(): number {
    return this.#followed.size;
  }

  #beat(): void {
    this.#lastBeatAt = this.#options.clock.monotonic();
    this.#rounds.turn();
    this.#options.log.detail(1, 'Round over the nodes begins', { nodes: this.#followed.size });
  }

  #follow({ kind, node }: TargetChange): void {
    const followed = this.#followed.get(node.name)?.node;
    const unwanted = kind === 'removed' ? undefined : this.#whyNot(node);
    this.#remember(node.name, unwanted);
    if (kind === 'removed' || unwanted !== undefined) return followed && this.#forget(node.name);
    // Only a node that has just come may still be on its way: one that was there when we began is asked at once.
    if (followed === undefined) return this.#begin(node, kind === 'added' && !node.ready);
    if (this.#isSamePlace(followed.node, node)) {
      followed.node = node;
      return;
    }
    // Another machine under the old name, or the same at another address: everything about it begins anew, and at once.
    this.#forget(node.name);
    this.#begin(node, false);
  }

  #whyNot({ labels, leaving }: NodeRecord): Unwanted | undefined {
    if (this.#options.nodeSelector?.matches(labels) === false) return { kind: 'excluded' };
    return leaving === undefined ? undefined : { kind: 'dropped', taint: leaving };
  }

  #remember(name: string, unwanted: Unwanted | undefined): void {
    if (unwanted === undefined) this.#unwanted.delete(name);
    else this.#unwanted.set(name, unwanted);
  }

  #begin(node: NodeRecord, isComing: boolean): void {
    const { seed } = this.#options;
    const stop = new AbortController();
    const place = {
      source: new NodeSources(this.#sources),
      offsetMs: () => this.#places.offsetOf(node.name),
      dice: (turn: number) => shareOf(node.name, seed + turn),
    };
    const followed = new FollowedNode(node, place, this.#shared);
    this.#followed.set(node.name, { node: followed, stop });
    this.#places.fit(this.#followed.size);
    const running = followed.run(stop.signal, isComing ? headStartMs : 0).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  #forget(name: string): void {
    this.#followed.get(name)?.stop.abort();
    this.#followed.delete(name);
    this.#places.fit(this.#followed.size);
    this.#options.client.forget(name);
    this.#instruments.forget({ node: name });
  }

  #paceNow(): Pace {
    const nodes = this.#followed.size;
    const late = this.#late.size;
    if (this.#pace?.nodes !== nodes || this.#pace.late !== late) {
      this.#pace = { nodes, late, pace: paceOf(this.#options.metricResolutionMs, nodes, late) };
    }
    return this.#pace.pace;
  }

  #isSamePlace(before: NodeRecord, after: NodeRecord): boolean {
    return before.uid === after.uid && this.#placeOf(before) === this.#placeOf(after);
  }

  #placeOf(node: NodeRecord): string {
    const { address } = this.#options;
    const found = kubeletAddresses(node, address.preferredAddressTypes);
    if (found.kind === 'none') return found.message;
    return found.hosts.map((host) => Object.values(kubeletTarget(node, host, address)).join(' ')).join(', ');
  }
}
