/** One kind of object the pretend kube-apiserver serves. */
export interface ResourceType {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  /** Plural. */
  readonly name: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly verbs: readonly string[];
}

const stored = ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'] as const;

/** Everything the pretend kube-apiserver itself serves; other groups are their APIServices' business. */
export const resourceTypes: readonly ResourceType[] = [
  kept('', 'configmaps', 'ConfigMap', 'cm'),
  kept('', 'endpoints', 'Endpoints', 'ep'),
  kept('', 'events', 'Event', 'ev'),
  { ...kept('', 'namespaces', 'Namespace', 'ns'), namespaced: false },
  { ...kept('', 'nodes', 'Node', 'no'), namespaced: false },
  kept('', 'pods', 'Pod', 'po'),
  kept('', 'secrets', 'Secret'),
  kept('', 'services', 'Service', 'svc'),
  { ...kept('apiregistration.k8s.io', 'apiservices', 'APIService'), namespaced: false },
  kept('apps', 'deployments', 'Deployment', 'deploy'),
  kept('apps', 'replicasets', 'ReplicaSet', 'rs'),
  kept('apps', 'statefulsets', 'StatefulSet', 'sts'),
  review('authentication.k8s.io', 'selfsubjectreviews', 'SelfSubjectReview'),
  review('authentication.k8s.io', 'tokenreviews', 'TokenReview'),
  review('authorization.k8s.io', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview'),
  review('authorization.k8s.io', 'subjectaccessreviews', 'SubjectAccessReview'),
  { ...kept('autoscaling', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', 'hpa'), version: 'v2' },
  {
    ...kept('certificates.k8s.io', 'certificatesigningrequests', 'CertificateSigningRequest', 'csr'),
    namespaced: false,
  },
  kept('coordination.k8s.io', 'leases', 'Lease'),
  kept('discovery.k8s.io', 'endpointslices', 'EndpointSlice'),
  kept('events.k8s.io', 'events', 'Event', 'ev'),
];

/** The type that serves `name` of a group and version, if it is one of ours. */
export function resourceTypeOf(group: string, version: string, name: string): ResourceType | undefined {
  return resourceTypes.find((type) => type.group === group && type.version === version && type.name === name);
}

/** The name the store keeps a type under: `pods`, or `leases.coordination.k8s.io`. */
export function storeKey({ group, name }: Pick<ResourceType, 'group' | 'name'>): string {
  return group === '' ? name : `${name}.${group}`;
}

/** `v1`, or `coordination.k8s.io/v1`. */
export function apiVersionOf({ group, version }: Pick<ResourceType, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

function kept(group: string, name: string, kind: string, ...shortNames: string[]): ResourceType {
  return {
    group,
    version: 'v1',
    name,
    singular: kind.toLowerCase(),
    kind,
    namespaced: true,
    shortNames,
    verbs: stored,
  };
}

function review(group: string, name: string, kind: string): ResourceType {
  return { ...kept(group, name, kind), namespaced: false, verbs: ['create'] };
}
