import type { Clock } from '../../lifecycle/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Problem } from '../connection/problem.ts';

/** While nothing is known yet, somebody is looking at the log: say every few seconds what is waited for. */
const waitingMs = 5_000;
/** One that answers, but refuses, is no news every few seconds. */
const refusedMs = 60_000;

/** Of what a report tells. */
export interface WatchReportOptions {
  /** What is watched, in the plural: `nodes`. */
  readonly what: string;
  readonly server: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Tells the log how a watch is doing: every few seconds until the first list is there, then once per change of state. */
export class WatchReport {
  readonly #what: string;
  readonly #server: string;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #since: number;
  #synced = false;
  /** When contact was lost, monotonic; undefined while all is well. */
  #lostAt: number | undefined;
  #reason = 'no answer yet';
  #refused = false;
  #alarm: Disposable | undefined;

  constructor({ what, server, clock, log }: WatchReportOptions) {
    this.#what = what;
    this.#server = server;
    this.#clock = clock;
    this.#log = log;
    this.#since = clock.monotonic();
  }

  /** Begins to speak of waiting, until the first list or until disposed. */
  waiting(): Disposable {
    const say = (): void => {
      if (this.#synced) return;
      this.#sayWaiting();
      this.#alarm = this.#clock.timer(this.#refused ? refusedMs : waitingMs, say);
    };
    this.#alarm = this.#clock.timer(waitingMs, say);
    return { [Symbol.dispose]: () => this.#alarm?.[Symbol.dispose]() };
  }

  /** The first failure before the first list is told at once, the rest by the waiting lines. */
  failed({ message, status }: Problem): void {
    const news = this.#lostAt === undefined;
    this.#reason = message;
    this.#refused = status !== undefined;
    this.#lostAt ??= this.#clock.monotonic();
    if (news && !this.#synced) return this.#sayWaiting();
    const facts = this.#facts(this.#lostAt);
    if (news) this.#log.warn('Watch lost, what is known stays in use', facts);
    else this.#log.detail(2, 'Watch still lost', facts);
  }

  /** A list is complete. */
  listed(count: number): void {
    this.works();
    if (this.#synced) {
      this.#log.detail(2, 'Listed again', { what: this.#what, count });
      return;
    }
    this.#synced = true;
    this.#alarm?.[Symbol.dispose]();
    this.#log.info('Synced', { ...this.#facts(this.#since, ''), count });
  }

  /** There is contact. */
  works(): void {
    if (this.#lostAt !== undefined && this.#synced) {
      this.#log.info('Watch works again', this.#facts(this.#lostAt, ''));
    }
    this.#lostAt = undefined;
  }

  #sayWaiting(): void {
    const message = this.#refused ? 'The kube-apiserver refuses what we need' : 'Waiting for the kube-apiserver';
    this.#log.warn(message, this.#facts(this.#since));
  }

  #facts(since: number, reason = this.#reason): Record<string, unknown> {
    const seconds = Math.round((this.#clock.monotonic() - since) / 1000);
    return { what: this.#what, server: this.#server, seconds, ...(reason === '' ? {} : { reason }) };
  }
}
