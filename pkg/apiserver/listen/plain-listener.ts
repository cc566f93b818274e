import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../lifecycle/clock.ts';
import { deadline } from '../../lifecycle/deadline.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Answer, ApiRequest } from '../exchange.ts';
import { boundBody } from './bound-body.ts';
import { Connections } from './connections.ts';
import { explainListening } from './listener.ts';
import { requestIsOver } from './message.ts';
import { readPlainRequest } from './read-request.ts';
import { giveUp, refuseMalformed, tooMuch } from './refuse.ts';
import { writeAnswer } from './write-answer.ts';

/** Where to listen without TLS, and who answers. */
export interface PlainListenOptions {
  readonly bindAddress: string;
  /** 0 = any free one. */
  readonly port: number;
  /** Must settle soon after the request's signal aborts. */
  readonly handle: (request: ApiRequest) => Promise<Answer>;
  /** A request's signal aborts after this long, also while its answer is being sent. */
  readonly requestTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** How listening without TLS began. */
export type PlainListenOutcome =
  | { readonly kind: 'listening'; readonly listener: PlainListener }
  | { readonly kind: 'failed'; readonly message: string };

const headerBytes = 64 * 1024;
const headerReadMs = 32_000;
const idleMs = 90_000;

/** Listens for plain HTTP/1.1: for clients that never learnt TLS, on networks whose owner trusts them. */
export async function listenPlainly(options: PlainListenOptions): Promise<PlainListenOutcome> {
  const { bindAddress: host, port } = options;
  try {
    const listener = new PlainListener(options);
    await listener.listen({ host, port });
    return { kind: 'listening', listener };
  } catch (cause) {
    return { kind: 'failed', message: `cannot listen on ${host}:${port}: ${explainListening(cause)}` };
  }
}

/** A socket on which plain HTTP is spoken. */
export class PlainListener {
  readonly #options: PlainListenOptions;
  readonly #connections: Connections;
  readonly #server: Server;

  constructor(options: PlainListenOptions) {
    this.#options = options;
    this.#connections = new Connections(options.log);
    this.#server = createServer({
      maxHeaderSize: headerBytes,
      headersTimeout: headerReadMs,
      requestTimeout: Math.max(headerReadMs, options.requestTimeoutMs),
      keepAliveTimeout: idleMs,
    });
  }

  async listen(where: { readonly host: string; readonly port: number }): Promise<void> {
    this.#server.on('connection', (socket: Socket) => {
      this.#connections.accepted(socket);
      this.#connections.opened(socket);
    });
    this.#server.on('request', (message, response) => void this.#answer(message, response));
    this.#server.on('clientError', (error, socket) => {
      // Another answer would spoil one that is under way.
      if (this.#connections.isBusy(socket as Socket)) socket.destroy();
      else refuseMalformed(error, socket as Socket);
    });
    this.#server.listen(where);
    await once(this.#server, 'listening');
    this.#server.on('error', (cause) => this.#options.log.error('Listening went wrong', { cause }));
  }

  /** The one that was found where any would do. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : this.#options.port;
  }

  /** Accepts nobody any more, lets requests in flight finish for up to `graceMs`, then cuts what is left. */
  async close({ graceMs }: { readonly graceMs: number }): Promise<void> {
    using _cut = this.#options.clock.timer(graceMs, () => this.#connections.cut());
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#connections.drain();
    await closed;
  }

  /** Never rejects: whatever goes wrong ends in an answer, a cut connection and at most one line in the log. */
  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const { clock, handle, log, requestTimeoutMs } = this.#options;
    this.#connections.began(message.socket, response);
    const gone = new AbortController();
    response.on('close', () => gone.abort(requestIsOver));
    response.on('error', () => gone.abort(requestIsOver));
    const body = boundBody(message, response);

    using limit = deadline(gone.signal, requestTimeoutMs, clock);
    try {
      const span = { signal: limit.signal, over: gone.signal, body };
      const answer = tooMuch(message) ?? (await handle(readPlainRequest(message, message.socket, span)));
      if (!gone.signal.aborted) await writeAnswer(answer, response, limit.signal);
    } catch (cause) {
      log.error('Request handler failed', { method: message.method, path: message.url?.split('?')[0], cause });
      giveUp(response);
    }
  }
}
