import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Connect } from '../connector.ts';

/** One request as it goes over the wire. */
export interface HttpRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** null = none. */
  readonly body: string | null;
  readonly signal: AbortSignal;
}

/** One answer whose body is still to come; destroying the body closes the socket under it. */
export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly body: Readable;
}

/**
 * HTTP/1.1 to one server over sockets that are kept. `send` rejects when no answer came, with the signal's reason when it
 * was aborted; aborting later breaks the body. Disposing closes all sockets, whatever goes on over them.
 */
export interface HttpClient extends AsyncDisposable {
  send(request: HttpRequest): Promise<HttpAnswer>;
}

/** What a client takes. */
export interface HttpClientOptions {
  /** Base URL; its path does not count. */
  readonly server: string;
  /** How a socket is opened; it is ready, and its peer verified, when it is handed over. */
  readonly connect: Connect;
  readonly maxSockets: number;
}

/** Makes a client; nothing is connected yet. */
export type MakeHttpClient = (options: HttpClientOptions) => Promise<HttpClient>;
