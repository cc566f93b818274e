import type { ExchangeObserver, ExchangeTally } from './exchange-observer.ts';
import { announced } from './http/announced.ts';
import type { HttpAnswer, HttpClient } from './http/http-client.ts';
import { readLines, readText } from './http/response-body.ts';
import type { LiveCredentials } from './identity/credentials.ts';
import type { Credentials, Identity } from './identity/identity.ts';
import type { KubeConnection, KubeletCredentials, KubeRequest, KubeResponse } from './transport.ts';

const bodyLimit = 16 * 1024 * 1024;
const lineLimit = 8 * 1024 * 1024;

/** What a connection takes. */
export interface HttpConnectionOptions {
  readonly identity: Identity;
  readonly credentials: LiveCredentials;
  readonly client: HttpClient;
  readonly userAgent: string;
  /** Absent = requests are not counted. */
  readonly observer?: ExchangeObserver;
}

/** The connection over one client and its sockets: a watch holds one, everything else shares the rest. */
export class HttpConnection implements KubeConnection {
  readonly server: string;
  readonly namespace?: string;
  readonly #basePath: string;
  readonly #identity: Identity;
  readonly #credentials: LiveCredentials;
  readonly #userAgent: string;
  readonly #host: string;
  readonly #observer: ExchangeObserver | undefined;
  readonly #client: HttpClient;

  constructor({ identity, credentials, client, userAgent, observer }: HttpConnectionOptions) {
    const { origin, pathname } = new URL(identity.server);
    this.server = identity.server;
    if (identity.namespace !== undefined) this.namespace = identity.namespace;
    this.#basePath = pathname.replace(/\/$/, '');
    this.#identity = identity;
    this.#credentials = credentials;
    this.#userAgent = userAgent;
    this.#host = /^https?:\/\/([^/]*)/i.exec(identity.server)?.[1] ?? origin;
    this.#observer = observer;
    this.#client = client;
  }

  async request(asked: KubeRequest): Promise<KubeResponse> {
    const credentials = await unlessAborted(this.#credentials.fresh(), asked.signal);
    const response = await this.#send(asked, credentials);
    if (response.status !== 401) return response;
    if (!(await unlessAborted(this.#credentials.renew(credentials), asked.signal))) return response;
    response[Symbol.dispose]();
    return this.#send(asked, await this.#credentials.fresh());
  }

  kubeletCredentials(): KubeletCredentials {
    return this.#credentials.current;
  }

  renewCredentials(refused: KubeletCredentials): Promise<boolean> {
    return this.#credentials.renew(refused);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client[Symbol.asyncDispose]();
  }

  async #send(asked: KubeRequest, credentials: Credentials): Promise<KubeResponse> {
    const { method, path, query, body, signal } = asked;
    const search = query === undefined ? '' : `?${new URLSearchParams(query).toString()}`;
    const whole = `${this.#basePath}${path}${search}`;
    const text = body === undefined ? null : JSON.stringify(body);
    const tally = this.#observer?.sent({
      host: this.#host,
      method,
      bodyBytes: text === null ? 0 : Buffer.byteLength(text),
      isWatch: query?.['watch'] !== undefined,
    });
    try {
      const wire = { method, path: whole, headers: this.#headers(asked, credentials), body: text, signal };
      const answer = await announced({ server: this.server, path: whole }, this.#client.send(wire));
      tally?.answered(answer.status);
      return responseOf(answer, tally);
    } catch (cause) {
      tally?.failed();
      throw cause;
    }
  }

  #headers({ accept, body, contentType }: KubeRequest, credentials: Credentials): Record<string, string> {
    const { impersonate } = this.#identity;
    const authorization = authorizationOf(credentials);
    return {
      accept: accept ?? 'application/json',
      'user-agent': this.#userAgent,
      ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
      ...(authorization === undefined ? {} : { authorization }),
      ...(impersonate === undefined ? {} : { 'impersonate-user': impersonate }),
    };
  }
}

/** Rejects when the signal aborts first: a credential plugin may hang, and has no limit of its own. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const give = (): void => reject(signal.reason);
  signal.addEventListener('abort', give, { once: true });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', give);
  }
}

function authorizationOf({ token, basic }: Credentials): string | undefined {
  if (token !== undefined) return `Bearer ${token}`;
  return basic === undefined ? undefined : `Basic ${Buffer.from(basic).toString('base64')}`;
}

function responseOf({ status, headers, body }: HttpAnswer, tally?: ExchangeTally): KubeResponse {
  const text = async (limit: number): Promise<string> => {
    const whole = await readText(body, limit);
    tally?.received(Buffer.byteLength(whole));
    return whole;
  };
  // Whoever reads gets the failure from the reading; one that nobody reads hurts nobody.
  body.on('error', () => undefined);
  return {
    status,
    headers,
    text: (limit = bodyLimit) => text(limit),
    json: async (limit = bodyLimit): Promise<unknown> => JSON.parse(await text(limit)),
    lines: (limit = lineLimit) => readLines(body, limit),
    [Symbol.dispose]: () => {
      if (!body.readableEnded) body.destroy();
    },
  };
}
