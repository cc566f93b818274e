import type { LabelSelector } from '../model/label-selector.ts';

/** Everything the server was told, resolved and validated; nothing here is doubted again. Durations in milliseconds. */
export interface Config {
  /** Path; absent = in-cluster identity. */
  readonly kubeconfig?: string;
  readonly metricResolutionMs: number;
  readonly kubelet: KubeletConfig;
  readonly serving: ServingConfig;
  readonly authentication: AuthenticationConfig;
  readonly authorization: AuthorizationConfig;
  readonly logging: LoggingConfig;
}

/** How kubelets are reached and trusted. */
export interface KubeletConfig {
  readonly port: number;
  readonly useNodeStatusPort: boolean;
  readonly preferredAddressTypes: readonly string[];
  /** Path of a PEM bundle that replaces the cluster's CA; absent = the CA of the connection to the kube-apiserver. */
  readonly certificateAuthority?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly requestTimeoutMs: number;
  /** Kubelet certificates are not verified. */
  readonly insecureTls: boolean;
  /** Plain HTTP without credentials. */
  readonly completelyInsecure: boolean;
  /** Only these nodes are scraped and listed; absent = all. */
  readonly nodeSelector?: LabelSelector;
}

/** Where and with which certificate we listen. */
export interface ServingConfig {
  readonly bindAddress: string;
  readonly port: number;
  /** A self-signed pair is kept here when no certificate is given. */
  readonly certDir: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/** How callers are recognised. */
export interface AuthenticationConfig {
  /** Path; absent = in-cluster identity. */
  readonly kubeconfig?: string;
  readonly tokenCacheTtlMs: number;
  /** ConfigMap extension-apiserver-authentication is not read. */
  readonly skipLookup: boolean;
  /** Not being allowed to read it is a warning, not fatal. */
  readonly tolerateLookupFailure: boolean;
  readonly clientCaFile?: string;
  /** Absent = the ConfigMap says, names and headers included. */
  readonly requestHeaderCaFile?: string;
  readonly requestHeaderAllowedNames: readonly string[];
  readonly requestHeaderUsernameHeaders: readonly string[];
  readonly requestHeaderGroupHeaders: readonly string[];
  readonly requestHeaderExtraHeadersPrefix: readonly string[];
  readonly requestHeaderUidHeaders: readonly string[];
}

/** How callers are allowed. */
export interface AuthorizationConfig {
  /** Path; absent = in-cluster identity. */
  readonly kubeconfig?: string;
  /** Exact paths, or prefixes ending in `*`. */
  readonly alwaysAllowPaths: readonly string[];
  readonly authorizedTtlMs: number;
  readonly unauthorizedTtlMs: number;
}

/** How we log. */
export interface LoggingConfig {
  readonly format: 'text' | 'json';
  /** `-v`. */
  readonly verbosity: number;
}
