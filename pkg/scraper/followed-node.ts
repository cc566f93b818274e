import type { Clock } from '../lifecycle/clock.ts';
import { deadline } from '../lifecycle/deadline.ts';
import type { NodeBatch } from '../model/batch.ts';
import type { NodeRecord } from '../model/cluster.ts';
import { as, type EpochMs, type MonotonicMs } from '../model/units.ts';
import type { Logger } from '../telemetry/logger.ts';
import { type Decoded, ResourceDecoder } from './decode/decode.ts';
import type { Gate } from './gate.ts';
import type { ScraperInstruments } from './instruments.ts';
import { type AddressOptions, hostAndPort, kubeletAddress, kubeletTarget } from './kubelet/address.ts';
import type { KubeletClient } from './kubelet/kubelet-client.ts';
import { NodeLog } from './node-log.ts';
import { isSuccess, type Outcome } from './outcome.ts';
import type { Rounds } from './rounds.ts';
import { advance, type Course, newcomer, nextAskAt, type Pace } from './schedule.ts';
import type { FollowedReport } from './scrape-report.ts';

/** Where batches go, one by one, as they arrive. */
export interface BatchSink {
  /** `settled`: each of the node's containers has two samples of different times, so that nothing is waited for. */
  store(batch: NodeBatch): { readonly settled: boolean };
}

/** What all nodes share. */
export interface Surroundings {
  readonly client: KubeletClient;
  readonly sink: BatchSink;
  readonly address: AddressOptions;
  readonly requestTimeoutMs: number;
  readonly pace: () => Pace;
  readonly gate: Gate;
  readonly rounds: Rounds;
  readonly instruments: ScraperInstruments;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How one asking ended, and what the store said of what came. */
interface Ending {
  readonly outcome: Outcome;
  readonly settled: boolean;
}

/**
 * So long a first contact counts as work. A dead node only lets us wait; after a power cut half a large cluster is dead,
 * 250 askings a second.
 */
const placeHeldMs = 100;

/** Some 2,000 containers: up to here decoding takes a few milliseconds. */
const longBody = 2 ** 20;

/** One node being followed: asked again and again, one request at a time, until its signal aborts. */
export class FollowedNode {
  readonly #shared: Surroundings;
  readonly #offsetMs: number;
  readonly #labels: { readonly node: string };
  readonly #decoder = new ResourceDecoder();
  readonly #log: NodeLog;
  #node: NodeRecord;
  #course: Course = newcomer;
  #outcome: Outcome | undefined;
  #failures = 0;
  #endedAt: MonotonicMs | undefined;
  #lastScrapedAt: MonotonicMs | undefined;
  #nextAskAt: MonotonicMs | undefined;
  #address: string | undefined;

  constructor(node: NodeRecord, offsetMs: number, shared: Surroundings) {
    this.#node = node;
    this.#offsetMs = offsetMs;
    this.#shared = shared;
    this.#labels = { node: node.name };
    this.#log = new NodeLog(shared.log);
  }

  /** The newest record of the node; give it a new one when the Node object changes. */
  get node(): NodeRecord {
    return this.#node;
  }

  set node(node: NodeRecord) {
    this.#node = node;
  }

  /** How the last asking ended; undefined before the first. */
  get outcome(): Outcome | undefined {
    return this.#outcome;
  }

  /** All that is known of asking it. */
  get report(): FollowedReport {
    return {
      kind: 'followed',
      outcome: this.#outcome,
      failures: this.#failures,
      endedAt: this.#endedAt,
      lastScrapedAt: this.#lastScrapedAt,
      nextAskAt: this.#nextAskAt,
      backingOff: false,
      source: 'resource',
      address: this.#address,
      skewMs: undefined,
    };
  }

