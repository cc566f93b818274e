/**
 * How the kube-apiserver's front proxy names users to us, and whom else to trust: the content of ConfigMap
 * kube-system/extension-apiserver-authentication, or of the flags that replace it.
 */
export interface ClientTrust {
  /** PEM bundle for users with client certificates; absent = no such users. */
  readonly clientCa?: string;
  /** Absent = nobody may speak for others. */
  readonly requestHeader?: RequestHeaderTrust;
}

/** The front proxy: whose certificates count and which headers it sets. Header names are compared case-insensitively. */
export interface RequestHeaderTrust {
  /** PEM bundle. */
  readonly ca: string;
  /** Common names that may speak for others; empty = every certificate of `ca`. */
  readonly allowedNames: readonly string[];
  readonly usernameHeaders: readonly string[];
  readonly uidHeaders: readonly string[];
  readonly groupHeaders: readonly string[];
  readonly extraHeaderPrefixes: readonly string[];
}
