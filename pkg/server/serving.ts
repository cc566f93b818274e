import type { ApiServerOptions } from '../apiserver/api-server.ts';
import type { CertificatePair } from '../apiserver/certificates/issue-certificate.ts';
import { crossOrigin } from '../apiserver/filters/cross-origin.ts';
import { goawayByChance } from '../apiserver/filters/goaway.ts';
import { InFlightLimit } from '../apiserver/filters/in-flight-limit.ts';
import { ShutdownGate } from '../apiserver/filters/shutdown-gate.ts';
import { strictTransportSecurity } from '../apiserver/filters/strict-transport-security.ts';
import type { Means } from './means.ts';
import type { ServerParts } from './server.ts';
import { selfManagedCertificate } from './trust/self-managed-certificate.ts';

/** What the flags say about serving, as the API and the server around it need it. */
export interface Serving {
  readonly ofApi: Pick<ApiServerOptions, 'filters' | 'inFlight'>;
  readonly ofServer: Pick<ServerParts, 'listening' | 'whileListening' | 'shutdown'>;
  /** Why our certificate may not be verifiable, where we look after that ourselves. */
  readonly notes: () => readonly string[];
}

/** Filters stand in the reference's order; one that was not asked for is not there. */
export function servingOf(means: Means, onHandshakeFailure: () => void): Serving {
  const { generic } = means.config;
  const { hstsDirectives, goawayChance, corsAllowedOrigins } = generic;
  const gate = new ShutdownGate();
  const filters = [
    gate.filter,
    ...(hstsDirectives.length > 0 ? [strictTransportSecurity(hstsDirectives)] : []),
    ...(goawayChance > 0 ? [goawayByChance(goawayChance, Math.random)] : []),
    ...(corsAllowedOrigins.length > 0 ? [crossOrigin(corsAllowedOrigins)] : []),
  ];
  const limits = { reading: generic.maxRequestsInflight, writing: generic.maxMutatingRequestsInflight };
  const certificate = selfManagedCertificate(means);
  const { shutdownDelayMs, shutdownSendRetryAfter, requestTimeoutMs } = generic;
  return {
    ofApi: { filters, inFlight: new InFlightLimit(limits) },
    ofServer: {
      ...listeningOf({ ...means, followed: certificate ?? means.certificate }, onHandshakeFailure),
      shutdown: { delayMs: shutdownDelayMs, sendRetryAfter: shutdownSendRetryAfter, drainMs: requestTimeoutMs, gate },
    },
    notes: () => certificate?.report.problems ?? [],
  };
}

/** Where new certificates come from while we listen. */
interface FollowedCertificate {
  follow(replace: (pair: CertificatePair) => void, signal: AbortSignal): Promise<void>;
}

/**
 * Certificates that are renewed are shown from then on. Our own authority comes later than the first client may, and may
 * never come: until it does, the self-signed one is shown.
 */
function listeningOf(
  { config, certificate, followed, namedCertificates, clock, log }: Means & { readonly followed: FollowedCertificate },
  onHandshakeFailure: () => void,
): Pick<ServerParts, 'listening' | 'whileListening'> {
  return {
    listening: {
      ...config.serving,
      pair: certificate.pair,
      namedPairs: namedCertificates.pairs,
      requestTimeoutMs: config.generic.requestTimeoutMs,
      onHandshakeFailure,
      clock,
      log: log.named('serving'),
    },
    whileListening: (listener) => async (signal) => {
      await Promise.all([
        followed.follow((pair) => listener.replacePair(pair), signal),
        namedCertificates.follow((pairs) => listener.replaceNamedPairs(pairs), signal),
      ]);
    },
  };
}
