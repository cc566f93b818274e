import type { Clock } from '../../lifecycle/clock.ts';
import type { AuditBackend, BatchOptions, DeliveryOptions } from './backend.ts';
import { type AuditEvent, eventJson } from './event.ts';
import { EventQueue } from './event-queue.ts';
import type { AuditLosses } from './losses.ts';
import { shortened } from './shortened.ts';

/** One event, ready to go. */
export interface Packed<Form> {
  readonly form: Form;
  readonly bytes: number;
}

/** What differs between backends. */
export interface DeliveryNeeds<Form> {
  readonly options: DeliveryOptions;
  readonly pack: (event: AuditEvent) => Packed<Form>;
  /** Batches under way at once. */
  readonly parallel: number;
  /** Bytes in a batch where no flag says. */
  readonly maxBatchBytes: number;
  /** True when kept; losses are told there. Never rejects. */
  readonly deliver: (batch: readonly Form[], signal: AbortSignal) => Promise<boolean>;
  readonly losses: AuditLosses;
  readonly clock: Clock;
}

/** When requests wait for their events, those that come meanwhile go together as soon as the way is free. */
const whenWaitedFor: BatchOptions = { bufferSize: 10_000, maxSize: 1_000, maxWaitMs: 0 };

/** A backend over a queue: modes, sizes and losses are the same for all of them. */
export class DeliveringBackend<Form> implements AuditBackend {
  readonly #needs: DeliveryNeeds<Form>;
  readonly #queue: EventQueue<Form>;

  constructor(needs: DeliveryNeeds<Form>) {
    const { options, parallel, deliver, clock, losses } = needs;
    const { bufferSize, maxSize, maxWaitMs, throttle } = options.mode === 'batch' ? options.batch : whenWaitedFor;
    this.#needs = needs;
    this.#queue = new EventQueue<Form>({
      bufferSize: Math.max(1, bufferSize),
      maxBatch: maxSize,
      maxBatchBytes: Math.min(needs.maxBatchBytes, options.truncate?.maxBatchBytes ?? Number.POSITIVE_INFINITY),
      maxWaitMs,
      ...(throttle && { throttle }),
      parallel,
      clock,
      deliver,
      onDropped: (reason) => losses.lost('buffered', 1, reason),
    });
  }

  record(event: AuditEvent): boolean | Promise<boolean> {
    const { options, pack, losses } = this.#needs;
    const fitting = options.truncate === undefined ? event : shortened(event, options.truncate.maxEventBytes);
    if (fitting === undefined) {
      losses.lost('truncate', 1, `event ${event.auditID} is too large even after truncating`);
      return true;
    }
    const { form, bytes } = pack(fitting);
    const kept = this.#queue.add(form, bytes);
    switch (options.mode) {
      case 'batch':
        return true;
      case 'blocking':
        return kept.then(() => true);
      case 'blocking-strict':
        return kept;
    }
  }

  async close(graceMs: number): Promise<void> {
    await this.#queue.close(graceMs);
  }
}

/** The size of an event, whatever it is sent as. */
export const sizeOf = (event: AuditEvent): number => Buffer.byteLength(eventJson(event));
