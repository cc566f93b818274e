import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { createGunzip } from 'node:zlib';
import type { Clock } from '../../lifecycle/clock.ts';
import { deadline } from '../../lifecycle/deadline.ts';
import type { Call } from '../kube-apiserver/call.ts';
import type { ObjectStore } from '../kube-apiserver/object-store.ts';
import { type Reply, text } from '../kube-apiserver/reply.ts';
import type { ApiService } from './api-service.ts';
import { type ReachableBackend, resolveBackend } from './backend.ts';
import { type BackendConnections, remoteHeaders } from './backend-connections.ts';

/** Where the proxy sends requests, and as whom. */
export interface AggregationProxyOptions {
  readonly store: ObjectStore;
  readonly connections: BackendConnections;
  readonly clock: Clock;
}

/** What the proxy needs of a request. */
export type ProxiedCall = Pick<
  Call,
  'method' | 'path' | 'query' | 'headers' | 'user' | 'remoteAddress' | 'auditId' | 'signal'
> & { readonly body?: Buffer };

/** A discovery document may take so long, everything else up to a minute. */
const discoveryLimitMs = 5000;
const requestLimitMs = 60_000;
const dayMs = 86_400_000;

/** Hands requests on to aggregated API servers, in the name of who sent them. */
export class AggregationProxy {
  readonly #options: AggregationProxyOptions;

  constructor(options: AggregationProxyOptions) {
    this.#options = options;
  }

  /** The aggregated server's answer, as it comes; or 503 with the reason in words. */
  async forward(call: ProxiedCall, apiService: ApiService): Promise<Reply> {
    const { store, connections, clock } = this.#options;
    const backend = resolveBackend(store, apiService);
    if (!apiService.available || backend.kind === 'unresolved') return text('service unavailable\n', 503);

    const limit = deadline(call.signal, limitOf(call), clock);
    const answer = await connections.send(backend, {
      method: call.method,
      url: `${call.path}${encodedQuery(call.query)}`,
      headers: requestHeaders(call, backend),
      ...(call.body !== undefined && { body: call.body }),
      signal: limit.signal,
    });
    if (answer.kind === 'answered') return replyOf(answer.response, call, limit);
    limit[Symbol.dispose]();
    return text(`error trying to reach service: ${answer.problem}\n`, 503);
  }
}

function limitOf({ path, query }: ProxiedCall): number {
  if (query.get('watch') === 'true' || query.get('watch') === '1') return dayMs;
  return /^\/apis\/[^/]+\/[^/]+\/?$/.test(path) ? discoveryLimitMs : requestLimitMs;
}

/** As Go's url.Values writes it: sorted by key, spaces as plus signs. */
export function encodedQuery(query: URLSearchParams): string {
  const sorted = new URLSearchParams(query);
  sorted.sort();
  const text = sorted.toString().replaceAll('*', '%2A');
  return text === '' ? '' : `?${text.replaceAll('%7E', '~')}`;
}

const hopByHop = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Never taken from a caller: who it is, is the kube-apiserver's to say. */
function isPrivate(name: string): boolean {
  if (hopByHop.includes(name)) return true;
  return /^(authorization$|host$|content-length$|x-remote-|impersonate-|x-forwarded-)/.test(name);
}

function requestHeaders(call: ProxiedCall, { host, port }: ReachableBackend): OutgoingHttpHeaders {
  const passed = Object.entries(call.headers).filter(([name]) => !isPrivate(name));
  const forwarded = [call.headers['x-forwarded-for'] ?? [], call.remoteAddress].flat().filter(Boolean).join(', ');
  return {
    'Accept-Encoding': 'gzip',
    ...Object.fromEntries(passed.map(([name, value = '']) => [canonical(name), value])),
    'Audit-Id': call.auditId,
    ...(call.body !== undefined && { 'Content-Length': String(call.body.length) }),
    ...(forwarded !== '' && { 'X-Forwarded-For': forwarded }),
    'X-Forwarded-Host': `${host}:${port}`,
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Uri': call.path,
    ...remoteHeaders(call.user),
  };
}

/** `x-remote-user` → `X-Remote-User`, as Go writes header names. */
function canonical(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
}

const corsHeaders = ['credentials', 'headers', 'methods', 'origin'].map((name) => `access-control-allow-${name}`);

function replyOf(response: IncomingMessage, call: ProxiedCall, limit: Disposable): Reply {
  // Only who asked for gzip gets gzip: what the proxy asked for on its own account it also undoes.
  const unpacks = response.headers['content-encoding'] === 'gzip' && call.headers['accept-encoding'] === undefined;
  const dropped = [...hopByHop, ...corsHeaders, ...(unpacks ? ['content-encoding', 'content-length'] : [])];
  return {
    status: response.statusCode ?? 502,
    headers: responseHeaders(response.headersDistinct, dropped, call.auditId),
    body: piecesOf(unpacks ? response.pipe(createGunzip()) : response, limit),
  };
}

/** The kube-apiserver's own Audit-Id and Cache-Control stay, and the aggregated server's are added to them. */
function responseHeaders(
  headers: NodeJS.Dict<string[]>,
  dropped: readonly string[],
  auditId: string,
): Record<string, readonly string[]> {
  const passed = Object.entries(headers).filter(([name]) => !dropped.includes(name));
  const spelled: Record<string, readonly string[]> = Object.fromEntries(
    passed.map(([name, values = []]) => [canonical(name), values]),
  );
  return {
    ...spelled,
    'Audit-Id': [auditId, ...(spelled['Audit-Id'] ?? [])],
    'Cache-Control': ['no-cache, private', ...(spelled['Cache-Control'] ?? [])],
  };
}

async function* piecesOf(body: AsyncIterable<Uint8Array>, limit: Disposable): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } finally {
    limit[Symbol.dispose]();
  }
}

/** A request the kube-apiserver makes on its own account. */
export function ownCall(
  path: string,
  user: ProxiedCall['user'],
  headers: IncomingHttpHeaders,
  signal: AbortSignal,
): ProxiedCall {
  return { method: 'GET', path, query: new URLSearchParams(), headers, user, remoteAddress: '', auditId: '', signal };
}
