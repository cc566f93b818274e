import type { AuthenticationConfig, Config } from '../config.ts';

/** What a test wants to have otherwise, section by section. */
export type ConfigChanges = {
  readonly [Section in keyof Config]?: Config[Section] extends object ? Partial<Config[Section]> : Config[Section];
};

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
  kubelet: {
    port: 10250,
    useNodeStatusPort: true,
    preferredAddressTypes: ['InternalIP'],
    requestTimeoutMs: 10_000,
    insecureTls: false,
    completelyInsecure: false,
  },
  serving: { bindAddress: '127.0.0.1', port: 0, certDir: '' },
  authentication,
  authorization: { alwaysAllowPaths: ['/livez'], authorizedTtlMs: 10_000, unauthorizedTtlMs: 10_000 },
  logging: { format: 'text', verbosity: 0 },
};

/** A configuration for tests: the defaults of the flags, on any free port of the loopback interface. */
export function madeConfig({ kubeconfig, metricResolutionMs, ...sections }: ConfigChanges = {}): Config {
  return {
    ...(kubeconfig !== undefined && { kubeconfig }),
    metricResolutionMs: metricResolutionMs ?? plain.metricResolutionMs,
    kubelet: { ...plain.kubelet, ...sections.kubelet },
    serving: { ...plain.serving, ...sections.serving },
    authentication: { ...plain.authentication, ...sections.authentication },
    authorization: { ...plain.authorization, ...sections.authorization },
    logging: { ...plain.logging, ...sections.logging },
  };
}
