import type { ObjectRef, ServerFlags } from '../facts.ts';
import { isTrueAt } from './fields.ts';
import { type KubeReader, mapSeen, type Reading } from './kube-reader.ts';
import { sideBySide } from './side-by-side.ts';

/** One line of RBAC that the server needs. */
export interface Right {
  readonly verbs: readonly string[];
  readonly group: string;
  /** `nodes/metrics` for a subresource. */
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  /** What the server does with it: fits behind "it needs this to". */
  readonly purpose: string;
  /** Where the manifests grant it. */
  readonly grantedBy: Grant;
}

/** A rule of ClusterRole system:metrics-server, a binding to a role that every cluster has, or one of the components. */
export type Grant = 'role' | 'auth-delegator' | 'auth-reader' | 'component';

/** The same with what the kube-apiserver says of each verb. */
export interface JudgedRight extends Right {
  /** Verbs that are not allowed. */
  readonly missing: Reading<readonly string[]>;
}

const read = ['get', 'list', 'watch'] as const;
const core = '';

const always: readonly Right[] = [
  { verbs: read, group: core, resource: 'nodes', purpose: 'know which kubelets there are', grantedBy: 'role' },
  { verbs: read, group: core, resource: 'pods', purpose: 'know which pods run', grantedBy: 'role' },
  { verbs: ['get'], group: core, resource: 'nodes/metrics', purpose: 'be answered by kubelets', grantedBy: 'role' },
  {
    verbs: ['create'],
    group: 'authentication.k8s.io',
    resource: 'tokenreviews',
    purpose: 'find out who asks it with a token, such as Prometheus',
    grantedBy: 'auth-delegator',
  },
  {
    verbs: ['create'],
    group: 'authorization.k8s.io',
    resource: 'subjectaccessreviews',
    purpose: 'find out what those who ask it may see',
    grantedBy: 'auth-delegator',
  },
  {
    verbs: read,
    group: core,
    resource: 'configmaps',
    namespace: 'kube-system',
    name: 'extension-apiserver-authentication',
    purpose: 'recognise the front proxy of the kube-apiserver',
    grantedBy: 'auth-reader',
  },
];

const events: Right = {
  verbs: ['create', 'patch'],
  group: 'events.k8s.io',
  resource: 'events',
  purpose: 'tell in Events which nodes lost their metrics (or it is told not to, by --events=false)',
  grantedBy: 'role',
};

const nodeProxy: Right = {
  verbs: ['get'],
  group: core,
  resource: 'nodes/proxy',
  purpose: 'ask kubelets out of reach through the kube-apiserver, as --kubelet-via-node-proxy tells it to',
  grantedBy: 'component',
};

/** The rights that a server with these flags needs, whose own namespace is `namespace`. */
export function rightsFor(flags: ServerFlags, namespace: string): readonly Right[] {
  const { events: tells, viaNodeProxy, servingCaSecret, pinSecret } = flags;
  return [
    ...always,
    ...(tells ? [events] : []),
    ...(viaNodeProxy ? [nodeProxy] : []),
    ...(servingCaSecret ? rightsOfServingCa({ namespace, ...servingCaSecret }, flags.apiVersions) : []),
    ...(pinSecret ? rightsToKeep({ namespace, ...pinSecret }, 'remember the certificates of kubelets') : []),
  ];
}

function rightsOfServingCa(secret: ObjectRef, versions: readonly string[]): readonly Right[] {
  const purpose = 'keep caBundle of its APIServices in place, as --serving-ca=self-managed tells it to';
  const apiServices = versions.map((version): Right => {
    const name = `${version}.metrics.k8s.io`;
    const verbs = ['get', 'patch'];
    return { verbs, group: 'apiregistration.k8s.io', resource: 'apiservices', name, purpose, grantedBy: 'component' };
  });
  return [
    ...rightsToKeep(secret, 'share its CA between replicas, as --serving-ca=self-managed tells it to'),
    ...apiServices,
  ];
}

/** No name restricts `create`. */
function rightsToKeep({ namespace, name }: ObjectRef, purpose: string): readonly Right[] {
  const secrets = { group: core, resource: 'secrets', namespace, purpose, grantedBy: 'component' } as const;
  return [
    { ...secrets, verbs: ['create'] },
    { ...secrets, verbs: ['get', 'update'], name },
  ];
}

/** Asks for each right: whether we have it, or whether `account` has it, whose name is not ours. */
export async function judgeRights(
  reader: KubeReader,
  rights: readonly Right[],
  account: ObjectRef | 'ourselves',
): Promise<readonly JudgedRight[]> {
  return await sideBySide(rights, atOnce, async (right) => {
    const answers = await Promise.all(right.verbs.map((verb) => mayDo(reader, { ...right, verb }, account)));
    return { ...right, missing: missingOf(right.verbs, answers) };
  });
}

const atOnce = 8;

function mayDo(
  reader: KubeReader,
  { verb, group, resource: full, namespace, name }: Right & { readonly verb: string },
  account: ObjectRef | 'ourselves',
): Promise<Reading<boolean>> {
  const [resource, subresource] = full.split('/');
  const attributes = { verb, group, resource, subresource, namespace, name };
  const api = '/apis/authorization.k8s.io/v1';
  const asked =
    account === 'ourselves'
      ? reader.review(`${api}/selfsubjectaccessreviews`, reviewOf('SelfSubjectAccessReview', { attributes }))
      : reader.review(`${api}/subjectaccessreviews`, reviewOf('SubjectAccessReview', { attributes, account }));
  return asked.then((status) => mapSeen(status, (fields) => isTrueAt(fields, 'allowed')));
}

function reviewOf(
  kind: string,
  { attributes, account }: { readonly attributes: object; readonly account?: ObjectRef },
): object {
  const subject = account && { user: userOf(account), groups: groupsOf(account) };
  return {
    apiVersion: 'authorization.k8s.io/v1',
    kind,
    spec: { resourceAttributes: attributes, ...subject },
  };
}

/** The name of a ServiceAccount as a user. */
export const userOf = ({ namespace, name }: ObjectRef): string => `system:serviceaccount:${namespace}:${name}`;

const groupsOf = ({ namespace }: ObjectRef): readonly string[] => [
  'system:serviceaccounts',
  `system:serviceaccounts:${namespace}`,
  'system:authenticated',
];

function missingOf(verbs: readonly string[], answers: readonly Reading<boolean>[]): Reading<readonly string[]> {
  const silent = answers.find((answer) => answer.kind === 'unseen');
  if (silent !== undefined) return silent;
  const missing = verbs.filter((_, at) => answers[at]?.kind !== 'seen' || answers[at].value === false);
  return { kind: 'seen', value: missing };
}
