import { constants } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { Clock } from '../../lifecycle/clock.ts';
import { deadline } from '../../lifecycle/deadline.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { CertificatePair } from '../certificates/issue-certificate.ts';
import type { Answer, ApiRequest } from '../exchange.ts';
import { Connections } from './connections.ts';
import { readRequest } from './read-request.ts';
import { writeAnswer } from './write-answer.ts';

/** Where to listen, with which certificate, and who answers. */
export interface ListenOptions {
  readonly bindAddress: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly pair: CertificatePair;
  /** Must settle soon after the request's signal aborts. */
  readonly handle: (request: ApiRequest) => Promise<Answer>;
  /** A request's signal aborts after this long, also while its answer is being sent. */
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A socket that is being listened on. */
export interface Listener {
  readonly address: string;
  readonly port: number;
  /** New connections get the new certificate; open ones live on. Throws when the pair is broken. */
  replacePair(pair: CertificatePair): void;
  /** Accepts nobody any more, lets requests in flight finish for up to `graceMs`, then cuts what is left. */
  close(options: { readonly graceMs: number }): Promise<void>;
}

/** How listening began. */
export type ListenOutcome =
  | { readonly kind: 'listening'; readonly listener: Listener }
  | { readonly kind: 'failed'; readonly message: string };

const headerBytes = 1024 * 1024;
const headerReadMs = 32_000;
const idleMs = 90_000;
const handshakeMs = 10_000;
const keepAliveProbeMs = 180_000;
/** As Go's server does: a client that sends more than this to somebody who does not read it loses its connection. */
const maxBodyBytes = 256 * 1024;
/** What a handler may still take after its signal has aborted, to answer in words of its own. */
const lastWordsMs = 1_000;

/** Listens for HTTPS. Clients may show certificates; whether they count is decided per request, by the handler. */
export async function listen(options: ListenOptions): Promise<ListenOutcome> {
  const where = `${options.bindAddress}:${options.port}`;
  try {
    const server = createServer({
      ...secureContext(options.pair),
      requestCert: true,
      rejectUnauthorized: false,
      handshakeTimeout: handshakeMs,
      maxHeaderSize: headerBytes,
      headersTimeout: headerReadMs,
      requestTimeout: Math.max(headerReadMs, options.requestTimeoutMs),
      keepAliveTimeout: idleMs,
      keepAlive: true,
      keepAliveInitialDelay: keepAliveProbeMs,
    });
    // Node leaves out what is beyond the count. One more than we take shows it, lest a user lose groups unseen.
    server.maxHeadersCount = maxHeaders + 1;
    const listener = new HttpsListener(server, options);
    listener.attend();
    server.listen({ host: options.bindAddress, port: options.port });
    await once(server, 'listening');
    return { kind: 'listening', listener };
  } catch (cause) {
    return { kind: 'failed', message: `cannot listen on ${where}: ${explain(cause)}` };
  }
}

/**
 * No session is ever resumed: a resumed one would know the client's own certificate but not the intermediates it once
 * presented, and so lose its identity. No renegotiation either: it could change who the client is.
 */
function secureContext({ certPem, keyPem }: CertificatePair): SecureContextOptions {
  const secureOptions = constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION;
  return { cert: certPem, key: keyPem, minVersion: 'TLSv1.2', secureOptions };
}

function explain(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE') return 'the address is in use; stop whoever uses it or choose another port';
  if (code === 'EACCES') return 'not permitted; choose a port of 1024 or more, or grant NET_BIND_SERVICE';
  if (code === 'EADDRNOTAVAIL') return 'this machine has no such address';
  return cause instanceof Error ? cause.message : String(cause);
}

class HttpsListener implements Listener {
  readonly #server: Server;
  readonly #options: ListenOptions;
  readonly #connections: Connections;
  #closed: Promise<void> | undefined;

  constructor(server: Server, options: ListenOptions) {
    this.#server = server;
    this.#options = options;
    this.#connections = new Connections(options.log);
  }

  get address(): string {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.address : this.#options.bindAddress;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : this.#options.port;
  }

