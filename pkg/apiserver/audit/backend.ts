import type { AuditEvent } from './event.ts';
import type { ThrottleRate } from './throttle.ts';

/** Where events go. */
export interface AuditBackend {
  /** Whether the request may go on: at once, or when the event is kept. Never rejects. */
  record(event: AuditEvent): boolean | Promise<boolean>;
  /** Sends what still waits, for up to `graceMs`; what comes later is lost. */
  close(graceMs: number): Promise<void>;
}

/** How events reach what keeps them: `--audit-log-…` and `--audit-webhook-…` alike. */
export interface DeliveryOptions {
  /**
   * `batch`: nobody waits. `blocking`: requests wait until their arrival is recorded, or is lost. `blocking-strict`: and
   * those fail whose arrival is lost.
   */
  readonly mode: 'batch' | 'blocking' | 'blocking-strict';
  /** Of mode batch only. */
  readonly batch: BatchOptions;
  /** Absent = any size. */
  readonly truncate?: { readonly maxBatchBytes: number; readonly maxEventBytes: number };
}

/** How events are gathered. */
export interface BatchOptions {
  /** Events that may wait; more are lost. */
  readonly bufferSize: number;
  readonly maxSize: number;
  readonly maxWaitMs: number;
  /** Batches a second. */
  readonly throttle?: ThrottleRate;
}
