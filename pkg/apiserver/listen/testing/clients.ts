import { once } from 'node:events';
import type { IncomingHttpHeaders, OutgoingHttpHeaders } from 'node:http';
import { type ClientHttp2Session, type ClientHttp2Stream, connect } from 'node:http2';
import { Agent, request } from 'node:https';
import type { Socket } from 'node:net';

/** One request of a test's client. */
export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string;
  /** Leaves without waiting for the answer when it aborts. */
  readonly signal?: AbortSignal;
}

/** What came back, whole; an answer that was cut rejects instead. */
export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly bytes: Buffer;
}

/** A client with one connection. */
export interface Client {
  ask(asked?: Asked): Promise<Received>;
  /** Sends a request and takes nothing of its answer. */
  askWithoutReading(asked?: Asked): void;
  close(): void;
}

/** How the client shows who it is, and whom it looks for. */
export interface Contact {
  readonly port: number;
  readonly cert?: string;
  readonly key?: string;
  readonly servername?: string;
}

const trusting = { host: '127.0.0.1', rejectUnauthorized: false };

/** A client that speaks HTTP/1.1. */
export function http1Client(contact: Contact): Client {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const start = ({ body, ...asked }: Asked) => request({ ...trusting, agent, ...contact, ...asked }).end(body);
  return {
    async ask(asked = {}) {
      const [response] = await once(start(asked), 'response');
      const bytes = Buffer.concat(await response.toArray());
      return { status: response.statusCode, headers: response.headers, bytes, body: bytes.toString() };
    },
    askWithoutReading(asked = {}) {
      start(asked)
        .on('response', (response) => response.pause())
        .on('error', () => undefined)
        .on('socket', (socket: Socket) => socket.on('error', () => undefined));
    },
    close: () => agent.destroy(),
  };
}

/** A client that speaks HTTP/2. */
export function http2Client({ port, ...contact }: Contact): Client {
  let session: ClientHttp2Session | undefined;
  const start = async ({
    method = 'GET',
    path = '/',
    headers = {},
    body,
    signal,
  }: Asked): Promise<ClientHttp2Stream> => {
    session = session === undefined || session.closed || session.destroyed ? open(port, contact) : session;
    // Before the server's settings are known, a client may send more than is allowed.
    if (session.connecting || session.remoteSettings.maxHeaderListSize === undefined)
      await once(session, 'remoteSettings');
    const stream = session.request({ ':method': method, ':path': path, ...headers }, signal ? { signal } : {});
    return stream.end(body);
  };
  return {
    async ask(asked = {}) {
      const stream = await start(asked);
      const response =
        Promise.withResolvers<readonly [IncomingHttpHeaders & { readonly ':status'?: number | undefined }]>();
      stream.once('response', (headers) => response.resolve([headers]));
      stream.on('error', (error) => response.reject(error));
      const chunks: Buffer[] = [];
      stream.on('data', (chunk) => chunks.push(chunk));
      await new Promise((resolve) => stream.once('close', resolve));
      if (stream.rstCode !== 0 || !stream.readableEnded) response.reject(new Error('closed with error'));
      const [{ ':status': status = 0, ...headers }] = await response.promise;
      if (stream.rstCode !== 0) throw new Error(`closed with error code ${stream.rstCode}`);
      const bytes = Buffer.concat(chunks);
      return { status, headers, bytes, body: bytes.toString() };
    },
    askWithoutReading(asked = {}) {
      void start(asked).then((stream) => stream.on('error', () => undefined));
    },
    close: () => session?.destroy(),
  };
}

/** A protocol by name, and who speaks it. */
export const protocols = [
  ['HTTP/1.1', http1Client],
  ['HTTP/2', http2Client],
] as const;

function open(port: number, contact: Omit<Contact, 'port'>): ClientHttp2Session {
  const session = connect(`https://127.0.0.1:${port}`, {
    ...trusting,
    ...contact,
    maxSendHeaderBlockLength: 4 * 1024 * 1024,
    maxSessionMemory: 100,
  });
  return session.on('error', () => undefined);
}