  replacePair(pair: CertificatePair): void {
    this.#server.setSecureContext(secureContext(pair));
  }

  async close({ graceMs }: { readonly graceMs: number }): Promise<void> {
    this.#closed ??= this.#stopAccepting();
    using _cut = this.#options.clock.timer(graceMs, () => this.#connections.cut());
    await this.#closed;
  }

  async #stopAccepting(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#connections.drain();
    await closed;
  }

  /** Takes part in everything that happens on the server from now on. */
  attend(): void {
    const { log } = this.#options;
    this.#server.on('connection', (socket: Socket) => this.#connections.accepted(socket));
    this.#server.on('secureConnection', (socket) => this.#connections.opened(socket));
    this.#server.on('request', (message, response) => void this.#answer(message, response));
    this.#server.on('clientError', (error, socket) => {
      // Another answer would spoil one that is under way.
      if (this.#connections.isBusy(socket as Socket)) socket.destroy();
      else refuseMalformed(error, socket as Socket);
    });
    this.#server.on('tlsClientError', (error, { remoteAddress }) => {
      log.detail(4, 'TLS handshake failed', { client: remoteAddress, cause: error.message });
    });
    this.#server.on('error', (cause) => {
      if (this.#server.listening) log.error('Listening went wrong', { cause });
    });
  }

  /** Never rejects: whatever goes wrong ends in an answer, a cut connection and at most one line in the log. */
  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { clock, log, requestTimeoutMs } = this.#options;
    this.#connections.began(message.socket, response);
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    response.on('error', () => gone.abort());
    boundBody(message);

    using limit = deadline(gone.signal, requestTimeoutMs, clock);
    try {
      const answer = tooMuch(message) ?? (await this.#handle(readRequest(message, limit.signal), gone.signal));
      if (!gone.signal.aborted) await writeAnswer(answer, response, limit.signal);
    } catch (cause) {
      log.error('Request handler failed', { method: message.method, path: message.url?.split('?')[0], cause });
      giveUp(response);
    }
  }

  /** The handler's answer, or ours when the handler does not keep to its time. */
  async #handle(request: ApiRequest, gone: AbortSignal): Promise<Answer> {
    const { clock, handle, requestTimeoutMs } = this.#options;
    using limit = deadline(gone, requestTimeoutMs + lastWordsMs, clock);
    const { promise: late, resolve } = Promise.withResolvers<Answer>();
    limit.signal.addEventListener('abort', () => resolve(tooLate), { once: true });
    return await Promise.race([handle(request), late]);
  }
}

/** What a request may cost before anybody knows who sent it. Real ones stay far below, also with thousands of groups. */
const maxTargetLength = 64 * 1024;
const maxParameters = 1_000;
const maxHeaders = 10_000;

/** The refusal of a request that would take too long to take apart. */
function tooMuch({ url = '', rawHeaders }: IncomingMessage): Answer | undefined {
  if (url.length > maxTargetLength || url.split('&', maxParameters + 1).length > maxParameters)
    return { status: 414, headers: plainText, body: '414 URI Too Long\n' };
  if (rawHeaders.length > 2 * maxHeaders)
    return { status: 431, headers: plainText, body: '431 Request Header Fields Too Large\n' };
  return undefined;
}

const plainText = { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' };
const tooLate: Answer = { status: 504, headers: plainText, body: 'the request was not answered in time\n' };

/** After a failure: an error if nothing was sent yet, otherwise the connection is cut, so that no half looks whole. */
function giveUp(response: ServerResponse): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(500, plainText);
  response.end('the server failed on this request; its log says more\n');
}

/** Nobody here reads bodies: a small one is thrown away, a large one ends the connection. */
function boundBody(message: IncomingMessage): void {
  let bytes = 0;
  message.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) message.destroy();
  });
  message.on('error', () => undefined); // The response's own close event tells.
}

const refusals: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** Answers what cannot be parsed as HTTP. */
function refuseMalformed(error: Error & { readonly code?: string }, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const status = refusals[error.code ?? ''] ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${status}`);
}
