import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import type { ApiRequest } from '../exchange.ts';
import { requestTarget } from '../request-target.ts';

/** Beyond this, what a header claims of the way a request took is not worth keeping: anybody can write it. */
const maxAddresses = 32;
/** As in the reference, in characters. */
const maxUserAgent = 1024;

/**
 * Addresses a request passed, the asker's own first: what proxies say of it, then the other end of the connection. Only
 * the last one is known for sure.
 */
export function sourceAddresses({ headers, remoteAddress }: Pick<ApiRequest, 'headers' | 'remoteAddress'>): string[] {
  const forwarded = firstValue(headers, 'x-forwarded-for').split(',', maxAddresses);
  const addresses = forwarded.map((part) => part.trim()).filter((part) => isIP(part) !== 0);
  const real = firstValue(headers, 'x-real-ip').trim();
  if (isIP(real) !== 0 && !addresses.includes(real)) addresses.push(real);
  const remote = remoteAddress.replace(/^::ffff:(?=\d+\.)/, '');
  if (isIP(remote) !== 0 && addresses.at(-1) !== remote) addresses.push(remote);
  return addresses;
}

/** What the asker calls itself, cut where it goes on too long. */
export function userAgentOf({ headers }: Pick<ApiRequest, 'headers'>): string {
  const text = firstValue(headers, 'user-agent');
  return text.length <= maxUserAgent ? text : `${text.slice(0, maxUserAgent)}...TRUNCATED`;
}

/** Path and query as they were sent, except for a token in the query: nothing secret goes into the audit log. */
export function requestUri(request: Pick<ApiRequest, 'path' | 'query' | 'rawQuery'>): string {
  const { path, query } = request;
  if (!query.has('access_token')) return requestTarget(request);
  const shown = new URLSearchParams(query);
  shown.set('access_token', 'redacted');
  return `${path}?${shown}`;
}

/** Which kinds of credentials were shown and not accepted, in the reference's words; never the credentials. */
export function attemptedMethods({ headers, query, peerChain }: ApiRequest): string {
  const [scheme = '', secret] = (headers.authorization ?? '').trim().split(' ');
  const methods = [
    ...(scheme.toLowerCase() === 'basic' && secret !== undefined ? ['basic'] : []),
    ...(scheme.toLowerCase() === 'bearer' && secret !== undefined ? ['bearer'] : []),
    ...((query.get('access_token') ?? '').trim() === '' ? [] : ['access_token']),
    ...(peerChain.length > 0 ? ['x509'] : []),
  ];
  if (methods.length === 0) return 'Authentication failed, no credentials provided';
  return `Authentication failed, attempted: ${methods.join(', ')}`;
}

function firstValue(headers: IncomingHttpHeaders, name: string): string {
  return [headers[name]].flat()[0] ?? '';
}
