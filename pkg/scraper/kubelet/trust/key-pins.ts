import { type BackoffPolicy, backoffMs } from '../../../lifecycle/backoff.ts';
import type { Clock } from '../../../lifecycle/clock.ts';
import type { Logger } from '../../../telemetry/logger.ts';
import { Due } from './due.ts';
import type { KeyMemory, KeyOwner, Recognition } from './key-memory.ts';
import { agreed, mostPins, type Pins, samePins } from './pins.ts';

/** Nothing came of it; the message says what would help. */
export interface PinRefusal {
  readonly kind: 'refused';
  readonly message: string;
}

/** Where replicas keep the pins that they share. */
export interface PinStore {
  /** For messages: `Secret kube-system/metrics-server-kubelet-pins`. */
  readonly what: string;
  /** What is not there yet has no pins. Never rejects. */
  read(signal: AbortSignal): Promise<{ readonly kind: 'found'; readonly pins: Pins } | PinRefusal>;
  /** Puts these in place of what was last read. `taken`: somebody else did so first. Never rejects. */
  write(pins: Pins, signal: AbortSignal): Promise<{ readonly kind: 'written' | 'taken' } | PinRefusal>;
  /** The command by which an administrator takes one pin out. */
  howToForget(uid: string): string;
}

/** The nodes there are. */
export interface PinnedNodes {
  /** All are known. */
  readonly synced: boolean;
  list(): Iterable<{ readonly uid: string }>;
}

/** What keeping pins takes. */
export interface KeyPinsOptions {
  readonly store: PinStore;
  readonly nodes: PinnedNodes;
  readonly clock: Clock;
  readonly log: Logger;
}

/** First contacts come by the dozen: so long they are gathered, to be written down together. */
const gatherMs = 250;
/** So long a first contact waits to be written down; longer than that takes when all is well. */
const patienceMs = 3_000;
/** What other replicas and administrators did is looked for at least so often, */
const lookMs = 60_000;
/** and so soon where it matters: a pin may have been taken out because its key changed. */
const lookAgainMs = 10_000;
/** The pin of a node that has left is kept so long: another replica may know a node before us. */
const keptMs = 600_000;
/** Other replicas write too, above all when all nodes are new. */
const mostTries = 8;

const retry: BackoffPolicy = { firstMs: 1_000, factor: 2, maxMs: 30_000, jitter: 0.2 };

interface Waiting {
  readonly owner: KeyOwner;
  readonly key: string;
  readonly tell: (recognition: Recognition) => void;
}

/**
 * Remembers keys in a store that replicas share, while `run` runs. Nobody is known before it is written down: then no
 * other replica, and not this one after a restart, can come to know another under the same name.
 */
export class KeyPins implements KeyMemory {
  readonly #options: KeyPinsOptions;
  readonly #due: Due;
  readonly #met = new Map<string, string>();
  readonly #vouched = new Map<string, string>();
  readonly #waiting = new Set<Waiting>();
  /** When nodes were first missed whose pins are stored. */
  readonly #missedSince = new Map<string, number>();
  /** As last read or written; undefined before. */
  #stored: Pins | undefined;
  #trouble: string | undefined;
  #failures = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;

  constructor(options: KeyPinsOptions) {
    this.#options = options;
    this.#due = new Due(options.clock);
  }

  /** Why pins cannot be kept, for people. */
  get problems(): readonly string[] {
    return this.#trouble === undefined ? [] : [`keys of kubelets cannot be pinned: ${this.#trouble}`];
  }

