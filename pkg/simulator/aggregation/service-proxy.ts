import type { Call } from '../kube-apiserver/call.ts';
import type { KubernetesObject, ObjectStore } from '../kube-apiserver/object-store.ts';
import { type Reply, text } from '../kube-apiserver/reply.ts';
import { type ReachableBackend, resolveBackend } from './backend.ts';
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
export function throughService(call: ProxiedCall, options: ServiceProxyOptions): Promise<Reply> | undefined {
  const [, namespace, name, port, onward] =
    /^\/api\/v1\/namespaces\/([^/]+)\/services\/https:([^/:]+):([^/:]+)\/proxy(\/.*)$/.exec(call.path) ?? [];
  if (namespace === undefined || name === undefined || port === undefined || onward === undefined) return undefined;
  const backend = resolveBackend(options.store, {
    service: { namespace, name, port: portNumber(options.store.get('services', name, namespace), port) },
    insecureSkipTlsVerify: true,
  });
  if (backend.kind === 'unresolved') return Promise.resolve(text(`${backend.message}\n`, 503));
  return answerOf(backend, `${onward}${call.query.size === 0 ? '' : `?${call.query}`}`, { ...call, ...options });
}

type ProxiedCall = Pick<Call, 'path' | 'query' | 'signal'>;

function portNumber(service: KubernetesObject | undefined, name: string): number {
  const spec = service?.spec as { readonly ports?: readonly { name?: string; port: number }[] } | undefined;
  return spec?.ports?.find((port) => port.name === name)?.port ?? 0;
}

async function answerOf(
  backend: ReachableBackend,
  url: string,
  { connections, signal }: Pick<ServiceProxyOptions, 'connections'> & Pick<Call, 'signal'>,
): Promise<Reply> {
  const answer = await connections.send(backend, { method: 'GET', url, headers: {}, signal });
  if (answer.kind === 'failed') return text(`error trying to reach service: ${answer.problem}\n`, 503);
  const pieces: Buffer[] = [];
  for await (const piece of answer.response) pieces.push(piece);
  return text(Buffer.concat(pieces).toString('utf8'), answer.response.statusCode);
}
