import { isIP, type Socket, connect as tcpConnect } from 'node:net';
import { type SecureContext, type TLSSocket, connect as tlsConnect } from 'node:tls';
import type { buildConnector } from 'undici';
import Client from 'undici/lib/dispatcher/client.js';
import { AnswerReader } from './answer-reader.ts';
import type { KubeletAnswer } from './kubelet-client.ts';
import { failureOf, handshakeFailureOf } from './network-failure.ts';
import type { Acceptance } from './trust/acceptance.ts';

/** How one kubelet is reached. */
export interface ConnectionOptions {
  /** Scheme, host and port. */
  readonly origin: string;
  /** Absent = no TLS. */
  readonly tls?: TlsWay;
  /** How long an unused connection is kept: longer than a period, or keeping it is of no use. */
  readonly keepAliveMs: number;
}

/** How TLS is spoken, and with whom. */
export interface TlsWay {
  readonly context: SecureContext;
  /** Whom `accept` accepts, in a word that is another for somebody else. */
  readonly identity: string;
  /** Who is not accepted after the handshake gets no request. Never rejects. */
  readonly accept: (socket: TLSSocket) => Promise<Acceptance>;
}

/** What came of one request, and whether the beginning of an answer had been seen. */
interface Exchange {
  readonly answer: KubeletAnswer;
  readonly begun: boolean;
}

/** How long one request may take. */
export interface Limits {
  /** Ends it in any case. */
  readonly signal: AbortSignal;
  /** Ends it while there is no connection yet. */
  readonly connecting?: AbortSignal | undefined;
  /** Called when a machine takes a new connection, before TLS. */
  readonly reached?: (() => void) | undefined;
}

/** Request headers by name. */
export type Headers = Readonly<Record<string, string>>;

/**
 * The one connection to one kubelet, opened when needed and kept alive. A request is written only to a peer that was
 * accepted after the TLS handshake: the connector hands the socket over then, and not at all when it was refused.
 */
export class KubeletConnection implements Disposable {
  readonly #options: ConnectionOptions;
  readonly #client: Client;
  #socket: Socket | undefined;
  /** Why the last attempt to connect failed; what undici makes of it is less exact. */
  #failure: KubeletAnswer | undefined;
  #whenReached: (() => void) | undefined;
  #answeredOnSocket = 0;
  #connected = false;
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#client = new Client(options.origin, {
      connect: (where, done) => this.#connect(where, done),
      allowH2: false,
      pipelining: 1,
      keepAliveTimeout: options.keepAliveMs,
      keepAliveMaxTimeout: options.keepAliveMs,
      // Deadlines are the caller's signal; undici's own are coarse.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  /** False once a deadline or `dispose` has ended it: take a new one. */
  get usable(): boolean {
    return !this.#closed;
  }

  /** It goes where these options say, in the way they say. */
  matches({ origin, tls }: ConnectionOptions): boolean {
    const own = this.#options;
    return own.origin === origin && own.tls?.context === tls?.context && own.tls?.identity === tls?.identity;
  }

  /** One GET. A connection that turns out to have been closed while it lay unused is opened again, once. */
  async get(path: string, headers: Headers, limits: Limits): Promise<KubeletAnswer> {
    const first = await this.#exchange(path, headers, limits);
    const hungUp = first.answer.kind === 'unreachable' && !first.begun;
    // Still above zero: the request went over a socket that had served before, not over one made for it.
    const wasIdle = this.#answeredOnSocket > 0;
    if (!(hungUp && wasIdle) || limits.signal.aborted || this.#closed) return first.answer;
    return (await this.#exchange(path, headers, limits)).answer;
  }

  [Symbol.dispose](): void {
    this.#closed = true;
    this.#socket?.destroy();
    // It rejects only when called twice in a row; either way nothing is left of it.
    this.#client.destroy().catch(() => undefined);
  }

  async #exchange(path: string, headers: Headers, { signal, connecting, reached }: Limits): Promise<Exchange> {
    if (signal.aborted) return { answer: { kind: 'timed-out' }, begun: false };
    const reader = new AnswerReader(headers['accept']);
    const giveUp = (answer: KubeletAnswer): void => {
      reader.end(answer);
      this[Symbol.dispose]();
    };
    using listening = new DisposableStack();
    listening.use(onAbort(signal, () => giveUp({ kind: 'timed-out' })));
    listening.use(onAbort(connecting, () => this.#connected || giveUp({ kind: 'unreachable', code: 'ETIMEDOUT' })));
    this.#failure = undefined;
    this.#whenReached = reached;
    this.#client.dispatch({ path, method: 'GET', headers }, reader);
    const answer = await reader.answer;
    if (!reader.begun) return { answer: this.#failure ?? answer, begun: false };
    this.#answeredOnSocket++;
    return { answer, begun: true };
  }

  #connect({ hostname, port }: buildConnector.Options, done: buildConnector.Callback): void {
    const attempt = this.#open(hostname, Number(port));
    const { socket } = attempt;
    let reached = false;
    let settled = false;
    const hand = (over: Socket): void => {
      if (settled) return;
      settled = true;
      done(null, over);
    };
    const fail = (failure: KubeletAnswer, cause?: unknown): void => {
      if (settled) return;
      settled = true;
      this.#failure = failure;
      // Wrapped, because undici treats some codes in ways of its own.
      done(new Error('no connection to the kubelet', { cause }), null);
    };
    this.#socket = socket;
    this.#connected = false;
    this.#answeredOnSocket = 0;
    socket.setNoDelay(true).setKeepAlive(true, 60_000);
    socket.once('connect', () => {
      reached = true;
      this.#whenReached?.();
    });
    socket.on('error', (error) => fail(reached ? handshakeFailureOf(error) : failureOf(error), error));
    // While we make up our mind, the peer may hang up without an error.
    socket.once('close', () => fail({ kind: 'unreachable', code: 'ECONNRESET' }));
    void attempt.accepted.then((acceptance) => {
      // Given up meanwhile: its closing says so.
      if (socket.destroyed) return;
      if (acceptance.kind === 'accepted') return hand(socket);
      fail(acceptance.answer);
      socket.destroy();
    });
  }

  #open(host: string, port: number): Attempt {
    const { tls } = this.#options;
    const { promise: accepted, resolve } = Promise.withResolvers<Acceptance>();
    const connected = (acceptance: Acceptance | Promise<Acceptance>): void => {
      this.#connected = true;
      resolve(acceptance);
    };
    if (tls === undefined) {
      const socket = tcpConnect({ host, port }).once('connect', () => connected({ kind: 'accepted', by: 'nothing' }));
      return { socket, accepted };
    }
    const socket = tlsConnect({
      host,
      port,
      secureContext: tls.context,
      // Like Go, we name the host we want where it has a name, and none where we dial an address. No session is ever
      // resumed: each handshake shows the certificate anew.
      ...(isIP(host) === 0 && { servername: host }),
      // Not that nobody looks: `accept` does, at more names than this one, and with more to say.
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ALPNProtocols: ['http/1.1'],
    });
    socket.once('secureConnect', () => connected(tls.accept(socket)));
    return { socket, accepted };
  }
}

/** A connection that may come about. `accepted` never rejects, and stays open for ever where there was no handshake. */
interface Attempt {
  readonly socket: Socket;
  readonly accepted: Promise<Acceptance>;
}

/** Calls `act` when the signal aborts, until disposed. */
function onAbort(signal: AbortSignal | undefined, act: () => void): Disposable {
  signal?.addEventListener('abort', act, { once: true });
  return { [Symbol.dispose]: () => signal?.removeEventListener('abort', act) };
}
