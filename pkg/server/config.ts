import type { SecureVersion } from 'node:tls';
import type { KeyAlgorithm } from '../apiserver/certificates/sign-certificate.ts';
import type { LabelSelector } from '../model/label-selector.ts';
import type { VerbosityRule } from '../telemetry/logger.ts';

/** Everything the server was told, resolved and validated; nothing here is doubted again. Durations in milliseconds. */
export interface Config {
  /** Path; absent = in-cluster identity. */
  readonly kubeconfig?: string;
  readonly metricResolutionMs: number;
  /** At least one, v1beta1 first. */
  readonly apiVersions: readonly ApiVersion[];
  /** Lists carry Warning headers about what they leave out. */
  readonly apiWarnings: boolean;
  /** What is degraded is told in Events of the cluster. */
  readonly events: boolean;
  readonly generic: GenericConfig;
  readonly kubelet: KubeletConfig;
  readonly serving: ServingConfig;
  readonly authentication: AuthenticationConfig;
  readonly authorization: AuthorizationConfig;
  /** Absent = nothing is recorded. */
  readonly audit?: AuditConfig;
  /** Absent = there is no metric catalogue. */
  readonly catalogue?: CatalogueConfig;
  readonly features: FeaturesConfig;
  readonly logging: LoggingConfig;
}

/** A version of metrics.k8s.io that can be served. */
export type ApiVersion = 'v1beta1' | 'v1';

/** What every API server is told: how requests are bounded, how it starts and stops. */
export interface GenericConfig {
  /** How long one request may take, and requests under way when the server stops. */
  readonly requestTimeoutMs: number;
  /** After so long without having finished its start the server counts as dead; 0 = it may wait for ever. */
  readonly livezGraceMs: number;
  /** Reading requests under way at once; 0 = no limit. */
  readonly maxRequestsInflight: number;
  /** Writing requests under way at once; 0 = no limit. */
  readonly maxMutatingRequestsInflight: number;
  /** Between being told to stop, when readyz begins to fail, and accepting nobody any more. */
  readonly shutdownDelayMs: number;
  /** While requests under way finish: listen on and answer 429 with Retry-After, instead of closing at once. */
  readonly shutdownSendRetryAfter: boolean;
  /** Share of HTTP/2 requests that close their connection gracefully: 0 to 0.02. */
  readonly goawayChance: number;
  /** Parts of the header Strict-Transport-Security; empty = no header. */
  readonly hstsDirectives: readonly string[];
  /** Origins that CORS allows; empty = CORS is off. */
  readonly corsAllowedOrigins: readonly RegExp[];
  /** Host that discovery gives as our address; absent = advertiseAddress, or else none. */
  readonly externalHostname?: string;
  readonly advertiseAddress?: string;
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
  /** For kubelets that prove to be slow; less than requestTimeoutMs means the same. */
  readonly slowRequestTimeoutMs: number;
  /** How kubelets are asked to pack their answers; they may always answer unpacked. */
  readonly compression: 'gzip' | 'none';
  /** Kubelets that cannot be reached are asked through the kube-apiserver. */
  readonly viaNodeProxy: boolean;
  /**
   * Who is taken for a kubelet: whose certificate is verified; or also who shows the key of the first contact; or whoever
   * answers.
   */
  readonly tls: 'verify' | 'pin' | 'insecure';
  /** Where the keys of `pin` are kept; without a namespace: ours. */
  readonly pinsSecret: { readonly namespace?: string; readonly name: string };
  /** Plain HTTP without credentials. */
  readonly completelyInsecure: boolean;
  /** Only these nodes are scraped and listed; absent = all. */
  readonly nodeSelector?: LabelSelector;
}

/** Where, with which certificates and how we listen. */
export interface ServingConfig {
  readonly bindAddress: string;
  readonly port: number;
  /** A self-signed pair is kept here when no certificate is given. */
  readonly certDir: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly tls: TlsConfig;
  readonly disableHttp2: boolean;
  /** Never 0. */
  readonly http2MaxStreamsPerConnection: number;
  /** SO_REUSEPORT. */
  readonly permitPortSharing: boolean;
  /** Absent = the certificate is in files, or nobody can verify it. */
  readonly selfManagedCa?: SelfManagedCaConfig;
}

