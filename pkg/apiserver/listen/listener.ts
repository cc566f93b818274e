import { once } from 'node:events';
import type { Http2Server, ServerHttp2Session } from 'node:http2';
import { createServer, type Server } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { Clock } from '../../lifecycle/clock.ts';
import { deadline } from '../../lifecycle/deadline.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { CertificatePair } from '../certificates/issue-certificate.ts';
import type { NamedPair } from '../certificates/named-certificates.ts';
import type { Answer, ApiRequest } from '../exchange.ts';
import { boundBody } from './bound-body.ts';
import { Connections } from './connections.ts';
import { createHttp2Server } from './http2-server.ts';
import { closeStream, type Message, type Response, requestIsOver } from './message.ts';
import { readRequest } from './read-request.ts';
import { giveUp, maxHeaders, refuseMalformed, tooLate, tooMuch } from './refuse.ts';
import { contextOptions, NamedContexts, type TlsTerms } from './secure-contexts.ts';
import { writeAnswer } from './write-answer.ts';

/** Where to listen, with which certificate, and who answers. */
export interface ListenOptions {
  readonly bindAddress: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly pair: CertificatePair;
  /** Shown instead of `pair` to clients that ask for one of their names (SNI); of two for one name the first counts. */
  readonly namedPairs?: readonly NamedPair[];
  /** Absent = TLS 1.2 or newer, with Node's ciphers and curves. */
  readonly tls?: TlsTerms;
  /** HTTP/1.1 only. */
  readonly disableHttp2?: boolean;
  /** Requests at once on one connection by HTTP/2; absent = 100. */
  readonly http2MaxStreamsPerConnection?: number;
  /** Other processes may listen on the same port (SO_REUSEPORT), and the system shares connections out. */
  readonly permitPortSharing?: boolean;
  /** Must settle soon after the request's signal aborts. */
  readonly handle: (request: ApiRequest) => Promise<Answer>;
  /** A request's signal aborts after this long, also while its answer is being sent. */
  readonly requestTimeoutMs: number;
  /** Called for every client with whom no TLS connection came about; absent = nobody counts them. */
  readonly onHandshakeFailure?: () => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A socket that is being listened on. */
export interface Listener {
  readonly address: string;
  readonly port: number;
  /** New connections get the new certificate; open ones live on. Throws when the pair is broken. */
  replacePair(pair: CertificatePair): void;
  /** The same for the pairs beside it, all at once. */
  replaceNamedPairs(pairs: readonly NamedPair[]): void;
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
const defaultMaxStreams = 100;
/** What a handler may still take after its signal has aborted, to answer in words of its own; and a client, to hang up. */
const lastWordsMs = 1_000;

/**
 * Listens for HTTPS, HTTP/2 and HTTP/1.1 on one port: the client chooses (ALPN). Clients may show certificates; whether
 * they count is decided per request, by the handler.
 */
export async function listen(options: ListenOptions): Promise<ListenOutcome> {
  const { bindAddress: host, port, permitPortSharing: reusePort = false } = options;
  try {
    const listener = new HttpsListener(options);
    await listener.listen({ host, port, ...(reusePort && { reusePort }) });
    return { kind: 'listening', listener };
  } catch (cause) {
    return { kind: 'failed', message: `cannot listen on ${host}:${port}: ${explainListening(cause)}` };
  }
}

function serverOf({ pair, tls, disableHttp2 = false, requestTimeoutMs }: ListenOptions, named: NamedContexts): Server {
  const server = createServer({
    ...contextOptions(pair, tls),
    SNICallback: (name, done) => done(null, named.find(name)),
    ALPNProtocols: disableHttp2 ? ['http/1.1'] : ['h2', 'http/1.1'],
    requestCert: true,
    rejectUnauthorized: false,
    handshakeTimeout: handshakeMs,
    maxHeaderSize: headerBytes,
    headersTimeout: headerReadMs,
    requestTimeout: Math.max(headerReadMs, requestTimeoutMs),
    keepAliveTimeout: idleMs,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveProbeMs,
  });
  // Node leaves out what is beyond the count. One more than we take shows it, lest a user lose groups unseen.
  server.maxHeadersCount = maxHeaders + 1;
  return server;
}

/** Why nobody can be listened for, and what would help. */
export function explainListening(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  if (code === 'EADDRINUSE') return 'the address is in use; stop whoever uses it or choose another port';
  if (code === 'EACCES') return 'not permitted; choose a port of 1024 or more, or grant NET_BIND_SERVICE';
  if (code === 'EADDRNOTAVAIL') return 'this machine has no such address';
  return cause instanceof Error ? cause.message : String(cause);
}

class HttpsListener implements Listener {
  readonly #options: ListenOptions;
  readonly #connections: Connections;
  readonly #named: NamedContexts;
  readonly #server: Server;
  readonly #http2: Http2Server;
  /** The connection below each session: Node itself shows only a stand-in of it. */
  readonly #sockets = new WeakMap<ServerHttp2Session, TLSSocket>();
  #closed: Promise<void> | undefined;

