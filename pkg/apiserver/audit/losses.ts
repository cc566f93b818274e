import type { Clock } from '../../lifecycle/clock.ts';
import type { MonotonicMs } from '../../model/units.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { AuditInstruments } from './instruments.ts';

/** Which part lost events, in the reference's words: the buffer, the size limit, or the one that writes or sends. */
export type LosingPart = 'buffered' | 'truncate' | 'log' | 'webhook';

/** What counting and telling takes. */
export interface LossesOptions {
  /** For the log: which backend. */
  readonly backend: 'log' | 'webhook';
  readonly instruments: AuditInstruments;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Losses less than this apart are one outage. */
const quietMs = 30_000;

/** Counts events that could not be kept, and says when that begins and when it is over. */
export class AuditLosses {
  readonly #options: LossesOptions;
  #lost = 0;
  #last: MonotonicMs | undefined;

  constructor(options: LossesOptions) {
    this.#options = options;
  }

  /** `events` are gone because of `reason`. */
  lost(part: LosingPart, events: number, reason: string): void {
    const { backend, clock, instruments, log } = this.#options;
    instruments.errors.add({ plugin: part }, events);
    if (this.#last === undefined) log.error('Audit events are lost', { backend, reason });
    this.#lost += events;
    this.#last = clock.monotonic();
  }

  /** Events were kept: an outage that was quiet long enough is over. */
  kept(): void {
    const { backend, clock, log } = this.#options;
    if (this.#last === undefined || clock.monotonic() - this.#last < quietMs) return;
    log.info('Audit events are recorded again', { backend, lost: this.#lost });
    this.#lost = 0;
    this.#last = undefined;
  }
}
