import type { Pool } from 'undici';
import type { HttpAnswer, HttpClient, HttpClientOptions, HttpRequest } from './http-client.ts';

/**
 * The client of whoever asks much and ends soon: undici takes a third less CPU per request than Node.js's own, and memory
 * that a server would keep for good. Loaded when it is made.
 */
export async function undiciClient({ server, connect, maxSockets }: HttpClientOptions): Promise<HttpClient> {
  const { Pool } = await import('undici');
  // Deadlines are the callers' signals: undici's own timers are coarse, and a quiet watch is no failure here.
  const pool = new Pool(new URL(server).origin, {
    connect: (_options, done) =>
      connect((failure, socket) => (socket ? done(null, socket) : done(failure ?? new Error('no socket'), null))),
    connections: maxSockets,
    allowH2: false,
    pipelining: 1,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  return new UndiciClient(pool);
}

class UndiciClient implements HttpClient {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async send({ method, ...rest }: HttpRequest): Promise<HttpAnswer> {
    const { statusCode, headers, body } = await this.#pool.request({ method, ...rest });
    return { status: statusCode, headers, body };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.destroy();
  }
}
