import type { Config } from '../../pkg/server/config.ts';
import { auditConfig } from './audit-config.ts';
import { catalogueConfig } from './catalogue-config.ts';
import type { Options } from './flags/sections.ts';
import { ciphersFor } from './flags/tls-names.ts';
import { given } from './given.ts';

/** From what the user wrote to what the server is built from. An empty path means "not given". */
export function configOf(options: Options): Config {
  return {
    ...given('kubeconfig', options.kubeconfig),
    metricResolutionMs: options['metric-resolution'],
    apiVersions: options['api-versions'],
    apiWarnings: options['api-warnings'],
    events: options.events,
    generic: genericConfig(options),
    kubelet: kubeletConfig(options),
    serving: servingConfig(options),
    authentication: authenticationConfig(options),
    authorization: {
      ...given('kubeconfig', options['authorization-kubeconfig']),
      alwaysAllowPaths: options['authorization-always-allow-paths'],
      authorizedTtlMs: options['authorization-webhook-cache-authorized-ttl'],
      unauthorizedTtlMs: options['authorization-webhook-cache-unauthorized-ttl'],
    },
    ...auditConfig(options),
    ...catalogueConfig(options),
    features: { profiling: options.profiling },
    logging: { format: options['logging-format'], verbosity: options.v, verbosityRules: options.vmodule },
  };
}

function genericConfig(options: Options): Config['generic'] {
  return {
    requestTimeoutMs: options['request-timeout'],
    livezGraceMs: options['livez-grace-period'],
    maxRequestsInflight: options['max-requests-inflight'],
    maxMutatingRequestsInflight: options['max-mutating-requests-inflight'],
    shutdownDelayMs: options['shutdown-delay-duration'],
    shutdownSendRetryAfter: options['shutdown-send-retry-after'],
    goawayChance: options['goaway-chance'],
    hstsDirectives: options['strict-transport-security-directives'],
    corsAllowedOrigins: options['cors-allowed-origins'],
    ...given('externalHostname', options['external-hostname']),
    ...given('advertiseAddress', options['advertise-address']),
  };
}

/** Streams of one HTTP/2 connection where no flag says how many. */
const defaultHttp2Streams = 100;

function servingConfig(options: Options): Config['serving'] {
  const minVersion = options['tls-min-version'];
  return {
    bindAddress: options['bind-address'],
    port: options['secure-port'],
    certDir: options['cert-dir'],
    ...given('certFile', options['tls-cert-file']),
    ...given('keyFile', options['tls-private-key-file']),
    tls: {
      minVersion,
      ...given('ciphers', ciphersFor(minVersion, options['tls-cipher-suites']) ?? ''),
      ...given('ecdhCurve', options['tls-curve-preferences'] ?? ''),
      sniCertKeys: options['tls-sni-cert-key'],
    },
    disableHttp2: options['disable-http2-serving'],
    http2MaxStreamsPerConnection: options['http2-max-streams-per-connection'] || defaultHttp2Streams,
    permitPortSharing: options['permit-port-sharing'],
    ...(options['serving-ca'] === 'self-managed' && {
      selfManagedCa: {
        secret: options['serving-ca-secret'],
        service: options['serving-service'],
        keyAlgorithm: options['serving-key-algorithm'],
      },
    }),
  };
}

function kubeletConfig(options: Options): Config['kubelet'] {
  const nodeSelector = options['node-selector'];
  return {
    port: options['kubelet-port'],
    useNodeStatusPort: options['kubelet-use-node-status-port'],
    preferredAddressTypes: options['kubelet-preferred-address-types'],
    ...given('certificateAuthority', options['kubelet-certificate-authority']),
    ...given('clientCertificate', options['kubelet-client-certificate']),
    ...given('clientKey', options['kubelet-client-key']),
    requestTimeoutMs: options['kubelet-request-timeout'],
    slowRequestTimeoutMs: options['kubelet-slow-request-timeout'],
    compression: options['kubelet-compression'],
    viaNodeProxy: options['kubelet-via-node-proxy'],
    tls: kubeletTls(options),
    pinsSecret: options['kubelet-pins-secret'],
    completelyInsecure: options['deprecated-kubelet-completely-insecure'],
    ...(nodeSelector === undefined ? {} : { nodeSelector }),
  };
}

/** How far kubelets are trusted. */
export function kubeletTls(options: Pick<Options, 'kubelet-tls' | 'kubelet-insecure-tls'>): Config['kubelet']['tls'] {
  return options['kubelet-insecure-tls'] ? 'insecure' : options['kubelet-tls'] || 'verify';
}

function authenticationConfig(options: Options): Config['authentication'] {
  return {
    ...given('kubeconfig', options['authentication-kubeconfig']),
    tokenCacheTtlMs: options['authentication-token-webhook-cache-ttl'],
    skipLookup: options['authentication-skip-lookup'],
    tolerateLookupFailure: options['authentication-tolerate-lookup-failure'],
    ...given('clientCaFile', options['client-ca-file']),
    ...given('requestHeaderCaFile', options['requestheader-client-ca-file']),
    requestHeaderAllowedNames: options['requestheader-allowed-names'],
    requestHeaderUsernameHeaders: options['requestheader-username-headers'],
    requestHeaderGroupHeaders: options['requestheader-group-headers'],
    requestHeaderExtraHeadersPrefix: options['requestheader-extra-headers-prefix'],
    requestHeaderUidHeaders: options['requestheader-uid-headers'],
  };
}
