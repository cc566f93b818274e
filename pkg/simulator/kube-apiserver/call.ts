import type { IncomingHttpHeaders } from 'node:http';
import type { User } from '../../model/user.ts';

/** One request to the pretend kube-apiserver, its sender recognised. */
export interface Call {
  /** Upper case. */
  readonly method: string;
  /** As sent, percent-escapes included, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly user: User;
  readonly remoteAddress: string;
  readonly auditId: string;
  /** The whole body; too long a body throws. */
  readBody(): Promise<Buffer>;
  /** Aborts when the client is gone or the server goes down. */
  readonly signal: AbortSignal;
}
