import type { X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { TLSSocket } from 'node:tls';
import type { ApiRequest } from '../exchange.ts';

/** The request as handlers see it; its body is somebody else's. */
export function readRequest(message: IncomingMessage, signal: AbortSignal): ApiRequest {
  const { path, query } = splitTarget(message.url ?? '/');
  return {
    method: (message.method ?? 'GET').toUpperCase(),
    path,
    query: new URLSearchParams(query),
    headers: separateHeaders(message),
    peerChain: message.socket instanceof TLSSocket ? peerChain(message.socket) : [],
    remoteAddress: message.socket.remoteAddress ?? '',
    signal,
  };
}

/** Proxies may send the whole URL; only what follows the host is of interest. */
function splitTarget(target: string): { readonly path: string; readonly query: string } {
  const local = target.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = local.indexOf('?');
  const path = mark < 0 ? local : local.slice(0, mark);
  return { path: path === '' ? '/' : path, query: mark < 0 ? '' : local.slice(mark + 1) };
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
 * two groups, so what is not a list by definition stays apart.
 */
function separateHeaders({ headers, headersDistinct }: IncomingMessage): IncomingHttpHeaders {
  const separate: IncomingHttpHeaders = { ...headers };
  for (const [name, values = []] of Object.entries(headersDistinct)) {
    const isJoined = values.length > 1 && headers[name] === values.join(', ');
    if (isJoined && !lists.has(name)) separate[name] = values;
  }
  return separate;
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
