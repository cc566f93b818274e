import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { CertificatePair } from '../../apiserver/certificates/issue-certificate.ts';
import type { Call } from '../kube-apiserver/call.ts';
import type { Credentials } from '../kube-apiserver/identity.ts';
import type { Reply } from '../kube-apiserver/reply.ts';

/** A request whose sender nobody has recognised yet. */
export type UnknownCall = Omit<Call, 'user'> & { readonly credentials: Credentials };

/** Where the door is and who stands behind it. */
export interface HttpsDoorOptions {
  readonly serving: CertificatePair;
  /** PEM; certificates it did not issue are shown to the handler as rejected. */
  readonly clientCa: string;
  readonly answer: (call: UnknownCall) => Promise<Reply>;
}

const bodyLimit = 3 * 2 ** 20;

/** The listening side of the pretend kube-apiserver: it can close, losing every connection, and open again on the same port. */
export class HttpsDoor implements AsyncDisposable {
  readonly #options: HttpsDoorOptions;
  #server: Server | undefined;

  constructor(options: HttpsDoorOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#server !== undefined;
  }

  /** Listens on `port` of 127.0.0.1, 0 for any free one, and returns which. */
  async open(port: number): Promise<number> {
    const { serving, clientCa } = this.#options;
    const server = createServer({
      cert: serving.certPem,
      key: serving.keyPem,
      ca: clientCa,
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      keepAliveTimeout: 90_000,
    });
    server.on('request', (request, response) => void this.#converse(request, response));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    this.#server = server;
    const address = server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Stops listening and cuts every connection. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #converse(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    response.on('error', () => gone.abort());
    try {
      const call = callOf(request, gone.signal);
      const reply = await this.#options.answer(call);
      if (response.destroyed) return;
      const head = { 'Audit-Id': call.auditId, 'Cache-Control': 'no-cache, private', ...reply.headers };
      response.writeHead(
        reply.status,
        Object.fromEntries(Object.entries(head).map(([name, value]) => [name, copy(value)])),
      );
      await sendBody(response, request.method === 'HEAD' ? '' : reply.body, gone.signal);
      response.end();
    } catch {
      // A body that breaks off is cut, so that the client sees it is not whole.
      response.destroy();
    }
  }
}

const copy = (value: string | readonly string[]): string | string[] => (typeof value === 'string' ? value : [...value]);

async function sendBody(response: ServerResponse, body: Reply['body'], gone: AbortSignal): Promise<void> {
  if (typeof body === 'string') {
    response.write(body);
    return;
  }
  // What has no pieces yet still has a head: a watch on a quiet resource must be seen to have begun.
  response.flushHeaders();
  for await (const piece of body) {
    if (gone.aborted) return;
    if (!response.write(piece)) await drained(response, gone);
  }
}

function drained(response: ServerResponse, gone: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      gone.removeEventListener('abort', done);
      resolve();
    };
    response.once('drain', done);
    gone.addEventListener('abort', done, { once: true });
  });
}

function callOf(request: IncomingMessage, signal: AbortSignal): UnknownCall {
  const { method = 'GET', url = '/', headers, socket } = request;
  const [path = '/', query = ''] = url.split(/\?(.*)/s);
  const asked = headers['audit-id'];
  return {
    method,
    path,
    query: new URLSearchParams(query),
    headers,
    remoteAddress: socket.remoteAddress ?? '',
    auditId: typeof asked === 'string' ? asked : randomUUID(),
    credentials: credentialsOf(socket as TLSSocket, headers.authorization),
    signal,
    readBody: () => readBody(request),
  };
}

function credentialsOf(socket: TLSSocket, authorization: string | undefined): Credentials {
  const shown = socket.getPeerX509Certificate();
  const certificate = socket.authorized ? shown : undefined;
  return { authorization, certificate, certificateRejected: shown !== undefined && !socket.authorized };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    pieces.push(piece);
    length += piece.length;
    if (length > bodyLimit) throw new Error(`the body of a request may have ${bodyLimit} bytes`);
  }
  return Buffer.concat(pieces);
}