/** How we are our own authority; objects without a namespace are in ours. */
export interface SelfManagedCaConfig {
  readonly secret: { readonly namespace?: string; readonly name: string };
  readonly service: { readonly namespace?: string; readonly name: string };
  readonly keyAlgorithm: KeyAlgorithm;
}

/** What is spoken under HTTPS, in the terms of Node's TLS options. */
export interface TlsConfig {
  readonly minVersion: SecureVersion;
  /** OpenSSL's names, colon-separated, those of TLS 1.3 included: Node's option `ciphers`. Absent = Node's default. */
  readonly ciphers?: string;
  /** OpenSSL's names, colon-separated: Node's option `ecdhCurve`. Absent = Node's default. */
  readonly ecdhCurve?: string;
  /** Pairs for clients that ask for certain names, in the order given. */
  readonly sniCertKeys: readonly SniCertKey[];
}

/** A certificate for some of the names that clients ask for. */
export interface SniCertKey {
  readonly certFile: string;
  readonly keyFile: string;
  /** Domain names, `*.` in front for all below one, or addresses. Absent = those of the certificate. */
  readonly names?: readonly string[];
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

/** What is recorded of requests, and where. */
export interface AuditConfig {
  /** Path of the policy. */
  readonly policyFile: string;
  /** Absent = no file is written. */
  readonly log?: AuditLogConfig;
  /** Absent = nothing is sent. */
  readonly webhook?: AuditWebhookConfig;
}

/** How events reach what records them. */
export interface AuditBackendConfig {
  /** API version of the events. */
  readonly version: 'audit.k8s.io/v1';
  /** `blocking-strict`: a request fails whose event cannot be recorded. */
  readonly mode: 'batch' | 'blocking' | 'blocking-strict';
  readonly batch: AuditBatchConfig;
  /** Absent = events and batches may have any size. */
  readonly truncate?: { readonly maxBatchBytes: number; readonly maxEventBytes: number };
}

/** What mode `batch` needs to know. */
export interface AuditBatchConfig {
  /** Events that may wait; more are lost. */
  readonly bufferSize: number;
  /** Events. */
  readonly maxSize: number;
  readonly maxWaitMs: number;
  /** Batches a second, and batches at once after a quiet time. Absent = as many as there are. */
  readonly throttle?: { readonly qps: number; readonly burst: number };
}

/** Events in a file. */
export interface AuditLogConfig extends AuditBackendConfig {
  /** `-` = stdout. */
  readonly path: string;
  readonly format: 'json' | 'legacy';
  /** Days that old files are kept; 0 = for ever. */
  readonly maxAgeDays: number;
  /** Old files that are kept; 0 = all. */
  readonly maxBackups: number;
  /** Size after which a new file is begun; 0 = never. */
  readonly maxSizeBytes: number;
  /** Old files are compressed with gzip. */
  readonly compress: boolean;
}

/** Events sent to a server. */
export interface AuditWebhookConfig extends AuditBackendConfig {
  /** Path of a kubeconfig. */
  readonly configFile: string;
  readonly initialBackoffMs: number;
}

/** The metric catalogue, its labels and its history. */
export interface CatalogueConfig {
  readonly resolutionMs: number;
  /** Absent = `/metrics/cadvisor` is not asked for. */
  readonly cadvisor?: { readonly resolutionMs: number };
  readonly historyBudgetBytes: number;
  /** Of the long history. */
  readonly historyMs: number;
  readonly labels: CatalogueLabelsConfig;
  /** Annotation of nodes; empty = none. */
  readonly hostIdAnnotation: string;
  /** Plain HTTP for clients from Heapster's days; absent = none. */
  readonly legacyPort?: { readonly bindAddress: string; readonly port: number };
}

/** How labels of objects become labels of metrics. */
export interface CatalogueLabelsConfig {
  readonly separator: string;
  readonly ignored: readonly string[];
  /** Names of object labels by the names they get. */
  readonly stored: Readonly<Record<string, string>>;
  readonly podNamespace: boolean;
}

/** What is there for whoever looks into the running server. */
export interface FeaturesConfig {
  /** Profiles under /debug/pprof/, and the verbosity of the log under /debug/flags/v. */
  readonly profiling: boolean;
}

/** How we log. */
export interface LoggingConfig {
  readonly format: 'text' | 'json';
  /** `-v`. */
  readonly verbosity: number;
  /** `--vmodule`: other verbosities for some rooms. */
  readonly verbosityRules: readonly VerbosityRule[];
}
