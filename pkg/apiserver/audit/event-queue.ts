import type { Clock } from '../../lifecycle/clock.ts';
import { deadline } from '../../lifecycle/deadline.ts';
import { Throttle, type ThrottleRate } from './throttle.ts';

/** How events are gathered into batches, and what becomes of a batch. */
export interface EventQueueOptions<Event> {
  /** Events that may wait; more are lost. */
  readonly bufferSize: number;
  /** Events in one batch. */
  readonly maxBatch: number;
  /** Bytes in one batch, unless one event alone has more. */
  readonly maxBatchBytes: number;
  /** How long the first event of a batch waits for others; 0 = not at all. */
  readonly maxWaitMs: number;
  readonly throttle?: ThrottleRate;
  /** Batches under way at once. */
  readonly parallel: number;
  readonly clock: Clock;
  /** True when the batch is kept. Never rejects; ends soon after `signal` aborts. */
  readonly deliver: (batch: readonly Event[], signal: AbortSignal) => Promise<boolean>;
  /** Told of each event that never gets into a batch. */
  readonly onDropped: (reason: string) => void;
}

interface Waiting<Event> {
  readonly event: Event;
  readonly bytes: number;
  readonly settle: (kept: boolean) => void;
}

/** Whatever its events are, a buffer takes no more memory than this. */
const maxBufferBytes = 64 * 1024 * 1024;

/** Events on their way: bounded in number and bytes, delivered in batches as they come; no loop is needed. */
export class EventQueue<Event> {
  readonly #options: EventQueueOptions<Event>;
  readonly #throttle: Throttle | undefined;
  readonly #hurry = new AbortController();
  readonly #stop = new AbortController();
  readonly #idle = Promise.withResolvers<void>();
  readonly #waiting: Waiting<Event>[] = [];
  #bytes = 0;
  #underWay = 0;
  #alarm: Disposable | undefined;
  #isDue = false;

  constructor(options: EventQueueOptions<Event>) {
    this.#options = options;
    this.#throttle = options.throttle && new Throttle(options.throttle, options.clock);
  }

  /** Resolves with whether the event was kept, once that is known. */
  add(event: Event, bytes: number): Promise<boolean> {
    const { bufferSize, onDropped } = this.#options;
    const refusal = this.#stop.signal.aborted
      ? 'the server has stopped'
      : this.#waiting.length >= bufferSize || this.#bytes + bytes > maxBufferBytes
        ? 'the buffer is full'
        : undefined;
    if (refusal !== undefined) {
      onDropped(refusal);
      return Promise.resolve(false);
    }
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.push({ event, bytes, settle: resolve });
    this.#bytes += bytes;
    this.#sendWhatIsReady();
    return promise;
  }

  /** Sends what waits without further ado, for up to `graceMs`; what is left then is lost. */
  async close(graceMs: number): Promise<void> {
    this.#hurry.abort();
    this.#sendWhatIsReady();
    using limit = deadline(this.#stop.signal, graceMs, this.#options.clock);
    limit.signal.addEventListener('abort', () => this.#idle.resolve(), { once: true });
    await this.#idle.promise;
    this.#stop.abort();
    for (const { settle } of this.#waiting.splice(0)) {
      this.#options.onDropped('the server stopped before they were delivered');
      settle(false);
    }
  }

  #sendWhatIsReady(): void {
    const { parallel, maxWaitMs, clock } = this.#options;
    while (this.#underWay < parallel && this.#isReady()) void this.#send(this.#take()); // Never rejects.
    const isOver = this.#waiting.length === 0 && this.#underWay === 0;
    if (isOver && this.#hurry.signal.aborted) this.#idle.resolve();
    if (this.#waiting.length === 0 || this.#isReady()) return;
    this.#alarm ??= clock.timer(maxWaitMs, () => {
      this.#isDue = true;
      this.#sendWhatIsReady();
    });
  }

  #isReady(): boolean {
    const { maxWaitMs, maxBatch, maxBatchBytes } = this.#options;
    if (this.#waiting.length === 0) return false;
    if (maxWaitMs === 0 || this.#isDue || this.#hurry.signal.aborted) return true;
    return this.#waiting.length >= maxBatch || this.#bytes >= maxBatchBytes;
  }

  #take(): readonly Waiting<Event>[] {
    const { maxBatch, maxBatchBytes } = this.#options;
    let count = 0;
    let bytes = 0;
    for (const next of this.#waiting) {
      const isTooMuch = count >= Math.max(1, maxBatch) || bytes + next.bytes > maxBatchBytes;
      if (count > 0 && isTooMuch) break;
      count++;
      bytes += next.bytes;
    }
    this.#bytes -= bytes;
    this.#isDue = false;
    this.#alarm?.[Symbol.dispose]();
    this.#alarm = undefined;
    return this.#waiting.splice(0, count);
  }

  async #send(batch: readonly Waiting<Event>[]): Promise<void> {
    this.#underWay++;
    await this.#throttle?.turn(this.#hurry.signal);
    const events = batch.map(({ event }) => event);
    const kept = await this.#options.deliver(events, this.#stop.signal);
    for (const { settle } of batch) settle(kept);
    this.#underWay--;
    this.#sendWhatIsReady();
  }
}
