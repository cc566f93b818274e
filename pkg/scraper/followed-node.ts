import type { Clock } from '../lifecycle/clock.ts';
import { deadline } from '../lifecycle/deadline.ts';
import type { Gate } from '../lifecycle/gate.ts';
import type { NodeBatch } from '../model/batch.ts';
import type { NodeRecord } from '../model/cluster.ts';
import { as, type MonotonicMs } from '../model/units.ts';
import type { Logger } from '../telemetry/logger.ts';
import { FirstContact } from './first-contact.ts';
import type { ScraperInstruments } from './instruments.ts';
import { NodeLog } from './node-log.ts';
import { type Attempt, isSilence, isSuccess, type Outcome, type Source } from './outcome.ts';
import type { Alarms } from './rhythm/alarms.ts';
import type { Allowance } from './rhythm/allowance.ts';
import { nextLimitMs, type PatienceBounds } from './rhythm/patience.ts';
import type { Asking, Pace } from './rhythm/schedule.ts';
import {
  advance,
  awayMs,
  type Course,
  isAwaited,
  isBeginning,
  isEarlyLook,
  isLate,
  newcomer,
  nextAskAt,
  nextBeat,
} from './rhythm/schedule.ts';
import type { Rounds } from './rounds.ts';
import type { FollowedReport } from './scrape-report.ts';
import { SkewMeter } from './skew.ts';
import { type Finding, nothing, type UsageSource } from './sources/finding.ts';

/** Where batches go, one by one, as they arrive. */
export interface BatchSink {
  /** `settled`: each of the node's containers has two samples of different times, so that nothing is waited for. */
  store(batch: NodeBatch): { readonly settled: boolean };
}

/** What all nodes share. */
export interface Surroundings {
  readonly sink: BatchSink;
  readonly patience: PatienceBounds;
  readonly pace: () => Pace;
  /** Those that two answers did not settle, as each says itself: the pace depends on how many they are. */
  readonly late: Set<FollowedNode>;
  readonly alarms: Alarms;
  /** Askings between two beats for pods that came after their nodes. */
  readonly earlyLooks: Allowance;
  /** For first contacts, and behind them for those whose first usage is waited for. */
  readonly gate: Gate;
  /** For nodes whose last answer was too large. */
  readonly heavyGate: Gate;
  readonly rounds: Rounds;
  readonly instruments: ScraperInstruments;
  readonly clock: Clock;
  readonly log: Logger;
}

/** What is one node's own. */
export interface Place {
  readonly source: UsageSource;
  /** Its place in the period, which moves a little while the cluster grows. */
  readonly offsetMs: () => number;
  /** By chance, but always the same for the same turn: gives [0, 1). */
  readonly dice: (turn: number) => number;
}

/** How one asking ended, and what the store said of what came. */
interface Ending {
  readonly finding: Finding;
  readonly settled: boolean;
}

/** One node being followed: asked again and again, one request at a time, until its signal aborts. */
export class FollowedNode {
  readonly #shared: Surroundings;
  readonly #place: Place;
  readonly #labels: { readonly node: string };
  readonly #log: NodeLog;
  readonly #skew = new SkewMeter();
  #node: NodeRecord;
  #course: Course = newcomer;
  #limitMs: number;
  #outcome: Outcome | undefined;
  #failures = 0;
  #endedAt: MonotonicMs | undefined;
  #lastScrapedAt: MonotonicMs | undefined;
  #nextAskAt: MonotonicMs | undefined;
  #address: string | undefined;
  #source: Source = 'resource';
  #alsoTried: Attempt | undefined;
  #wake: () => void = () => undefined;
  /** It became Ready since it was last asked. */
  #isCalled = false;

  constructor(node: NodeRecord, place: Place, shared: Surroundings) {
    this.#node = node;
    this.#place = place;
    this.#shared = shared;
    this.#labels = { node: node.name };
    this.#log = new NodeLog(shared.log);
    this.#limitMs = shared.patience.shortestMs;
  }

  /** The newest record of the node; give it a new one when the Node object changes. */
  get node(): NodeRecord {
    return this.#node;
  }

