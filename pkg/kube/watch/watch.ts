import { type BackoffPolicy, backoffMs } from '../../lifecycle/backoff.ts';
import type { Clock } from '../../lifecycle/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { KubeTransport } from '../connection/transport.ts';
import { fetchPage } from './list-page.ts';
import { WatchReport } from './watch-report.ts';
import { type HeardEvent, watchStream } from './watch-stream.ts';
import type { Listing, WatchTarget } from './watch-target.ts';
import type { Failed, Stale, WatchedResource } from './watched-resource.ts';

/** What following a kind of object takes. */
export interface WatchOptions<Kept> {
  readonly transport: KubeTransport;
  readonly resource: WatchedResource<Kept>;
  readonly target: WatchTarget<Kept>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Gives [0, 1); only tests throw their own dice. */
  readonly random?: () => number;
}

/** Quick until the first list, because nothing works before it; then patient, as client-go's reflector is. */
const untilSynced: BackoffPolicy = { firstMs: 500, factor: 1.5, maxMs: 2_500, jitter: 0.2 };
const afterwards: BackoffPolicy = { firstMs: 800, factor: 2, maxMs: 30_000, jitter: 0.5 };
const longestRetryAfterMs = 60_000;

/** Five million objects: beyond the largest cluster, short of endless. */
const maxPages = 10_000;
/** A watch lasts this many seconds and up to twice as many, so that watches do not end together. */
const watchSeconds = 300;
/** A watch that breaks sooner without a word has proved nothing. */
const provenMs = 10_000;
/** Watches begin at least so far apart, even where each brings something before it breaks. */
const watchesApartMs = 1_000;
/** How many events of one watch may be garbage before everything is listed again. */
const garbageLimit = 1;

/** How one list or one watch ended. */
type Step = WentOn | Stale | Failed;

interface WentOn {
  readonly kind: 'went-on';
  /** Where to continue. */
  readonly version: string;
  /** How long to rest before. */
  readonly restMs: number;
}

/**
 * List, then watch, for as long as it runs: resumed where it broke off, listed again only where that is impossible,
 * slower and slower while the kube-apiserver is away, and never giving up.
 */
export class Watch<Kept> {
  readonly #options: WatchOptions<Kept>;
  readonly #random: () => number;
  readonly #report: WatchReport;
  /** Where to resume; undefined = a list is due. */
  #version: string | undefined;
  #synced = false;
  /** Steps in a row that failed. */
  #failures = 0;
  /** Lists made necessary since a watch last proved good: list and watch must not chase each other at full speed. */
  #relists = 0;
  #skipped = 0;

  constructor(options: WatchOptions<Kept>) {
    const { transport, resource, clock, log } = options;
    this.#options = options;
    this.#random = options.random ?? Math.random;
    this.#report = new WatchReport({ what: resource.what, server: transport.server, clock, log });
  }

  /** True once a list was complete; stays true. */
  get synced(): boolean {
    return this.#synced;
  }

  /** Events and objects that made no sense and were left out, since the start. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Follows the resource until `signal` aborts. Throws only what the target throws. */
  async run(signal: AbortSignal): Promise<void> {
    using _waiting = this.#report.waiting();
    while (!signal.aborted) {
      const step = this.#version === undefined ? await this.#list(signal) : await this.#follow(this.#version, signal);
      if (signal.aborted) return;
      const pause = this.#take(step);
      if (pause > 0) await this.#options.clock.sleep(pause, signal);
    }
  }

  async #list(signal: AbortSignal): Promise<Step> {
    const listing = this.#options.target.listing();
    let count = 0;
    let token = '';
    // Of the first page, as client-go does: what changed while listing is then heard of, if twice.
    let version: string | undefined;
    for (let pages = 0; pages < maxPages; pages++) {
      const outcome = await fetchPage(this.#options, token, signal);
      if (outcome.kind !== 'page') return outcome;
      const { items, next, resourceVersion } = outcome.page;
      for (const item of items) if (this.#keep(item, (one) => listing.add(one))) count++;
      version ??= resourceVersion;
      if (next === '') return this.#complete(listing, count, version);
      if (next === token) return failed('the list has no end: a page names itself as the next one');
      token = next;
    }
    return failed(`the list has no end: ${maxPages} pages read`);
  }

  #complete(listing: Listing<Kept>, count: number, version: string): Step {
    listing.complete();
    this.#synced = true;
    this.#report.listed(count);
    return { kind: 'went-on', version, restMs: 0 };
  }