  async recognise(owner: KeyOwner, key: string): Promise<Recognition> {
    const { uid } = owner;
    const verdict = this.#verdictOf(uid, key);
    if (verdict?.kind === 'another') this.#lookAgainSoon();
    if (verdict !== undefined) return verdict;
    if (!isSecretKey(uid)) return { kind: 'unknown', message: `its Node object has the uid ${JSON.stringify(uid)}` };
    // The first key counts, though others may be shown before it is written down.
    if (!this.#met.has(uid) && this.#met.size < mostPins) this.#met.set(uid, key);
    if (this.#trouble !== undefined) return { kind: 'unknown', message: this.#trouble };
    this.#due.within(gatherMs);
    return await this.#written(owner, key);
  }

  vouchedFor({ uid }: KeyOwner, key: string): void {
    if (this.#stored?.get(uid) === key || !isSecretKey(uid) || this.#vouched.size >= mostPins) return;
    this.#met.delete(uid);
    this.#vouched.set(uid, key);
    if (this.#trouble === undefined) this.#due.within(gatherMs);
  }

  /** Keeps store and memory together until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const trouble = await this.#meet(signal);
      if (signal.aborted) break;
      this.#note(trouble);
      this.#answerThoseWaiting();
      this.#due.within(trouble === undefined ? lookMs : backoffMs(retry, this.#failures));
      if (trouble === undefined && this.#met.size + this.#vouched.size > 0) this.#due.within(gatherMs);
      await this.#due.come(signal);
    }
    for (const { tell } of this.#waiting) tell({ kind: 'unknown', message: 'this server is about to stop' });
  }

  /** Reads, and writes what is missing; why that failed, if it did. */
  async #meet(signal: AbortSignal): Promise<string | undefined> {
    const { store, clock } = this.#options;
    for (let tries = 0; tries < mostTries && !signal.aborted; tries++) {
      this.#lookedAt = clock.monotonic();
      const reading = await store.read(signal);
      if (reading.kind === 'refused') return reading.message;
      this.#remember(reading.pins);
      const pins = agreed(reading.pins, { met: this.#met, vouched: this.#vouched, gone: this.#goneOf(reading.pins) });
      if (samePins(reading.pins, pins)) return undefined;
      const writing = await store.write(pins, signal);
      if (writing.kind === 'refused') return writing.message;
      if (writing.kind === 'written') {
        this.#tellOfNew(reading.pins, pins);
        this.#remember(pins);
        return undefined;
      }
      // Another replica was first. What it wrote counts; who of us comes next is left to chance.
      await clock.sleep(backoffMs({ firstMs: 50, factor: 1.5, maxMs: 1_000, jitter: 0.9 }, tries + 1), signal);
    }
    return `${store.what} is changed by others all the time`;
  }

  #remember(pins: Pins): void {
    const { log, store } = this.#options;
    if (pins.size === 0 && (this.#stored?.size ?? 0) > 0) {
      log.warn('The pins of all kubelets are gone: their next keys are taken for theirs', { where: store.what });
    }
    this.#stored = pins;
    for (const uid of this.#met.keys()) if (pins.has(uid)) this.#met.delete(uid);
    for (const [uid, key] of this.#vouched) if (pins.get(uid) === key) this.#vouched.delete(uid);
  }

  /** Nodes whose pins are stored and that have been away for long. */
  #goneOf(pins: Pins): ReadonlySet<string> {
    const { nodes, clock } = this.#options;
    if (!nodes.synced) return new Set();
    const there = new Set(Array.from(nodes.list(), ({ uid }) => uid));
    const now = clock.monotonic();
    for (const uid of this.#missedSince.keys()) if (there.has(uid) || !pins.has(uid)) this.#missedSince.delete(uid);
    for (const uid of pins.keys()) {
      if (!there.has(uid) && !this.#missedSince.has(uid)) this.#missedSince.set(uid, now);
    }
    return new Set([...this.#missedSince].filter(([, since]) => now - since >= keptMs).map(([uid]) => uid));
  }

  #verdictOf(uid: string, key: string): Recognition | undefined {
    const { store } = this.#options;
    const remembered = this.#stored?.get(uid);
    if (remembered === key) return { kind: 'known' };
    if (remembered !== undefined) return { kind: 'another', remembered, howToForget: store.howToForget(uid) };
    if ((this.#stored?.size ?? 0) < mostPins) return undefined;
    return { kind: 'unknown', message: `${store.what} holds ${mostPins} keys already, which is all it takes` };
  }

  async #written(owner: KeyOwner, key: string): Promise<Recognition> {
    const { promise, resolve } = Promise.withResolvers<Recognition>();
    const { clock, store, log } = this.#options;
    const { node } = owner;
    const waiting: Waiting = { owner, key, tell: resolve };
    this.#waiting.add(waiting);
    using _patience = clock.timer(patienceMs, () =>
      resolve({ kind: 'unknown', message: `${store.what} was not written within ${patienceMs / 1000} s` }),
    );
    log.detail(2, 'First contact waits until its key is written down', { node });
    const recognition = await promise;
    log.detail(2, 'First contact has waited', { node, result: recognition.kind });
    this.#waiting.delete(waiting);
    return recognition;
  }

  #answerThoseWaiting(): void {
    for (const { owner, key, tell } of this.#waiting) {
      const verdict = this.#verdictOf(owner.uid, key);
      if (verdict !== undefined) tell(verdict);
      else if (this.#trouble !== undefined) tell({ kind: 'unknown', message: this.#trouble });
    }
  }

  #lookAgainSoon(): void {
    const { clock } = this.#options;
    this.#due.within(Math.max(0, this.#lookedAt + lookAgainMs - clock.monotonic()));
  }

  #note(trouble: string | undefined): void {
    const { log } = this.#options;
    const before = this.#trouble;
    this.#trouble = trouble;
    this.#failures = trouble === undefined ? 0 : this.#failures + 1;
    if (trouble !== undefined && before === undefined)
      log.warn('Keys of kubelets cannot be pinned: those that are not yet are not asked', { reason: trouble });
    if (trouble === undefined && before !== undefined) log.info('Keys of kubelets can be pinned again');
  }

  #tellOfNew(before: Pins, after: Pins): void {
    const uids = [...after].filter(([uid, key]) => before.get(uid) !== key).map(([uid]) => uid);
    const { log, store } = this.#options;
    if (uids.length === 0) return;
    log.info('Keys of kubelets are pinned', {
      where: store.what,
      kubelets: uids.length,
      uids: uids.slice(0, 5).join(),
    });
  }
}

/** What a Secret takes as a key. The API server makes UUIDs of uids; whatever else comes along is not remembered. */
const isSecretKey = (uid: string): boolean =>
  /^[-._a-zA-Z0-9]{1,253}$/.test(uid) && !uid.startsWith('..') && uid !== '.';
