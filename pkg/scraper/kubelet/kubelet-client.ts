import type { EpochMs } from '../../model/units.ts';
import type { KubeletTarget } from './address.ts';
import type { KeyMemory } from './trust/key-memory.ts';

/** What came of one request to one kubelet. Nothing here is an exception: networks fail every day. */
export type KubeletAnswer =
  | UsageAnswer
  /** `detail` is the beginning of what the kubelet said, made printable. */
  | { readonly kind: 'status'; readonly code: number; readonly detail?: string }
  /** The signal aborted first. */
  | { readonly kind: 'timed-out' }
  /** `code` as the operating system names it: ECONNREFUSED, ENOTFOUND, … */
  | { readonly kind: 'unreachable'; readonly code: string }
  /** The handshake failed, or whoever answered is not the kubelet. `also`: what else is wrong, the name beside the chain. */
  | ({ readonly kind: 'tls'; readonly also?: TlsFault } & TlsFault)
  | { readonly kind: 'too-large'; readonly limitBytes: number }
  | { readonly kind: 'bad-body'; readonly message: string };

/** A body. */
export interface UsageAnswer {
  readonly kind: 'ok';
  /** Unpacked, and the caller's until it calls `release`. */
  readonly body: Buffer;
  /** The node's clock, in whole seconds. */
  readonly date?: EpochMs;
  /**
   * Lets the memory of `body` be used for other answers: nobody may look at it from then on. To be called once, always: all
   * bodies that are read at a time are counted together, and there is a limit. Absent = nobody waits for it.
   */
  readonly release?: () => void;
}

/** What is wrong with a handshake or a certificate. */
export interface TlsFault {
  /** As Node.js and OpenSSL name it, or one of our own. */
  readonly code: string;
  readonly message: string;
}

/** Whoever can ask kubelets. One request per node at a time. */
export interface KubeletClient {
  /**
   * Never rejects; ends soon after `signal` aborts. Without a connection after `connectMs` the kubelet is unreachable
   * (ETIMEDOUT). `reached` is called when a machine takes a new connection.
   */
  read(target: KubeletTarget, signal: AbortSignal, connectMs?: number, reached?: () => void): Promise<KubeletAnswer>;
  /** Closes what is kept open for a node that is gone. */
  forget(node: string): void;
}

/** What we show to kubelets. Read for each request, so that rotated files count at once. */
export interface KubeletCredentials {
  current(): KubeletIdentity;
  /** Reads again, because a kubelet refused `refused`; true when there are others now. Absent where there is nothing to read. */
  renew?(refused: KubeletIdentity): Promise<boolean>;
}

/** Credentials of one moment; all PEM but the token. */
export interface KubeletIdentity {
  /** Bearer token. */
  readonly token?: string;
  /** Authorities that may vouch for kubelets; absent = those Node.js trusts by default. */
  readonly ca?: string;
  /** Client certificate. */
  readonly cert?: string;
  /** Its private key. */
  readonly key?: string;
}

/**
 * How far a kubelet is trusted: its certificate is verified; or, where it cannot be, its key is the one of the first
 * contact; or it is taken without looking, which hands our token to whoever answers; or there is no TLS, and then no
 * credentials either.
 */
export type KubeletTrust = 'verified' | { readonly pinnedIn: KeyMemory } | 'insecure-tls' | 'plain-http';