  set node(node: NodeRecord) {
    const becameReady = node.ready && !this.#node.ready;
    this.#node = node;
    if (!becameReady || this.#isConnected) return;
    this.#isCalled = true;
    this.#wake();
  }

  /** How the last asking ended; undefined before the first. */
  get outcome(): Outcome | undefined {
    return this.#outcome;
  }

  /** Its first usage is still to come, and it may come. */
  get isAwaited(): boolean {
    return isAwaited(this.#course);
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
      backingOff: this.#isAway,
      source: this.#source,
      alsoTried: this.#alsoTried,
      address: this.#address,
      skewMs: this.#skew.aheadMs,
    };
  }

  /** Asks after `delayMs`, or when it becomes Ready before, then in rhythm. Never throws. */
  async run(signal: AbortSignal, delayMs: number): Promise<void> {
    const { clock } = this.#shared;
    signal.addEventListener('abort', () => this.#leave(), { once: true });
    if (delayMs > 0) await this.#restUntil(clock.monotonic() + delayMs, signal);
    while (!signal.aborted) {
      const startedAt = await this.#ask(signal);
      await this.#restUntil(this.#dueAfter(startedAt), signal);
    }
  }

  #leave(): void {
    this.#shared.late.delete(this);
    this.#wake();
  }

  /** When to ask next, after an asking that has just ended. */
  #dueAfter(startedAt: MonotonicMs): number {
    const { clock, pace, earlyLooks } = this.#shared;
    const { offsetMs, dice } = this.#place;
    const now = clock.monotonic();
    const { periodMs } = pace();
    if (this.#isAway) {
      return now + awayMs(this.#failures, this.#lastScrapedAt !== undefined, periodMs, dice(this.#failures));
    }
    const asking: Asking = { startedAt, now, offsetMs: offsetMs() };
    const due = nextAskAt(this.#course, asking, pace());
    const beat = nextBeat(asking, periodMs);
    return due < beat && isEarlyLook(this.#course, now) && !earlyLooks.take() ? beat : due;
  }

  /** Not Ready, and silent: Kubernetes thinks as we do that nobody is there. */
  get #isAway(): boolean {
    return !this.#node.ready && this.#outcome !== undefined && isSilence(this.#outcome);
  }

  /** Rests until then, until woken, or until the signal aborts. */
  async #restUntil(due: number, signal: AbortSignal): Promise<void> {
    // An asking that was under way when it became Ready may have ended in vain: it began before.
    const isWanted = this.#isCalled && !this.#isConnected;
    if (!signal.aborted && !isWanted) {
      this.#nextAskAt = as<MonotonicMs>(due);
      // A shared timer and nothing else: thousands of nodes rest like this, and each wakes every few seconds.
      const { promise: awake, resolve } = Promise.withResolvers<void>();
      using _alarm = this.#shared.alarms.at(due, resolve);
      this.#wake = resolve;
      await awake;
      this.#nextAskAt = undefined;
    }
    this.#isCalled = false;
  }

  /** One asking. Returns when it began, which for a first contact is not before there was a place for it. */
  async #ask(signal: AbortSignal): Promise<MonotonicMs> {
    const { gate, heavyGate, clock, rounds } = this.#shared;
    // Such an answer takes 16 MiB before it is cut off: of a cluster full of them, few at a time.
    using _heavy = this.#outcome?.kind === 'too-large' ? await heavyGate.enter(signal) : undefined;
    // Whoever is in the rhythm and answered last time has a connection: nobody else's first contact is worth waiting for.
    // At the start all first contacts come first, so that second answers are not given instead of other nodes' first ones.
    const isInRhythm = this.#isConnected && !isBeginning(this.#course, clock.monotonic());
    using contact = isInRhythm ? undefined : new FirstContact(await gate.enter(signal), clock);
    const startedAt = clock.monotonic();
    if (signal.aborted) return startedAt;

    const roundEnded = rounds.asked(startedAt);
    const ending = await this.#scrape(signal, contact);
    roundEnded(clock.monotonic());
    // Cancelled, because the node is gone or we stop: that says nothing about the node.
    if (!signal.aborted) this.#record(ending, startedAt);
    return startedAt;
  }

  get #isConnected(): boolean {
    return this.#outcome !== undefined && isSuccess(this.#outcome);
  }

  async #scrape(signal: AbortSignal, contact: FirstContact | undefined): Promise<Ending> {
    const { clock, patience } = this.#shared;
    const limitMs = this.#limitMs;
    using limit = deadline(signal, limitMs, clock);
    try {
      const reached = (): void => contact?.reached();
      const limits = { signal: limit.signal, limitMs, connectMs: patience.shortestMs, reached };
      const finding = await this.#place.source.ask(this.#node, limits);
      return { finding, settled: !signal.aborted && this.#take(finding) };
    } catch (error) {
      // The one place where a surprise on the way from kubelet to store ends: it must not take the other nodes with it.
      const message = error instanceof Error ? error.message : String(error);
      return { finding: nothing({ kind: 'broken', message }), settled: false };
    }
  }

  /** Hands on what was measured; true when nothing more is waited for. */
  #take({ usage, badLines = [] }: Finding): boolean {
    const { sink, instruments } = this.#shared;
    instruments.badLines(badLines);
    this.#log.badLines(this.#node, badLines);
    return usage !== undefined && sink.store({ node: this.#node.name, ...usage }).settled;
  }

  #record({ finding, settled }: Ending, startedAt: MonotonicMs): void {
    const { clock, instruments, patience, late } = this.#shared;
    const { outcome, address, source = 'resource', alsoTried, clock: reading } = finding;
    const endedAt = clock.monotonic();
    const tookMs = endedAt - startedAt;
    const answered = isSuccess(outcome);
    this.#course = advance(this.#course, { answered, settled }, endedAt);
    if (isLate(this.#course)) late.add(this);
    else late.delete(this);
    this.#limitMs = nextLimitMs(this.#limitMs, { outcome, tookMs }, patience);
    this.#failures = answered ? 0 : this.#failures + 1;
    this.#outcome = outcome;
    this.#address = address ?? this.#address;
    this.#source = source;
    this.#alsoTried = alsoTried;
    this.#endedAt = endedAt;
    if (answered) this.#lastScrapedAt = endedAt;
    if (reading !== undefined) this.#skew.observe(reading);
    instruments.asked(this.#labels, outcome, { tookMs, endedAtMs: clock.now() });
    instruments.skew(this.#labels, this.#skew.aheadMs);
    this.#log.ended(this.#node, { outcome, source, alsoTried }, { tookMs, endedAt });
  }
}
