import type { Clock } from '../../../lifecycle/clock.ts';
import type { Logger } from '../../../telemetry/logger.ts';
import { troubleWith } from './credentials-check.ts';
import type { Credentials, Identity } from './identity.ts';

/** Tokens rotate at four fifths of their life, an hour as a rule: a minute is soon enough, and what client-go does. */
const freshMs = 60_000;

/** A peer that goes on refusing does not make us read, or run a credential plugin, at every request. */
const renewalsApartMs = 5_000;

/** What credentials that follow their files take. */
export interface LiveCredentialsOptions {
  readonly identity: Identity;
  /** What the first reading gave. */
  readonly first: Credentials;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Credentials that follow their files: read again at most once a minute, and when a peer refuses them. */
export class LiveCredentials {
  readonly #identity: Identity;
  readonly #clock: Clock;
  readonly #log: Logger;
  #current: Credentials;
  #readAt: number;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;
  #broken = false;

  constructor({ identity, first, clock, log }: LiveCredentialsOptions) {
    this.#identity = identity;
    this.#clock = clock;
    this.#log = log;
    this.#current = first;
    this.#readAt = clock.monotonic();
  }

  /** What is known now. Older than a minute, it is read again behind the caller's back, for the next caller. */
  get current(): Credentials {
    // Nobody waits for this reading, and #read never rejects.
    if (this.#stale) void this.#read();
    return this.#current;
  }

  /** At most a minute old. */
  async fresh(): Promise<Credentials> {
    if (this.#stale) await this.#read();
    return this.#current;
  }

  /** Reads again, every few seconds at most, because `refused` was not accepted; true when something else is known now. */
  async renew(refused: Credentials): Promise<boolean> {
    const now = this.#clock.monotonic();
    if (this.#current === refused && now - this.#renewedAt >= renewalsApartMs) {
      this.#renewedAt = now;
      this.#identity.forget();
      await this.#read();
    }
    return !same(this.#current, refused);
  }

  get #stale(): boolean {
    return this.#clock.monotonic() - this.#readAt >= freshMs;
  }

  /** Those who come while a reading is under way share it. */
  #read(): Promise<void> {
    this.#reading ??= this.#readOnce().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readOnce(): Promise<void> {
    try {
      const read = await this.#identity.read();
      const trouble = troubleWith(read);
      if (trouble !== undefined) throw new Error(trouble);
      if (!same(read, this.#current)) this.#current = read;
      if (this.#broken) this.#log.info('Credentials can be read again');
      this.#broken = false;
    } catch (cause) {
      if (!this.#broken) this.#log.warn('Credentials cannot be read again, the last ones stay in use', { cause });
      this.#broken = true;
    }
    this.#readAt = this.#clock.monotonic();
  }
}

function same(a: Credentials, b: Credentials): boolean {
  return a.token === b.token && a.basic === b.basic && a.ca === b.ca && a.cert === b.cert && a.key === b.key;
}
