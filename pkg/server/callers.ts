import { Authenticator } from '../apiserver/identity/authenticate.ts';
import { Authorizer } from '../apiserver/identity/authorize.ts';
import type { TokenCacheInstruments } from '../apiserver/instruments/token-cache.ts';
import type { KubeTransport } from '../kube/connection/transport.ts';
import { AccessReviews, TokenReviews } from '../kube/reviews.ts';
import type { ClientTrust } from '../model/client-trust.ts';
import type { Means } from './means.ts';
import { clientTrust } from './trust/client-trust.ts';

/** Who tells callers apart and who decides what they may: both by asking the kube-apiserver where nobody here knows. */
export interface Callers {
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
}

/** The ways on which the kube-apiserver is asked about callers. */
export interface ReviewConnections {
  readonly authentication: KubeTransport;
  readonly authorization: KubeTransport;
}

/** What both are built from. */
export type CallerMeans = Pick<Means, 'files' | 'clock' | 'log'> & {
  readonly connections: ReviewConnections;
  /** Absent = tokens are not counted. */
  readonly tokenCache?: TokenCacheInstruments;
  readonly config: Pick<Means['config'], 'authentication' | 'authorization'>;
};

/** Builds both. `published` is what the kube-apiserver says about whom to believe. */
export function callersOf(means: CallerMeans, published: { readonly current: ClientTrust | undefined }): Callers {
  const { config, connections, files, tokenCache, clock, log } = means;
  const tokens = new TokenReviews({ connection: connections.authentication, clock });
  const authenticator = new Authenticator({
    trust: clientTrust(config.authentication, files, published),
    tokens: tokenCache?.reviewing(tokens) ?? tokens,
    ...(tokenCache && { onTokenLookUp: (known, tookMs) => tokenCache.lookedUp(known, tookMs) }),
    tokenCacheTtlMs: config.authentication.tokenCacheTtlMs,
    clock,
    log: log.named('authentication'),
  });
  const authorizer = new Authorizer({
    reviewer: new AccessReviews({ connection: connections.authorization, clock }),
    alwaysAllowPaths: config.authorization.alwaysAllowPaths,
    authorizedTtlMs: config.authorization.authorizedTtlMs,
    unauthorizedTtlMs: config.authorization.unauthorizedTtlMs,
    clock,
    log: log.named('authorization'),
  });
  return { authenticator, authorizer };
}
