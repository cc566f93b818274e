import type { X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** One request after TLS and HTTP parsing, whatever the protocol it came by. Handlers see nothing else of the network. */
export interface ApiRequest {
  /** Upper case. */
  readonly method: string;
  /** The path as sent, percent-escapes included, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** What stood behind the first `?`, as sent. Absent = there was none, or nobody kept it. */
  readonly rawQuery?: string;
  /**
   * Names in lower case. A header sent more than once is an array of its values, except where Node keeps the first only,
   * and except lists by definition such as Accept, which are joined by commas.
   */
  readonly headers: IncomingHttpHeaders;
  /** How the body begins, at most a kilobyte of it, once all of it has come. Absent = there is none. */
  readonly body?: () => Promise<string>;
  /** Absent = 1. */
  readonly httpMajor?: 1 | 2;
  /** The chain the client presented, leaf first, not yet verified by anybody; empty when it presented none. */
  readonly peerChain: readonly X509Certificate[];
  /** Address of the other end, for the log. */
  readonly remoteAddress: string;
  /** Aborts when the client is gone, when the request's time is up, or when the server stops. */
  readonly signal: AbortSignal;
  /** Aborts once the request is over: its answer sent, or given up. Absent where nobody sends: over when answered. */
  readonly over?: AbortSignal;
}

/**
 * What a body may be: all at once, or in chunks, drawn as the client takes them and with a turn of the event loop after
 * each, so that none should take longer than a few milliseconds to make.
 */
export type Body = string | Uint8Array | Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array>;

/** One answer. Header names in the spelling that goes on the wire. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body;
  /** Sentences for whoever reads it, each of which becomes a `Warning` header. Absent = none. */
  readonly warnings?: readonly string[];
  /** What a refusal says, whatever its encoding: for the audit log. Absent where the body is no Status. */
  readonly refusal?: Refusal;
}

/** The words of a Status that refuses. */
export interface Refusal {
  readonly message: string;
  readonly reason: string;
  readonly details?: object;
}
