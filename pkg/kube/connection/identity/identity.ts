import type { Proxy } from '../proxy/proxy.ts';

/** What we show a peer, and by what we recognise it. PEM texts; all absent where a cluster asks for nothing. */
export interface Credentials {
  /** Bearer token, without white space around it. */
  readonly token?: string;
  /** `user:password` for basic authentication; never sent to kubelets. */
  readonly basic?: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** Where a kube-apiserver is and how to be somebody there. */
export interface Identity {
  /** Base URL without a trailing slash. */
  readonly server: string;
  /** Name to verify the certificate against; absent = the host of `server`. */
  readonly serverName?: string;
  /** The certificate is not verified; only somebody's kubeconfig may ask for this. */
  readonly insecureTls: boolean;
  /** What leads there; absent = we connect ourselves. */
  readonly proxy?: Proxy;
  /** Of the pod we run in, or of the kubeconfig's context; absent where neither names one. */
  readonly namespace?: string;
  /** Whom to act as (`as` of a kubeconfig user). */
  readonly impersonate?: string;
  /** Reads files or runs the credential plugin again. Rejects with a message that names the path and the cure. */
  read(): Promise<Credentials>;
  /** Forgets what a credential plugin remembers, because it was refused. */
  forget(): void;
}

/** An identity, or in one sentence why there is none. */
export type IdentityOutcome =
  | { readonly kind: 'known'; readonly identity: Identity; readonly credentials: Credentials }
  | { readonly kind: 'unknown'; readonly message: string };