  /** Asks at once, then in rhythm. Never throws. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, pace } = this.#shared;
    while (!signal.aborted) {
      const startedAt = await this.#ask(signal);
      const now = clock.monotonic();
      const due = nextAskAt(this.#course, { startedAt, now, offsetMs: this.#offsetMs }, pace());
      this.#nextAskAt = as<MonotonicMs>(due);
      await clock.sleep(due - now, signal);
      this.#nextAskAt = undefined;
    }
  }

  /** One asking. Returns when it began, which for a first contact is not before there was a place for it. */
  async #ask(signal: AbortSignal): Promise<MonotonicMs> {
    const { gate, clock, rounds } = this.#shared;
    // Whoever answered last time has a connection: nobody else's first contact is worth waiting for.
    using place = this.#isConnected ? undefined : await gate.enter(signal);
    using _place = clock.timer(placeHeldMs, () => place?.[Symbol.dispose]());
    const startedAt = clock.monotonic();
    if (signal.aborted) return startedAt;

    const roundEnded = rounds.asked(startedAt);
    const ending = await this.#scrape(signal);
    roundEnded(clock.monotonic());
    // Cancelled, because the node is gone or we stop: that says nothing about the node.
    if (!signal.aborted) this.#record(ending, startedAt);
    return startedAt;
  }

  get #isConnected(): boolean {
    return this.#outcome !== undefined && isSuccess(this.#outcome);
  }

  async #scrape(signal: AbortSignal): Promise<Ending> {
    try {
      return await this.#request(signal);
    } catch (error) {
      // The one place where a surprise on the way from kubelet to store ends: it must not take the other nodes with it.
      const message = error instanceof Error ? error.message : String(error);
      return { outcome: { kind: 'broken', message }, settled: false };
    }
  }

  async #request(signal: AbortSignal): Promise<Ending> {
    const { client, address, requestTimeoutMs, clock } = this.#shared;
    const found = kubeletAddress(this.#node, address.preferredAddressTypes);
    if (found.kind === 'none') return failed({ kind: 'no-address', message: found.message });

    const target = kubeletTarget(this.#node, found.host, address);
    this.#address = hostAndPort(target);
    const sentAt = clock.now();
    using limit = deadline(signal, requestTimeoutMs, clock);
    const answer = await client.read(target, limit.signal);
    if (signal.aborted || answer.kind === 'timed-out') return failed({ kind: 'timed-out', afterMs: requestTimeoutMs });
    if (answer.kind !== 'ok') return failed(answer);
    const decoded = await this.#decode(answer.body, sentAt);
    return signal.aborted ? failed({ kind: 'timed-out', afterMs: requestTimeoutMs }) : this.#take(decoded);
  }

  #decode(body: Buffer, sentAt: EpochMs): Decoded | Promise<Decoded> {
    if (body.length > longBody) return this.#decoder.decodeInTurns(body, sentAt);
    return this.#decoder.decode(body, sentAt);
  }

  /** Hands on what the kubelet measured. An answer without any is not stored: it does not say that the pods are gone. */
  #take({ badLines, ...columns }: Decoded): Ending {
    const { sink, instruments } = this.#shared;
    instruments.badLines(badLines);
    this.#log.badLines(this.#node, badLines);
    const lost = badLines.reduce((sum, { count }) => sum + count, 0);
    const containers = columns.layout.containers.length;
    if (containers === 0 && columns.nodeSample === undefined) {
      return failed({ kind: 'nothing-measured', badLines: lost });
    }
    const { settled } = sink.store({ node: this.#node.name, ...columns });
    return { outcome: { kind: 'scraped', containers, badLines: lost }, settled };
  }

  #record({ outcome, settled }: Ending, startedAt: MonotonicMs): void {
    const { clock, instruments } = this.#shared;
    const endedAt = clock.monotonic();
    const tookMs = endedAt - startedAt;
    const answered = isSuccess(outcome);
    this.#course = advance(this.#course, { answered, settled }, endedAt);
    this.#failures = answered ? 0 : this.#failures + 1;
    this.#outcome = outcome;
    this.#endedAt = endedAt;
    if (answered) this.#lastScrapedAt = endedAt;
    instruments.asked(this.#labels, outcome, { tookMs, endedAtMs: clock.now() });
    this.#log.ended(this.#node, outcome, { tookMs, endedAt });
  }
}

const failed = (outcome: Outcome): Ending => ({ outcome, settled: false });