  async #follow(from: string, signal: AbortSignal): Promise<Step> {
    const { clock } = this.#options;
    const startedAt = clock.monotonic();
    const ending = await this.#hear(from, signal);
    if (ending?.kind === 'stale') return ending;

    const lastedMs = clock.monotonic() - startedAt;
    const proven = this.#version !== from || lastedMs >= provenMs;
    if (!proven) return ending ?? failed('the watch ended at once');
    // One that was good and then broke is resumed at once; only if that fails is the watch lost.
    this.#relists = 0;
    return { kind: 'went-on', version: this.#version ?? from, restMs: Math.max(0, watchesApartMs - lastedMs) };
  }

  /** Takes in event after event; undefined when the watch simply ended, as it does every few minutes. */
  async #hear(from: string, signal: AbortSignal): Promise<Stale | Failed | undefined> {
    const seconds = Math.round(watchSeconds * (1 + this.#random()));
    let garbage = 0;
    using proof = new DisposableStack();
    for await (const heard of watchStream(this.#options, { from, seconds }, signal)) {
      if (heard.kind === 'stale' || heard.kind === 'failed') return heard;
      // That it opened is no contact yet: one that breaks each time must not be news each time.
      if (heard.kind === 'opened') proof.use(this.#options.clock.timer(provenMs, () => this.#report.works()));
      else garbage += this.#applyAll(heard.events, garbageLimit - garbage);
      if (garbage > garbageLimit) return { kind: 'stale', reason: 'the watch repeats garbage' };
    }
    return undefined;
  }

  /** How many made no sense; one more than `bearable` of them is the end. */
  #applyAll(events: readonly HeardEvent[], bearable: number): number {
    let garbage = 0;
    for (const event of events) {
      if (this.#apply(event)) this.#report.works();
      else garbage++;
      if (garbage > bearable) break;
    }
    return garbage;
  }

  /** False when the event made no sense. */
  #apply(event: HeardEvent): boolean {
    const { target } = this.#options;
    switch (event.kind) {
      case 'put':
        this.#version = event.resourceVersion;
        return this.#keep(event.object, (one) => target.put(one));
      case 'removed':
        this.#version = event.resourceVersion;
        return this.#keep(event.object, (one) => target.remove(one));
      case 'bookmark':
        this.#version = event.resourceVersion;
        return true;
      case 'garbage':
        this.#skipped++;
        return false;
      default:
        return event satisfies never;
    }
  }

  #keep(object: unknown, take: (one: Kept) => void): boolean {
    const one = this.#options.resource.decode(object);
    if (one === undefined) this.#skipped++;
    else take(one);
    return one !== undefined;
  }

  /** Draws the consequences of a step; returns how long to wait before the next, in milliseconds. */
  #take(step: Step): number {
    switch (step.kind) {
      case 'went-on':
        this.#version = step.version;
        this.#failures = 0;
        return step.restMs;
      case 'stale':
        this.#version = undefined;
        this.#options.log.detail(2, 'Listing again', { what: this.#options.resource.what, reason: step.reason });
        return this.#pauseAfter(++this.#relists);
      case 'failed': {
        this.#report.failed(step.problem);
        const asked = Math.min(step.problem.retryAfterMs ?? 0, longestRetryAfterMs);
        return Math.max(this.#pauseAfter(++this.#failures), asked);
      }
      default:
        return step satisfies never;
    }
  }

  #pauseAfter(times: number): number {
    return backoffMs(this.#synced ? afterwards : untilSynced, times, this.#random);
  }
}

const failed = (message: string): Failed => ({ kind: 'failed', problem: { message } });
