import type { KubernetesObject, ObjectStore } from '../kube-apiserver/object-store.ts';
import { isRecord } from '../kube-apiserver/object-store.ts';
import type { ApiService } from './api-service.ts';

/** Where an aggregated API server is, or why nobody can say. */
export type Backend = ReachableBackend | UnresolvedBackend;

/** An aggregated API server's address, and how it proves itself. */
export interface ReachableBackend {
  readonly kind: 'reachable';
  readonly host: string;
  readonly port: number;
  /** What its certificate must be for: `<service>.<namespace>.svc`. */
  readonly serverName: string;
  readonly insecureSkipTlsVerify: boolean;
  readonly caBundle?: string;
}

/** Reason and message of the Available condition. */
export interface UnresolvedBackend {
  readonly kind: 'unresolved';
  readonly reason: 'ServiceNotFound' | 'ServicePortError' | 'EndpointsNotFound' | 'MissingEndpoints';
  readonly message: string;
}

type Fields = Readonly<Record<string, unknown>>;

/** Follows APIService, Service and EndpointSlices to a ready endpoint, as with --enable-aggregator-routing. */
export function resolveBackend(
  store: ObjectStore,
  apiService: Pick<ApiService, 'service' | 'insecureSkipTlsVerify' | 'caBundle'>,
): Backend {
  const { namespace, name, port } = apiService.service;
  const service = store.get('services', name, namespace);
  if (service === undefined) {
    return unresolved('ServiceNotFound', `service/${name} in "${namespace}" is not present`);
  }
  const servicePort = listAt(service, 'spec', 'ports').find((one) => one.port === port);
  if (servicePort === undefined) {
    return unresolved('ServicePortError', `service/${name} in "${namespace}" is not listening on port ${port}`);
  }
  const slices = slicesOf(store, namespace, name);
  if (slices.length === 0) {
    return unresolved('EndpointsNotFound', `cannot find endpointslices for service/${name} in "${namespace}"`);
  }
  const portName = String(servicePort.name ?? '');
  const found = slices.flatMap((slice) => readyAddresses(slice, portName))[0];
  if (found === undefined) {
    const message = `endpointslices for service/${name} in "${namespace}" have no addresses with port name "${portName}"`;
    return unresolved('MissingEndpoints', message);
  }
  const { insecureSkipTlsVerify, caBundle } = apiService;
  const trust = { insecureSkipTlsVerify, ...(caBundle !== undefined && { caBundle }) };
  return { kind: 'reachable', ...found, serverName: `${name}.${namespace}.svc`, ...trust };
}

function unresolved(reason: UnresolvedBackend['reason'], message: string): UnresolvedBackend {
  return { kind: 'unresolved', reason, message };
}

function slicesOf(store: ObjectStore, namespace: string, service: string): readonly KubernetesObject[] {
  const slices = store.list('endpointslices.discovery.k8s.io', namespace);
  return slices.filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === service);
}

function readyAddresses(slice: KubernetesObject, portName: string): { readonly host: string; readonly port: number }[] {
  const port = listAt(slice, 'ports').find((one) => String(one.name ?? '') === portName)?.port;
  if (typeof port !== 'number') return [];
  const ready = listAt(slice, 'endpoints').filter(
    ({ conditions }) => !isRecord(conditions) || conditions.ready !== false,
  );
  return ready.flatMap(({ addresses }) => (Array.isArray(addresses) ? [{ host: String(addresses[0]), port }] : []));
}

function listAt(object: Fields, ...path: readonly string[]): readonly Fields[] {
  let found: unknown = object;
  for (const step of path) found = isRecord(found) ? found[step] : undefined;
  return Array.isArray(found) ? found.filter(isRecord) : [];
}
