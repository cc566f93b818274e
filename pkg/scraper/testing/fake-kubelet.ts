import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { CertificatePair } from '../../apiserver/certificates/issue-certificate.ts';

/** A server on the loopback interface that a test asks as if it were a kubelet. */
export class FakeKubelet implements AsyncDisposable {
  /** Headers of each request that was seen, in order. */
  readonly requests: IncomingMessage[] = [];
  /** How many TCP connections were accepted. */
  connections = 0;
  /** What is answered; a test changes it. */
  respond: RequestListener = (_request, response) => plainText(response, 'node_cpu_usage_seconds_total 1 5\n');
  readonly #server;
  readonly #sockets = new Set<Socket>();

  /** Without a certificate it speaks plain HTTP. */
  constructor(pair?: CertificatePair, tls: { readonly ca?: string; readonly requestCert?: boolean } = {}) {
    const listener: RequestListener = (request, response) => {
      this.requests.push(request);
      this.respond(request, response);
    };
    this.#server = pair
      ? createHttpsServer({ cert: pair.certPem, key: pair.keyPem, ...tls }, listener)
      : createHttpServer(listener);
    this.#server.keepAliveTimeout = 0;
    this.#server.on('connection', (socket: Socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
    });
  }

  async listen(host = '127.0.0.1'): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, host, resolve));
    return this;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Open connections, once those that are just closing are gone. */
  async open(atMost: number): Promise<number> {
    for (let turn = 0; turn < 500 && this.#sockets.size > atMost; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    return this.#sockets.size;
  }

  /** Cuts every connection without a word. */
  hangUp(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Answers 200 with text as kubelets send it. */
export function plainText(response: ServerResponse, body: string | Buffer, headers: Record<string, string> = {}): void {
  response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', ...headers });
  response.end(body);
}
