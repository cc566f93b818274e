import type { Clock } from '../../lifecycle/clock.ts';
import type { ClientTrust } from '../../model/client-trust.ts';
import type { User } from '../../model/user.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { ChainVerifier } from '../certificates/certificate-chain.ts';
import type { ApiRequest } from '../exchange.ts';
import { BearerTokens, type TokenReviewer } from './bearer-token.ts';
import { fromClientCertificate } from './client-certificate.ts';
import { fromFrontProxy } from './front-proxy.ts';
import type { Identity } from './identity.ts';
import type { AnswerObserver } from './review-cache.ts';

/** Who asks, in the end. */
export type Authentication =
  /** `warnings`: what the caller should know of the credentials shown; absent = nothing. */
  | { readonly kind: 'user'; readonly user: User; readonly warnings?: readonly string[] }
  /** A credential was shown and not accepted. `reason` is for the log, not for the client. */
  | { readonly kind: 'unauthorized'; readonly reason: string };

/** Whom and what the authenticator asks. */
export interface AuthenticatorOptions {
  /** Asked for every request, so that a rotated authority counts at once; undefined = no certificates count yet. */
  readonly trust: () => ClientTrust | undefined;
  readonly tokens: TokenReviewer;
  /** How long a verdict on a token is good, in milliseconds. */
  readonly tokenCacheTtlMs: number;
  /** Told of every token that was looked up. Absent = nobody counts. */
  readonly onTokenLookUp?: AnswerObserver;
  readonly clock: Clock;
  readonly log: Logger;
}

const anonymous: User = { name: 'system:anonymous', groups: ['system:unauthenticated'], extra: {} };

/** Finds out who asks: the front proxy's word, a client certificate, a bearer token; the first that knows wins. */
export class Authenticator {
  readonly #trust: () => ClientTrust | undefined;
  readonly #tokens: BearerTokens;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** One for each purpose: each remembers what it verified against its own bundle. */
  readonly #proxies = new ChainVerifier();
  readonly #clients = new ChainVerifier();

  constructor({ trust, tokens, tokenCacheTtlMs, onTokenLookUp, clock, log }: AuthenticatorOptions) {
    this.#trust = trust;
    const counting = onTokenLookUp === undefined ? {} : { onAnswer: onTokenLookUp };
    this.#tokens = new BearerTokens({ reviewer: tokens, ttlMs: tokenCacheTtlMs, ...counting, clock, log });
    this.#clock = clock;
    this.#log = log;
  }

  /** Anonymous only when nobody took offence: a bad credential never becomes an anonymous caller. */
  async authenticate(request: ApiRequest): Promise<Authentication> {
    const errors: string[] = [];
    const warnings: string[] = [];
    for (const identify of this.#ways) {
      const identity = await identify(request);
      if (identity.kind === 'user') return { kind: 'user', user: authenticated(identity.user) };
      if (identity.kind === 'error') errors.push(identity.reason);
      else if (identity.warning !== undefined) warnings.push(identity.warning);
    }
    if (errors.length === 0) return { kind: 'user', user: anonymous, ...(warnings.length > 0 && { warnings }) };

    const reason = errors.join('; ');
    this.#log.detail(2, 'Unable to authenticate the request', { reason, client: request.remoteAddress });
    return { kind: 'unauthorized', reason };
  }

  readonly #ways: readonly ((request: ApiRequest) => Identity | Promise<Identity>)[] = [
    (request) => fromFrontProxy(request, this.#trust()?.requestHeader, this.#proxies, this.#clock.now()),
    (request) => fromClientCertificate(request, this.#trust()?.clientCa, this.#clients, this.#clock.now()),
    (request) => this.#tokens.identify(request),
  ];
}

/** Whoever was recognised is a member of this group, unless the credential said something about it. */
function authenticated(user: User): User {
  const settled = user.groups.some((group) => group === 'system:authenticated' || group === 'system:unauthenticated');
  if (settled || user.name === anonymous.name) return user;
  return { ...user, groups: [...user.groups, 'system:authenticated'] };
}
