import type { Call } from '../kube-apiserver/call.ts';
import type { ObjectStore } from '../kube-apiserver/object-store.ts';
import { type Reply, text } from '../kube-apiserver/reply.ts';
import { resolveBackend } from './backend.ts';
import type { BackendConnections } from './backend-connections.ts';

/** What leads through a Service. */
export interface ServiceProxyOptions {
  readonly store: ObjectStore;
  readonly connections: BackendConnections;
}

/**
 * Answers `/api/v1/namespaces/<ns>/services/https:<name>:<port>/proxy/…` with what a pod behind the Service answers to
 * nobody in particular; undefined for other paths. Only https, and only by the name of the port.
 */
export function throughService(
  { path, query, signal }: Pick<Call, 'path' | 'query' | 'signal'>,
  { store, connections }: ServiceProxyOptions,
): Promise<Reply> | undefined {
  const parts = /^\/api\/v1\/namespaces\/([^/]+)\/services\/https:([^/:]+):([^/:]+)\/proxy(\/.*)$/.exec(path);
  if (parts === null) return undefined;
  const [, namespace = '', name = '', portName = '', onward = ''] = parts;
  const service = store.get('services', name, namespace);
  const ports = (service?.spec as { readonly ports?: readonly { name?: string; port: number }[] } | undefined)?.ports;
  const port = ports?.find((one) => one.name === portName)?.port ?? 0;
  const backend = resolveBackend(store, { service: { namespace, name, port }, insecureSkipTlsVerify: true });
  if (backend.kind === 'unresolved') return Promise.resolve(text(`${backend.message}\n`, 503));
  const search = query.size === 0 ? '' : `?${query}`;
  return connections
    .send(backend, { method: 'GET', url: `${onward}${search}`, headers: {}, signal })
    .then(async (answer) => {
      if (answer.kind === 'failed') return text(`error trying to reach service: ${answer.problem}\n`, 503);
      const pieces: Buffer[] = [];
      for await (const piece of answer.response) pieces.push(piece);
      return text(Buffer.concat(pieces).toString('utf8'), answer.response.statusCode);
    });
}
