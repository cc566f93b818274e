import type { KubernetesObject, ObjectStore } from '../kube-apiserver/object-store.ts';
import { isRecord } from '../kube-apiserver/object-store.ts';

/** The name the store keeps APIServices under. */
export const apiServicesKey = 'apiservices.apiregistration.k8s.io';

/** An APIService that hands its group and version to a Service. */
export interface ApiService {
  /** `v1beta1.metrics.k8s.io`. */
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly versionPriority: number;
  readonly service: { readonly namespace: string; readonly name: string; readonly port: number };
  readonly insecureSkipTlsVerify: boolean;
  /** PEM; absent = the roots of this machine. */
  readonly caBundle?: string;
  /** Condition Available is True. */
  readonly available: boolean;
  readonly object: KubernetesObject;
}

/** Every APIService with a Service behind it. */
export function apiServices(store: ObjectStore): readonly ApiService[] {
  return store.list(apiServicesKey).flatMap((object) => apiServiceOf(object) ?? []);
}

function apiServiceOf(object: KubernetesObject): ApiService | undefined {
  const { spec } = object;
  if (!isRecord(spec) || !isRecord(spec.service)) return undefined;
  const { service } = spec;
  return {
    name: object.metadata.name,
    group: String(spec.group ?? ''),
    version: String(spec.version ?? ''),
    versionPriority: Number(spec.versionPriority ?? 0),
    service: {
      namespace: String(service.namespace ?? ''),
      name: String(service.name ?? ''),
      port: Number(service.port ?? 443),
    },
    insecureSkipTlsVerify: spec.insecureSkipTLSVerify === true,
    ...(typeof spec.caBundle === 'string' && { caBundle: Buffer.from(spec.caBundle, 'base64').toString('utf8') }),
    available: availableCondition(object)?.status === 'True',
    object,
  };
}

/** What an APIService's Available condition says, if it has one. */
export function availableCondition(object: KubernetesObject): Readonly<Record<string, unknown>> | undefined {
  const conditions = isRecord(object.status) ? object.status.conditions : undefined;
  if (!Array.isArray(conditions)) return undefined;
  return conditions.filter(isRecord).find(({ type }) => type === 'Available');
}
