import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../lifecycle/clock.ts';
import { deadline } from '../../lifecycle/deadline.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { ReviewOutage } from './review-outage.ts';

/** What every reviewer may answer instead of a verdict; never kept. */
export interface Unavailable {
  readonly kind: 'unavailable';
  readonly reason: string;
}

/** Told whether an answer came from memory, and after how long. */
export type AnswerObserver = (known: boolean, tookMs: number) => void;

/** How long what is remembered. */
export interface ReviewCacheOptions<Verdict> {
  /** `TokenReview` or `SubjectAccessReview`, for the log. */
  readonly review: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long a verdict is good, in milliseconds; 0 = not at all. */
  readonly ttlMs: (verdict: Verdict) => number;
  /** Told of every question once it is answered. Absent = nobody counts. */
  readonly onAnswer?: AnswerObserver;
}

/** As in the kube-apiserver. */
const capacity = 8192;
/** Questions under way; more are refused, for callers without any credential can invent as many as they like. */
const maxLookups = 400;
/** No lookup lasts longer, however many wait for it. */
const lookupLimitMs = 30_000;

interface Lookup<Verdict> {
  readonly answer: Promise<Verdict | Unavailable>;
  readonly abandoned: AbortController;
  waiting: number;
}

/**
 * Remembers verdicts for a while, and lets all who ask the same thing at the same time share one question. Questions are
 * known by their SHA-256 only, so that no secret stays in memory and every entry is small.
 */
export class ReviewCache<Verdict extends { readonly kind: string }> {
  readonly #clock: Clock;
  readonly #ttlMs: (verdict: Verdict) => number;
  readonly #onAnswer: AnswerObserver | undefined;
  readonly #outage: ReviewOutage;
  readonly #verdicts: LRUCache<string, Verdict>;
  readonly #lookups = new Map<string, Lookup<Verdict>>();

  constructor({ review, clock, log, ttlMs, onAnswer }: ReviewCacheOptions<Verdict>) {
    this.#clock = clock;
    this.#onAnswer = onAnswer;
    this.#outage = new ReviewOutage(review, log);
    this.#ttlMs = ttlMs;
    // Added 1: the cache takes a start of 0 for "never expires".
    const perf = { now: () => clock.monotonic() + 1 };
    this.#verdicts = new LRUCache({ max: capacity, perf, ttlResolution: 0 });
  }

  /** Answers from memory, from a lookup that is under way, or by `ask`; that one's signal is not the caller's. */
  async lookUp(
    question: string,
    signal: AbortSignal,
    ask: (signal: AbortSignal) => Promise<Verdict | Unavailable>,
  ): Promise<Verdict | Unavailable> {
    const began = this.#clock.monotonic();
    const key = createHash('sha256').update(question).digest('base64');
    const known = this.#verdicts.get(key);
    const answer = known ?? (await this.#ask(key, signal, ask));
    this.#onAnswer?.(known !== undefined, this.#clock.monotonic() - began);
    return answer;
  }

  async #ask(
    key: string,
    signal: AbortSignal,
    ask: (signal: AbortSignal) => Promise<Verdict | Unavailable>,
  ): Promise<Verdict | Unavailable> {
    const underWay = this.#lookups.get(key);
    if (underWay === undefined && this.#lookups.size >= maxLookups) return tooMany;
    const lookup = underWay ?? this.#start(key, ask);
    return await this.#wait(lookup, key, signal);
  }

  #start(key: string, ask: (signal: AbortSignal) => Promise<Verdict | Unavailable>): Lookup<Verdict> {
    const abandoned = new AbortController();
    const lookup = { answer: this.#settle(key, abandoned.signal, ask), abandoned, waiting: 0 };
    this.#lookups.set(key, lookup);
    const forget = (): void => this.#forget(key, lookup);
    lookup.answer.then(forget, forget);
    return lookup;
  }

  async #settle(
    key: string,
    abandoned: AbortSignal,
    ask: (signal: AbortSignal) => Promise<Verdict | Unavailable>,
  ): Promise<Verdict | Unavailable> {
    using limit = deadline(abandoned, lookupLimitMs, this.#clock);
    const verdict = await Promise.race([ask(limit.signal), untilAborted(limit.signal)]);
    if (isUnavailable(verdict)) {
      if (!abandoned.aborted) this.#outage.began(verdict.reason);
      return verdict;
    }
    this.#outage.ended();
    const ttl = this.#ttlMs(verdict);
    if (ttl > 0) this.#verdicts.set(key, verdict, { ttl });
    return verdict;
  }

  /** Leaves early when the caller is gone; the last to leave ends the lookup. */
  async #wait(lookup: Lookup<Verdict>, key: string, signal: AbortSignal): Promise<Verdict | Unavailable> {
    lookup.waiting++;
    using gone = untilGone(signal);
    try {
      return await Promise.race([lookup.answer, gone.promise]);
    } finally {
      lookup.waiting--;
      if (lookup.waiting === 0) {
        this.#forget(key, lookup);
        lookup.abandoned.abort();
      }
    }
  }

  #forget(key: string, lookup: Lookup<Verdict>): void {
    if (this.#lookups.get(key) === lookup) this.#lookups.delete(key);
  }
}

function isUnavailable(verdict: { readonly kind: string }): verdict is Unavailable {
  return verdict.kind === 'unavailable';
}

const tooMany: Unavailable = { kind: 'unavailable', reason: 'too many reviews under way, please try again later' };
const cutShort: Unavailable = { kind: 'unavailable', reason: 'the request ended before the answer came' };

/** Resolves when the signal aborts, unless disposed before. */
function untilGone(signal: AbortSignal): Disposable & { readonly promise: Promise<Unavailable> } {
  const { promise, resolve } = Promise.withResolvers<Unavailable>();
  const leave = (): void => resolve(cutShort);
  if (signal.aborted) leave();
  else signal.addEventListener('abort', leave, { once: true });
  return { promise, [Symbol.dispose]: () => signal.removeEventListener('abort', leave) };
}

function untilAborted(signal: AbortSignal): Promise<Unavailable> {
  const { promise, resolve } = Promise.withResolvers<Unavailable>();
  const reason = 'no answer in time';
  signal.addEventListener('abort', () => resolve({ kind: 'unavailable', reason }), { once: true });
  return promise;
}
