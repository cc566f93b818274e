import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import type { CertificatePair } from '../../apiserver/certificates/issue-certificate.ts';
import type { User } from '../../model/user.ts';
import type { ReachableBackend } from './backend.ts';

/** One request to an aggregated API server. */
export interface BackendRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Buffer;
  readonly signal: AbortSignal;
}

/** What came back, or why nothing did, in Go's words where there are such. */
export type BackendAnswer =
  | { readonly kind: 'answered'; readonly response: IncomingMessage }
  | { readonly kind: 'failed'; readonly problem: string };

/** Connections to aggregated API servers, made with the front proxy's certificate and kept for the next request. */
export class BackendConnections implements Disposable {
  readonly #identity: CertificatePair | undefined;
  readonly #agents = new Map<string, Agent>();

  /** Without a certificate they are made as nobody in particular. */
  constructor(frontProxy?: CertificatePair) {
    this.#identity = frontProxy;
  }

  /** Sends one request; a connection that died while idle is replaced once, as Go does for requests without effect. */
  async send(backend: ReachableBackend, order: BackendRequest): Promise<BackendAnswer> {
    const first = await this.#attempt(backend, order);
    if (first.kind === 'answered' || !first.worthRepeating) return first;
    return this.#attempt(backend, order);
  }

  /** Closes idle connections: after a failure the next request starts afresh. */
  closeIdle(): void {
    for (const agent of this.#agents.values()) {
      for (const socket of Object.values(agent.freeSockets).flat()) socket?.destroy();
    }
  }

  [Symbol.dispose](): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }

  #attempt(
    backend: ReachableBackend,
    order: BackendRequest,
  ): Promise<BackendAnswer & { readonly worthRepeating?: boolean }> {
    return new Promise((resolve) => {
      const { host, port, serverName: servername } = backend;
      const { method, url: path, headers, body, signal } = order;
      const sent = request(
        { host, port, servername, method, path, headers, signal, agent: this.#agentFor(backend) },
        (response) => resolve({ kind: 'answered', response }),
      );
      sent.on('error', (error) => {
        const worthRepeating = sent.reusedSocket && method === 'GET' && !signal.aborted;
        resolve({ kind: 'failed', problem: goError(error, backend), worthRepeating });
      });
      sent.end(body);
    });
  }

  #agentFor({ insecureSkipTlsVerify, caBundle, serverName }: ReachableBackend): Agent {
    const key = JSON.stringify([insecureSkipTlsVerify, caBundle, serverName]);
    const agent =
      this.#agents.get(key) ??
      new Agent({
        keepAlive: true,
        maxFreeSockets: 25,
        // Unused connections are given up after 90 s, as Go's transport does.
        timeout: 90_000,
        ...(this.#identity && { cert: this.#identity.certPem, key: this.#identity.keyPem }),
        rejectUnauthorized: !insecureSkipTlsVerify,
        minVersion: 'TLSv1.2',
        ...(caBundle !== undefined && { ca: caBundle }),
      });
    this.#agents.set(key, agent);
    return agent;
  }
}

/** The headers that tell an aggregated API server for whom a request is made. */
export function remoteHeaders({ name, uid, groups, extra }: User): OutgoingHttpHeaders {
  const extras = Object.entries(extra).map(([key, values]): [string, string[]] => {
    return [`X-Remote-Extra-${encodeURIComponent(key.toLowerCase())}`, [...values]];
  });
  return {
    'X-Remote-User': name,
    ...(uid !== undefined && { 'X-Remote-Uid': uid }),
    ...(groups.length > 0 && { 'X-Remote-Group': [...groups] }),
    ...Object.fromEntries(extras),
  };
}

function goError(error: Error, { host, port, serverName }: ReachableBackend): string {
  const code = 'code' in error ? String(error.code) : '';
  if (code === 'ECONNREFUSED') return `dial tcp ${host}:${port}: connect: connection refused`;
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `tls: failed to verify certificate: x509: certificate is not valid for ${serverName}`;
  }
  if (/SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(code)) {
    return 'tls: failed to verify certificate: x509: certificate signed by unknown authority';
  }
  if (code === 'CERT_HAS_EXPIRED') {
    return 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid';
  }
  if (code === 'ABORT_ERR') return 'context deadline exceeded';
  return error.message;
}
