import { LRUCache } from 'lru-cache';
import type { Clock } from '../../lifecycle/clock.ts';
import { deadline } from '../../lifecycle/deadline.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { problemOf, problemOfFailure } from '../connection/problem.ts';
import type { KubeTransport } from '../connection/transport.ts';
import { eventObject, type KeptEvent, type KubeEvent, namespaceOf, type Reporter, seriesPatch } from './kube-event.ts';

/** What recording events takes. */
export interface EventRecorderOptions {
  readonly connection: KubeTransport;
  readonly reporter: Reporter;
  readonly clock: Clock;
  readonly log: Logger;
  /** A text of 16 hexadecimal digits, another one each time. */
  readonly newSuffix: () => string;
  /** Told how each event ended. */
  readonly onEnded?: (how: 'sent' | 'failed' | 'dropped') => void;
}

/** Events at once after a quiet time, and between two of them afterwards: three per minute. */
const burst = 5;
const betweenMs = 20_000;
/** More are dropped: what is told hours later is no news. */
const mostWaiting = 20;
const timeLimitMs = 5_000;
/** After a refusal nothing is sent for a while: rights do not come by asking often. */
const pauseAfterRefusalMs = 600_000;
/** An event that happens again within this time is the same one, counted; kube-apiservers keep events for an hour. */
const seriesMs = 1_800_000;
const mostSeries = 1_000;
const eventsPath = (namespace: string): string => `/apis/events.k8s.io/v1/namespaces/${namespace}/events`;

/** Writes events, few at a time and none at any price: nobody waits for it, and its failures are its own. */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #known: LRUCache<string, KeptEvent>;
  readonly #waiting: KubeEvent[] = [];
  #tokens = burst;
  #filledAt = 0;
  #restUntil = 0;
  #trouble: string | undefined;
  #wake: () => void = () => undefined;

  constructor(options: EventRecorderOptions) {
    this.#options = options;
    const { clock } = options;
    // Added 1: the cache takes a start of 0 for "never expires".
    this.#known = new LRUCache({
      max: mostSeries,
      ttl: seriesMs,
      ttlResolution: 0,
      perf: { now: () => clock.monotonic() + 1 },
    });
  }

  /** Takes an event to be written soon, or drops it when too many wait. */
  record(event: KubeEvent): void {
    if (this.#waiting.length >= mostWaiting || this.#isResting) {
      this.#options.onEnded?.('dropped');
      return;
    }
    this.#waiting.push(event);
    this.#wake();
  }

  /** Writes what was taken, at its own pace, until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#untilThereIsOne(signal);
      await this.#options.clock.sleep(this.#msUntilAllowed(), signal);
      const event = this.#waiting.shift();
      if (event === undefined || signal.aborted) continue;
      this.#tokens--;
      this.#options.onEnded?.(await this.#send(event, signal));
    }
  }

  get #isResting(): boolean {
    return this.#options.clock.monotonic() < this.#restUntil;
  }

  async #untilThereIsOne(signal: AbortSignal): Promise<void> {
    if (this.#waiting.length > 0 || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    signal.addEventListener('abort', this.#wake, { once: true });
    await promise;
    signal.removeEventListener('abort', this.#wake);
  }

  #msUntilAllowed(): number {
    const now = this.#options.clock.monotonic();
    this.#tokens = Math.min(burst, this.#tokens + (now - this.#filledAt) / betweenMs);
    this.#filledAt = now;
    return this.#tokens >= 1 ? 0 : Math.ceil((1 - this.#tokens) * betweenMs);
  }

  async #send(event: KubeEvent, signal: AbortSignal): Promise<'sent' | 'failed'> {
    using limit = deadline(signal, timeLimitMs, this.#options.clock);
    try {
      const refusal = await this.#write(event, limit.signal);
      if (refusal === undefined) return this.#sent();
      return this.#failed(refusal.message, refusal.status === 403);
    } catch (cause) {
      return this.#failed(problemOfFailure(cause, this.#options.connection).message, false);
    }
  }

  #write(event: KubeEvent, signal: AbortSignal): Promise<Refusal | undefined> {
    const { kind, name } = event.regarding;
    const key = [kind, namespaceOf(event.regarding), name, event.type, event.reason, event.note].join('\u0000');
    const kept = this.#known.get(key);
    return kept === undefined ? this.#create(event, key, signal) : this.#count(event, { key, kept }, signal);
  }

  async #create(event: KubeEvent, key: string, signal: AbortSignal): Promise<Refusal | undefined> {
    const { connection, clock, reporter, newSuffix } = this.#options;
    const namespace = namespaceOf(event.regarding);
    // A name of Kubernetes has at most 253 characters.
    const name = `${event.regarding.name.slice(0, 236)}.${newSuffix()}`;
    const body = eventObject(event, { name, at: clock.now(), reporter });
    using response = await connection.request({ method: 'POST', path: eventsPath(namespace), body, signal });
    if (response.status >= 300) return { status: response.status, message: (await problemOf(response)).message };
    this.#known.set(key, { name, namespace, count: 1 });
    return undefined;
  }

  async #count(
    event: KubeEvent,
    { key, kept }: { readonly key: string; readonly kept: KeptEvent },
    signal: AbortSignal,
  ): Promise<Refusal | undefined> {
    const { connection, clock } = this.#options;
    const path = `${eventsPath(kept.namespace)}/${kept.name}`;
    const body = seriesPatch(kept.count + 1, clock.now());
    const contentType = 'application/merge-patch+json';
    using response = await connection.request({ method: 'PATCH', path, body, contentType, signal });
    if (response.status === 404) {
      this.#known.delete(key);
      return this.#create(event, key, signal);
    }
    if (response.status >= 300) return { status: response.status, message: (await problemOf(response)).message };
    kept.count++;
    return undefined;
  }

  #sent(): 'sent' {
    if (this.#trouble !== undefined) this.#options.log.info('Events are written again');
    this.#trouble = undefined;
    return 'sent';
  }

  /** Said once: whoever has no use for events needs no reminder. */
  #failed(message: string, refused: boolean): 'failed' {
    if (this.#trouble === undefined) {
      this.#options.log.warn('An event could not be written, which harms nothing else', {
        reason: message,
        help: 'the rule create and patch on events of events.k8s.io, or --events=false',
      });
    }
    this.#trouble = message;
    if (refused) this.#restUntil = this.#options.clock.monotonic() + pauseAfterRefusalMs;
    return 'failed';
  }
}

interface Refusal {
  readonly status: number;
  readonly message: string;
}
