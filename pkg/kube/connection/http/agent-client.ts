import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { Gate } from '../../../lifecycle/gate.ts';
import { type Connect, keepAliveMs } from '../connector.ts';
import type { HttpAnswer, HttpClient, HttpClientOptions, HttpRequest } from './http-client.ts';

/** A third of what kube-apiserver waits before it closes a socket itself: they will hardly ever do it at the same time. */
const idleMs = 30_000;
/** After a crowd of reviews these remain; a TLS socket keeps some 55 KB. */
const maxIdleSockets = 4;

/**
 * The client of the server: Node.js's own, which is in the process anyway and takes 5 MB less than undici and its
 * WebAssembly. Sockets come from a connector of ours, since Node.js may send a request before the peer is verified.
 */
export function agentClient(options: HttpClientOptions): Promise<HttpClient> {
  return Promise.resolve(new AgentClient(options));
}

class AgentClient implements HttpClient {
  readonly #agent: Agent;
  readonly #host: string;
  /** An agent does not count sockets that are being opened, so requests are counted instead. */
  readonly #gate: Gate;
  readonly #open = new Set<ClientRequest>();
  #isClosed = false;

  constructor({ server, connect, maxSockets }: HttpClientOptions) {
    this.#host = new URL(server).host;
    this.#gate = new Gate(maxSockets);
    this.#agent = new Agent({
      keepAlive: true,
      keepAliveMsecs: keepAliveMs,
      timeout: idleMs,
      maxFreeSockets: maxIdleSockets,
    });
    this.#agent.createConnection = (_options, done) => {
      // Typed as if a failure came with a socket; Node.js looks at none then.
      connect(this.#unlessClosed(done as Parameters<Connect>[0]));
      return undefined;
    };
  }

  async send(asked: HttpRequest): Promise<HttpAnswer> {
    const place = await this.#gate.enter(asked.signal);
    if (!this.#isClosed && !asked.signal.aborted) return await this.#exchange(asked, place);
    place[Symbol.dispose]();
    asked.signal.throwIfAborted();
    throw closed();
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    for (const asking of this.#open) asking.destroy(closed());
    this.#agent.destroy();
    return Promise.resolve();
  }

  /** A socket that is there too late belongs to nobody. */
  #unlessClosed(done: Parameters<Connect>[0]): Parameters<Connect>[0] {
    return (failure, socket) => {
      if (!this.#isClosed) return done(failure, socket);
      socket?.destroy();
      done(failure ?? closed(), null);
    };
  }

  #exchange({ method, path, headers, body, signal }: HttpRequest, place: Disposable): Promise<HttpAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
    const asking = request({ agent: this.#agent, method, path, headers: { host: this.#host, ...headers } });
    this.#open.add(asking);
    let answer: IncomingMessage | undefined;
    const stop = (): void => {
      reject(signal.reason);
      (answer ?? asking).destroy(asError(signal.reason));
    };
    signal.addEventListener('abort', stop, { once: true });
    asking.once('response', (response) => {
      answer = response;
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: response });
    });
    asking.on('error', reject);
    asking.once('close', () => {
      signal.removeEventListener('abort', stop);
      this.#open.delete(asking);
      place[Symbol.dispose]();
    });
    asking.end(body ?? undefined);
    return promise;
  }
}

const closed = (): Error => new Error('the connection is closed');

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
