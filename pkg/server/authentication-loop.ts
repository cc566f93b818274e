import type { LookupOutcome } from '../kube/authentication-config.ts';
import type { Clock } from '../lifecycle/clock.ts';
import type { ClientTrust } from '../model/client-trust.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Where the kube-apiserver publishes whom to believe. */
export interface AuthenticationSource {
  readonly current: ClientTrust | undefined;
  lookup(signal: AbortSignal): Promise<LookupOutcome>;
  run(signal: AbortSignal): Promise<void>;
}

/** Where the loop looks, and what it forgives. */
export interface AuthenticationLoopOptions {
  /** Absent with `--authentication-skip-lookup`. */
  readonly source: AuthenticationSource | undefined;
  /** `--authentication-tolerate-lookup-failure`. */
  readonly tolerateLookupFailure: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

const retryMs = 2_000;

/** While nothing is known yet, somebody is looking at the log. */
const sayEveryMs = 5_000;

/**
 * Learns from the kube-apiserver whom to believe and follows its changes. A kube-apiserver that is away is waited for;
 * one that refuses ends the server, as every request through it would be taken for anonymous, unless that is tolerated.
 */
export class AuthenticationLoop {
  readonly #options: AuthenticationLoopOptions;
  #synced: boolean;
  /** When the log was last told that we wait. */
  #saidAt = Number.NEGATIVE_INFINITY;

  constructor(options: AuthenticationLoopOptions) {
    this.#options = options;
    this.#synced = options.source === undefined;
  }

  /** What is published; nothing before it was read, or when it is not to be read. */
  get current(): ClientTrust | undefined {
    return this.#options.source?.current;
  }

  /** True once it is known what there is to know, be it nothing. */
  get synced(): boolean {
    return this.#synced;
  }

  /** Runs until `signal` aborts; throws when the kube-apiserver refuses and that is not tolerated. */
  async run(signal: AbortSignal): Promise<void> {
    const { source } = this.#options;
    if (source === undefined) return await untilAborted(signal);
    while (!this.#synced) {
      const outcome = await source.lookup(signal);
      if (signal.aborted) return;
      if (outcome.kind !== 'unavailable') this.#judge(outcome);
      else await this.#wait(outcome.message, signal);
      if (signal.aborted) return;
    }
    await source.run(signal);
  }

  async #wait(reason: string, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    const now = clock.monotonic();
    if (now - this.#saidAt >= sayEveryMs) {
      this.#saidAt = now;
      log.warn('Waiting for the kube-apiserver', { what: 'whom to believe', reason });
    }
    await clock.sleep(retryMs, signal);
  }

  #judge(outcome: Exclude<LookupOutcome, { readonly kind: 'unavailable' }>): void {
    const { tolerateLookupFailure, log } = this.#options;
    if (outcome.kind === 'forbidden' && !tolerateLookupFailure) {
      throw new Error(`${outcome.message}; or start with --authentication-tolerate-lookup-failure`);
    }
    if (outcome.kind !== 'found')
      log.warn('Callers through the kube-apiserver cannot be recognised', { reason: outcome.message });
    this.#synced = true;
  }
}

function untilAborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener('abort', () => resolve(), { once: true });
  return promise;
}
