import type { User } from '../../model/user.ts';
import type { RequestTarget, ResourceTarget } from './request-target.ts';

/** One line of the access table. `*` stands for all; what a line leaves out it does not restrict. */
export interface Right {
  /** Name of a user or of a group. */
  readonly who: string;
  readonly verbs: readonly string[];
  readonly group?: string;
  /** `pods`, or `nodes/metrics` for a subresource. */
  readonly resources?: readonly string[];
  readonly namespace?: string;
  readonly names?: readonly string[];
  /** Exact paths, or prefixes ending in `*`. A line with paths gives no right to resources. */
  readonly paths?: readonly string[];
}

/** The service account metrics-server runs as. */
export const metricsServerAccount = 'system:serviceaccount:kube-system:metrics-server';

const read = ['get', 'list', 'watch'] as const;
const everywhere = ['*'] as const;

/** Who may do what: what a fresh cluster grants, the rights of metrics-server's manifest, and a user who may look. */
export const clusterRights: readonly Right[] = [
  { who: 'system:masters', verbs: everywhere, group: '*', resources: everywhere },
  { who: 'system:masters', verbs: everywhere, paths: everywhere },
  { who: 'system:unauthenticated', verbs: ['get'], paths: ['/healthz', '/livez', '/readyz', '/version'] },
  {
    who: 'system:authenticated',
    verbs: ['get'],
    paths: [
      '/',
      '/api',
      '/api/*',
      '/apis',
      '/apis/*',
      '/healthz',
      '/livez',
      '/livez/*',
      '/readyz',
      '/version',
      '/openapi/*',
    ],
  },
  {
    who: 'system:authenticated',
    verbs: ['create'],
    group: 'authorization.k8s.io',
    resources: ['selfsubjectaccessreviews'],
  },
  { who: 'system:authenticated', verbs: ['create'], group: 'authentication.k8s.io', resources: ['selfsubjectreviews'] },
  ...metricsServerRights(),
  { who: 'viewer', verbs: read, group: 'metrics.k8s.io', resources: ['nodes', 'pods'] },
  { who: 'viewer', verbs: read, group: '', resources: ['nodes', 'pods', 'namespaces'] },
];

function metricsServerRights(): readonly Right[] {
  const who = metricsServerAccount;
  const names = ['extension-apiserver-authentication'];
  return [
    { who, verbs: read, group: '', resources: ['nodes', 'pods'] },
    { who, verbs: ['get'], group: '', resources: ['nodes/metrics'] },
    { who, verbs: ['create'], group: 'authentication.k8s.io', resources: ['tokenreviews'] },
    { who, verbs: ['create'], group: 'authorization.k8s.io', resources: ['subjectaccessreviews'] },
    { who, verbs: read, group: '', resources: ['configmaps'], namespace: 'kube-system', names },
    { who, verbs: ['create', 'patch'], group: 'events.k8s.io', resources: ['events'] },
  ];
}

/** What a doctor in the pod looks at beyond what the server does, as manifests/components/doctor grants it. */
export function rightsToExamine(who: string): readonly Right[] {
  return [
    { who, verbs: ['get'], group: 'apiregistration.k8s.io', resources: ['apiservices'] },
    { who, verbs: ['get', 'list'], group: 'apps', resources: ['deployments'] },
    { who, verbs: ['get'], group: 'apps', resources: ['replicasets', 'statefulsets'] },
    { who, verbs: ['list'], group: 'autoscaling', resources: ['horizontalpodautoscalers'] },
    { who, verbs: ['list'], group: 'certificates.k8s.io', resources: ['certificatesigningrequests'] },
    { who, verbs: ['get'], group: '', resources: ['services'], names: ['kubernetes', 'metrics-server'] },
    { who, verbs: ['list'], group: 'discovery.k8s.io', resources: ['endpointslices'] },
  ];
}

/** What it takes to keep one Secret: made by whoever comes first, and changed only by name. No name restricts `create`. */
export function rightsToKeepSecret(who: string, namespace: string, name: string): readonly Right[] {
  const secrets = { who, group: '', resources: ['secrets'], namespace } as const;
  return [
    { ...secrets, verbs: ['create'] },
    { ...secrets, verbs: ['get', 'list', 'watch', 'update', 'patch'], names: [name] },
  ];
}

/** What it takes to keep `caBundle` of these APIServices in place. */
export function rightsToKeepCaBundle(who: string, names: readonly string[]): readonly Right[] {
  return [{ who, verbs: ['get', 'patch'], group: 'apiregistration.k8s.io', resources: ['apiservices'], names }];
}

/** Whether any line allows it. */
export function mayDo(rights: readonly Right[], user: User, target: RequestTarget): boolean {
  return rights.some((right) => concerns(right, user) && covers(right, target));
}

function concerns({ who }: Right, user: User): boolean {
  return user.name === who || user.groups.includes(who);
}

function covers(right: Right, target: RequestTarget): boolean {
  if (!includes(right.verbs, target.verb)) return false;
  if (target.kind === 'path') return (right.paths ?? []).some((path) => matchesPath(path, target.path));
  return coversObject(right, target);
}

function coversObject({ group, resources = [], namespace, names }: Right, target: ResourceTarget): boolean {
  const resource = target.subresource === undefined ? target.resource : `${target.resource}/${target.subresource}`;
  if (group !== '*' && group !== target.group) return false;
  if (!includes(resources, resource)) return false;
  if (namespace !== undefined && namespace !== target.namespace) return false;
  return names === undefined || names.includes(target.name ?? '');
}

const includes = (allowed: readonly string[], one: string): boolean => allowed.includes('*') || allowed.includes(one);

function matchesPath(allowed: string, path: string): boolean {
  return allowed.endsWith('*') ? path.startsWith(allowed.slice(0, -1)) : path === allowed;
}

/** Why something is forbidden, in the words of a kube-apiserver. */
export function forbiddenMessage(user: User, target: RequestTarget): string {
  if (target.kind === 'path') return `forbidden: User "${user.name}" cannot ${target.verb} path "${target.path}"`;
  const { group, resource, subresource, name, namespace, verb } = target;
  const qualified = group === '' ? resource : `${resource}.${group}`;
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  const object = name === undefined ? qualified : `${qualified} "${name}"`;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  return `${object} is forbidden: User "${user.name}" cannot ${verb} resource "${full}" in API group "${group}" ${where}`;
}
