import { beats } from '../../lifecycle/beats.ts';
import type { Clock } from '../../lifecycle/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { CertificatePair } from '../certificates/issue-certificate.ts';
import { type Authorities, bundleOf, readAuthorities, writeAuthorities } from './authorities.ts';
import { type IssuingOptions, isCurrent, makeAuthority, makeLeaf } from './issuing.ts';
import { type Agreement, agree, dueStep, lifeOf, promoted, type RotationStep, retired } from './rotation.ts';

type Data = ReadonlyMap<string, Buffer>;

/** What the Secret holds; `version` names it for `replace`. */
export interface StoredAuthorities {
  readonly kind: 'found';
  readonly data: Data;
  readonly version: string;
}

/** Nobody has made the Secret yet, or somebody deleted it. */
export interface NoAuthorities {
  readonly kind: 'absent';
}

/** Nothing came of it; the message says what would help. */
export interface AuthorityRefusal {
  readonly kind: 'refused';
  readonly message: string;
}

/** `taken`: somebody else was first. */
export type AuthorityWriting = { readonly kind: 'written' | 'taken' } | AuthorityRefusal;

/** The one Secret that replicas share. */
export interface AuthorityStore {
  /** For messages: `Secret kube-system/metrics-server-serving-ca`. */
  readonly what: string;
  read(signal: AbortSignal): Promise<StoredAuthorities | NoAuthorities | AuthorityRefusal>;
  create(data: Data, signal: AbortSignal): Promise<AuthorityWriting>;
  replace(version: string, data: Data, signal: AbortSignal): Promise<AuthorityWriting>;
}

/** Whoever tells kube-apiservers by what to verify us. */
export interface BundlePublisher {
  /** Puts the bundle in place where it is not. `told`: everybody who verifies us now has all of it. Never rejects. */
  publish(
    bundle: string,
    signal: AbortSignal,
  ): Promise<{ readonly told: boolean; readonly problems: readonly string[] }>;
}

/** What it takes to look after one's own certificate. */
export interface SelfManagedOptions extends IssuingOptions {
  readonly store: AuthorityStore;
  readonly publisher: BundlePublisher;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How it stands, for people. */
export interface TrustReport {
  /** `starting`: nothing is known yet. `trusted`: our certificate can be verified. `degraded`: `problems` say why not. */
  readonly kind: 'starting' | 'trusted' | 'degraded';
  readonly problems: readonly string[];
  /** When the certificate that is shown ends; absent while none was issued. */
  readonly leafEndsAt?: number;
  /** When the authority that signs ends; absent while none is known. */
  readonly authorityEndsAt?: number;
}

/** How often in a row a spoilt Secret is left to replicas that may still know what was in it, before it is begun anew. */
const looksBeforeAnew = 3;

/** Replicas that write at the same time come to agree within a few readings. */
const readingsAtOnce = 4;

interface Agreed {
  readonly kind: 'agreed';
  readonly authorities: Authorities;
}

interface Wanted {
  readonly authorities?: Authorities;
  readonly why?: string;
}

/**
 * The certificate of a server that is its own authority: the authority lives in a Secret that all replicas share, each
 * replica signs for itself, and whoever verifies is told beforehand. At every moment what any replica shows is signed by
 * an authority that has been announced for the overlap, and that stays announced until its last signature has run out.
 */
export class SelfManagedCertificate {
  readonly #options: SelfManagedOptions;
  #known: Authorities | undefined;
  #leaf: CertificatePair | undefined;
  /** Since when everybody has been told of which successor, by the monotonic clock. */
  #told: { readonly certPem: string; readonly since: number } | undefined;
  #spoiltLooks = 0;
  #report: TrustReport = { kind: 'starting', problems: [] };

  constructor(options: SelfManagedOptions) {
    this.#options = options;
  }

  /** How it stands. */
  get report(): TrustReport {
    return this.#report;
  }

  /** Calls `replace` with each certificate to show from then on, until `signal` aborts. Never rejects for others' faults. */
  async follow(replace: (pair: CertificatePair) => void, signal: AbortSignal): Promise<void> {
    const { clock, terms } = this.#options;
    for await (const _ of beats(terms.lookEveryMs, clock, signal)) await this.#look(replace, signal);
  }

  async #look(replace: (pair: CertificatePair) => void, signal: AbortSignal): Promise<void> {
    const outcome = await this.#agreed(signal);
    if (signal.aborted) return;
    if (outcome.kind !== 'agreed') return this.#wait(outcome.message);
    const { authorities } = outcome;
    this.#known = authorities;
    const { told, problems } = await this.#options.publisher.publish(bundleOf(authorities), signal);
    if (signal.aborted) return;
    this.#remember(authorities, told);
    await this.#show(authorities, replace);
    this.#say(problems);
  }

