import type { X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ApiRequest } from '../exchange.ts';
import type { Message } from './message.ts';

/** How long a request has, until when it is under way, and what is still to come of it. */
export interface RequestSpan {
  /** Aborts when the client is gone or the time is up. */
  readonly signal: AbortSignal;
  /** Aborts when nothing is owed any more. */
  readonly over: AbortSignal;
  /** How its body begins, once it is there. */
  readonly body: () => Promise<string>;
}

/** The request as handlers see it. */
export function readRequest(message: Message, socket: TLSSocket, span: RequestSpan): ApiRequest {
  return { ...readPlainRequest(message, socket, span), peerChain: peerChain(socket) };
}

/** The same of a request that came without TLS: nobody showed a certificate. */
export function readPlainRequest(message: Message, socket: Socket, { signal, over, body }: RequestSpan): ApiRequest {
  const { path, rawQuery } = splitTarget(message.url ?? '/');
  return {
    method: (message.method ?? 'GET').toUpperCase(),
    path,
    query: new URLSearchParams(rawQuery),
    ...(rawQuery !== undefined && { rawQuery }),
    headers: separateHeaders(message),
    httpMajor: message.httpVersionMajor === 2 ? 2 : 1,
    peerChain: [],
    remoteAddress: socket.remoteAddress ?? '',
    signal,
    over,
    body,
  };
}

/** Proxies may send the whole URL; only what follows the host is of interest. */
function splitTarget(target: string): { readonly path: string; readonly rawQuery?: string } {
  const local = target.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = local.indexOf('?');
  const path = mark < 0 ? local : local.slice(0, mark);
  return { path: path === '' ? '/' : path, ...(mark >= 0 && { rawQuery: local.slice(mark + 1) }) };
}

/** Headers that are lists by definition: sending one twice means the same as sending both values with a comma. */
const lists: ReadonlySet<string> = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'connection',
  'forwarded',
  'if-match',
  'if-none-match',
  'pragma',
  'prefer',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  'x-forwarded-for',
]);

/**
 * Node joins a header sent twice with a comma. That would make one group of the front proxy named `a, b` the same as
 * two groups, so what is not a list by definition stays apart. HTTP/2 has names of its own for what HTTP/1.1 calls Host.
 */
function separateHeaders({ headers, rawHeaders }: Message): IncomingHttpHeaders {
  const sent = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    const values = sent.get(name);
    if (values === undefined) sent.set(name, [rawHeaders[at + 1] ?? '']);
    else values.push(rawHeaders[at + 1] ?? '');
  }
  const { ':authority': authority, ...rest } = headers;
  const separate = Object.entries({ ...(typeof authority === 'string' && { host: authority }), ...rest });
  return Object.fromEntries(
    separate
      .filter(([name]) => !name.startsWith(':'))
      .map(([name, joined]) => {
        const values = sent.get(name) ?? [];
        const isJoined = values.length > 1 && joined === values.join(', ');
        return [name, isJoined && !lists.has(name) ? values : joined];
      }),
  );
}

/** A connection's certificates never change: it can neither be resumed nor renegotiated. */
const chains = new WeakMap<TLSSocket, readonly X509Certificate[]>();

/** OpenSSL itself limits what a client may present; this is only against a chain that leads back into itself. */
const maxChain = 100;

function peerChain(socket: TLSSocket): readonly X509Certificate[] {
  const known = chains.get(socket);
  if (known !== undefined) return known;

  const chain: X509Certificate[] = [];
  let next = socket.getPeerX509Certificate();
  for (; next !== undefined && chain.length < maxChain; next = next.issuerCertificate) chain.push(next);
  chains.set(socket, chain);
  return chain;
}
