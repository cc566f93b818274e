import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { CertificatePair } from '../../apiserver/certificates/issue-certificate.ts';

/** What an aggregated API server was asked, as it saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  /** Names as they were written on the wire, values joined. */
  readonly headers: Readonly<Record<string, string>>;
  /** Common name of the client's certificate. */
  readonly clientName: string | undefined;
  readonly serverName: string | undefined;
  readonly body: string;
}

/** An aggregated API server that answers as a test says, and remembers what it was asked. */
export interface FakeBackend extends AsyncDisposable {
  readonly port: number;
  readonly seen: SeenRequest[];
  answer: (request: SeenRequest, response: ServerResponse) => void;
}

/** Starts one on 127.0.0.1. */
export async function startFakeBackend(serving: CertificatePair, port = 0): Promise<FakeBackend> {
  const seen: SeenRequest[] = [];
  const options = { cert: serving.certPem, key: serving.keyPem, requestCert: true, rejectUnauthorized: false };
  const server = createServer(options, (request, response) => void converse(request, response));
  const backend: FakeBackend = {
    seen,
    answer: answerDiscovery,
    port: await listen(server, port),
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
  const converse = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const one = await seenRequest(request);
    seen.push(one);
    backend.answer(one, response);
  };
  return backend;
}

/** Discovery as an old server has it, an empty list for everything else below the version, 404 for the rest. */
export function answerDiscovery({ url }: SeenRequest, response: ServerResponse): void {
  const resources = [
    { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs: ['get', 'list'] },
  ];
  const root = '/apis/metrics.k8s.io/v1beta1';
  response.setHeader('Content-Type', 'application/json');
  if (url === root) {
    response.end(JSON.stringify({ kind: 'APIResourceList', groupVersion: 'metrics.k8s.io/v1beta1', resources }));
  } else if (url.startsWith(`${root}/`)) {
    response.end(JSON.stringify({ kind: 'NodeMetricsList', items: [] }));
  } else {
    response.writeHead(404).end('{}');
  }
}

async function seenRequest(request: IncomingMessage): Promise<SeenRequest> {
  const socket = request.socket as TLSSocket;
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece);
  const names = request.rawHeaders.filter((_, at) => at % 2 === 0);
  return {
    method: request.method ?? '',
    url: request.url ?? '',
    headers: Object.fromEntries(
      names.map((name) => [name, (request.headersDistinct[name.toLowerCase()] ?? []).join(', ')]),
    ),
    clientName: socket.getPeerX509Certificate()?.subject.split('CN=')[1],
    serverName: typeof socket.servername === 'string' ? socket.servername : undefined,
    body: Buffer.concat(pieces).toString('utf8'),
  };
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}