  /** What we show stays. Who was told while we could not look, nobody knows. */
  #wait(message: string): void {
    this.#told = undefined;
    this.#say([message]);
  }

  /** Reads, and writes what is due, until what was read is what is to be. */
  async #agreed(signal: AbortSignal): Promise<Agreed | AuthorityRefusal> {
    const { store } = this.#options;
    for (let reading = 0; reading < readingsAtOnce; reading++) {
      const read = await store.read(signal);
      if (read.kind === 'refused') return read;
      const outcome = await this.#settle(read, signal);
      if (outcome.kind !== 'taken') return outcome;
    }
    return { kind: 'refused', message: `${store.what} changes all the time` };
  }

  /** From what was read to what is to be. */
  async #settle(
    read: StoredAuthorities | NoAuthorities,
    signal: AbortSignal,
  ): Promise<Agreed | AuthorityRefusal | { readonly kind: 'taken' }> {
    const { store, log } = this.#options;
    const stored = read.kind === 'found' ? readAuthorities(read.data) : read;
    const { authorities, why } = await this.#wanted(agree(this.#own(), stored));
    if (authorities === undefined) return { kind: 'refused', message: `${store.what} cannot be used: ${why}` };
    if (why === undefined) return { kind: 'agreed', authorities };
    const written = await (read.kind === 'absent'
      ? store.create(writeAuthorities(authorities), signal)
      : store.replace(read.version, writeAuthorities(authorities, read.data), signal));
    if (written.kind !== 'written') return written.kind === 'refused' ? written : { kind: 'taken' };
    log.info('Serving authorities written', { to: store.what, why });
    return { kind: 'agreed', authorities };
  }

  /** What we knew counts for as long as something that we show is signed by it. */
  #own(): Authorities | undefined {
    const shown = this.#leaf;
    return shown !== undefined && lifeOf(shown).end > this.#options.clock.now() ? this.#known : undefined;
  }

  /** What the Secret is to hold; without `why` it does already, without `authorities` it is left alone for now. */
  async #wanted(agreement: Agreement): Promise<Wanted> {
    if (agreement.kind !== 'begin') this.#spoiltLooks = 0;
    switch (agreement.kind) {
      case 'begin':
        // Other replicas may still know what was in it: theirs is the better cure.
        if (agreement.spoilt && ++this.#spoiltLooks < looksBeforeAnew) return { why: agreement.why };
        return { authorities: { active: await this.#make() }, why: agreement.why };
      case 'restore': {
        const { authorities, needsNext, why } = agreement;
        return { authorities: needsNext ? { ...authorities, next: await this.#make() } : authorities, why };
      }
      case 'agreed': {
        const { authorities } = agreement;
        const step = dueStep(authorities, this.#options.clock.now(), this.#toldForMs(authorities), this.#options.terms);
        return step === 'nothing' ? { authorities } : await this.#stepped(step, authorities);
      }
    }
  }

  async #stepped(step: Exclude<RotationStep, 'nothing'>, authorities: Authorities): Promise<Wanted> {
    switch (step) {
      case 'announce':
        return { authorities: { ...authorities, next: await this.#make() }, why: 'a successor is announced' };
      case 'promote':
        return {
          authorities: promoted(authorities, this.#options.clock.now()),
          why: 'the successor signs from now on',
        };
      case 'retire':
        return { authorities: retired(authorities), why: 'nothing of the one before is left' };
      case 'restart':
        return { authorities: { active: await this.#make() }, why: 'the one before had run out' };
    }
  }

  #toldForMs({ next }: Authorities): number | undefined {
    const told = this.#told;
    if (next === undefined || told?.certPem !== next.certPem) return undefined;
    return this.#options.clock.monotonic() - told.since;
  }

  #remember({ next }: Authorities, told: boolean): void {
    if (next === undefined || !told) this.#told = undefined;
    else if (this.#told?.certPem !== next.certPem)
      this.#told = { certPem: next.certPem, since: this.#options.clock.monotonic() };
  }

  /** Signs only right after the Secret was read, lest anything be signed by an authority that has been retired. */
  async #show({ active }: Authorities, replace: (pair: CertificatePair) => void): Promise<void> {
    const { clock, terms, log } = this.#options;
    const now = clock.now();
    if (this.#leaf !== undefined && isCurrent(this.#leaf, active, now, terms)) return;
    const leaf = await makeLeaf(this.#options, active, now);
    this.#leaf = leaf;
    replace(leaf);
    log.info('Serving certificate issued', { until: new Date(lifeOf(leaf).end).toISOString() });
  }

  #make(): Promise<CertificatePair> {
    return makeAuthority(this.#options, this.#options.clock.now());
  }

  /** Tells the log once for each change. */
  #say(problems: readonly string[]): void {
    const { log } = this.#options;
    const before = this.#report;
    const ends = {
      ...(this.#leaf && { leafEndsAt: lifeOf(this.#leaf).end }),
      ...(this.#known && { authorityEndsAt: lifeOf(this.#known.active).end }),
    };
    this.#report = { kind: problems.length === 0 ? 'trusted' : 'degraded', problems, ...ends };
    if (before.kind === this.#report.kind && before.problems.join() === problems.join()) return;
    if (problems.length > 0) log.warn('Our serving certificate may not be verifiable', { reasons: problems });
    else log.info('Our serving certificate can be verified', { by: 'caBundle' });
  }
}
