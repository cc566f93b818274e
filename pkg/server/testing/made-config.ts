import type { AuthenticationConfig, Config } from '../config.ts';

/** What a test wants to have otherwise, section by section. */
export type ConfigChanges = Partial<Omit<Config, Section>> & {
  readonly [Name in Section]?: Partial<Config[Name]>;
};

type Section = 'generic' | 'kubelet' | 'serving' | 'authentication' | 'authorization' | 'features' | 'logging';

const authentication: AuthenticationConfig = {
  tokenCacheTtlMs: 10_000,
  skipLookup: false,
  tolerateLookupFailure: false,
  requestHeaderAllowedNames: [],
  requestHeaderUsernameHeaders: ['x-remote-user'],
  requestHeaderGroupHeaders: ['x-remote-group'],
  requestHeaderExtraHeadersPrefix: ['x-remote-extra-'],
  requestHeaderUidHeaders: [],
};

const plain: Config = {
  metricResolutionMs: 15_000,
  apiVersions: ['v1beta1'],
  apiWarnings: true,
  events: true,
  generic: {
    requestTimeoutMs: 60_000,
    livezGraceMs: 0,
    maxRequestsInflight: 400,
    maxMutatingRequestsInflight: 200,
    shutdownDelayMs: 0,
    shutdownSendRetryAfter: false,
    goawayChance: 0,
    hstsDirectives: [],
    corsAllowedOrigins: [],
  },
  kubelet: {
    port: 10250,
    useNodeStatusPort: true,
    preferredAddressTypes: ['InternalIP'],
    requestTimeoutMs: 10_000,
    slowRequestTimeoutMs: 60_000,
    compression: 'gzip',
    viaNodeProxy: false,
    tls: 'verify',
    pinsSecret: { name: 'metrics-server-kubelet-pins' },
    completelyInsecure: false,
  },
  serving: {
    bindAddress: '127.0.0.1',
    port: 0,
    certDir: '',
    tls: { minVersion: 'TLSv1.2', sniCertKeys: [] },
    disableHttp2: false,
    http2MaxStreamsPerConnection: 100,
    permitPortSharing: false,
  },
  authentication,
  authorization: { alwaysAllowPaths: ['/livez'], authorizedTtlMs: 10_000, unauthorizedTtlMs: 10_000 },
  features: { profiling: true },
  logging: { format: 'text', verbosity: 0, verbosityRules: [] },
};

/** A configuration for tests: the defaults of the flags, on any free port of the loopback interface. */
export function madeConfig(changes: ConfigChanges = {}): Config {
  return {
    ...plain,
    ...changes,
    generic: { ...plain.generic, ...changes.generic },
    kubelet: { ...plain.kubelet, ...changes.kubelet },
    serving: { ...plain.serving, ...changes.serving },
    authentication: { ...plain.authentication, ...changes.authentication },
    authorization: { ...plain.authorization, ...changes.authorization },
    features: { ...plain.features, ...changes.features },
    logging: { ...plain.logging, ...changes.logging },
  };
}