  constructor(options: ListenOptions) {
    this.#options = options;
    this.#connections = new Connections(options.log);
    this.#named = new NamedContexts(options.tls);
    this.#named.replace(options.namedPairs ?? []);
    this.#server = serverOf(options, this.#named);
    const maxStreams = options.http2MaxStreamsPerConnection ?? defaultMaxStreams;
    this.#http2 = createHttp2Server({ maxStreams, maxHeaders: maxHeaders + 10, headerBytes });
  }

  async listen(where: { readonly host: string; readonly port: number }): Promise<void> {
    this.#attend();
    this.#server.listen(where);
    await once(this.#server, 'listening');
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
    this.#server.setSecureContext(contextOptions(pair, this.#options.tls));
  }

  replaceNamedPairs(pairs: readonly NamedPair[]): void {
    this.#named.replace(pairs);
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

  #attend(): void {
    const { log } = this.#options;
    this.#server.on('connection', (socket: Socket) => this.#connections.accepted(socket));
    this.#shareByProtocol();
    this.#server.on('request', (message, response) => {
      void this.#answer(message, response, message.socket as TLSSocket);
    });
    this.#http2.on('request', (message, response) => {
      const { session } = message.stream;
      const socket = session && this.#sockets.get(session as ServerHttp2Session);
      if (socket !== undefined) void this.#answer(message, response, socket);
    });
    this.#server.on('clientError', (error, socket) => {
      // Another answer would spoil one that is under way.
      if (this.#connections.isBusy(socket as Socket)) socket.destroy();
      else refuseMalformed(error, socket as Socket);
    });
    this.#server.on('tlsClientError', (error, { remoteAddress }) => {
      this.#options.onHandshakeFailure?.();
      log.detail(4, 'TLS handshake failed', { client: remoteAddress, cause: error.message });
    });
    this.#http2.on('sessionError', (error: Error) => {
      log.detail(4, 'HTTP/2 connection failed', { cause: error.message });
    });
    this.#server.on('error', (cause) => {
      if (this.#server.listening) log.error('Listening went wrong', { cause });
    });
  }

  /** Hands what speaks HTTP/2 over to its server; everything else goes where Node's HTTPS server sends it. */
  #shareByProtocol(): void {
    const speakHttp1 = this.#server.listeners('secureConnection');
    this.#server.removeAllListeners('secureConnection');
    this.#server.on('secureConnection', (socket) => {
      if (socket.alpnProtocol === 'h2') {
        this.#http2.once('session', (session) => this.#begin(session, socket));
        this.#http2.emit('connection', socket);
      } else {
        this.#connections.opened(socket);
        for (const speak of speakHttp1) speak.call(this.#server, socket);
      }
    });
  }

  #begin(session: ServerHttp2Session, socket: TLSSocket): void {
    this.#sockets.set(session, socket);
    this.#connections.opened(socket, session);
    session.setTimeout(idleMs, () => {
      if (!this.#connections.isBusy(socket)) session.close();
    });
  }

  /** Never rejects: whatever goes wrong ends in an answer, a cut connection and at most one line in the log. */
  async #answer(message: Message, response: Response, socket: TLSSocket): Promise<void> {
    const { clock, log, requestTimeoutMs } = this.#options;
    this.#connections.began(socket, response);
    const gone = new AbortController();
    response.on('close', () => gone.abort(requestIsOver));
    response.on('error', () => gone.abort(requestIsOver));
    const body = boundBody(message, response);

    using limit = deadline(gone.signal, requestTimeoutMs, clock);
    try {
      const span = { signal: limit.signal, over: gone.signal, body };
      const answer = tooMuch(message) ?? (await this.#handle(readRequest(message, socket, span), gone.signal));
      if (!gone.signal.aborted) await writeAnswer(answer, response, limit.signal);
    } catch (cause) {
      log.error('Request handler failed', { method: message.method, path: message.url?.split('?')[0], cause });
      giveUp(response);
    }
    this.#leave(response, gone.signal);
  }

  /** A stream that a client leaves half open would count as a request under way for ever. Go's server closes it too. */
  #leave(response: Response, gone: AbortSignal): void {
    if (gone.aborted) return;
    const alarm = this.#options.clock.timer(lastWordsMs, () => closeStream(response));
    gone.addEventListener('abort', () => alarm[Symbol.dispose](), { once: true });
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
