import type { ClusterCertificates } from './certificates-kit.ts';
import type { TokenUsers } from './kube-apiserver/identity.ts';
import { mayDo, metricsServerAccount, type Right } from './kube-apiserver/rights.ts';
import type { TokenVerdict } from './kubelets/running-kubelets.ts';

/** Who each of a cluster's tokens belongs to. */
export function tokenUsers({ tokens }: ClusterCertificates): TokenUsers {
  const groups = ['system:authenticated'];
  return new Map([
    [tokens.admin, { name: 'admin', groups: ['system:masters', ...groups], extra: {} }],
    [tokens.viewer, { name: 'viewer', groups, extra: {} }],
    [tokens.nobody, { name: 'nobody', groups, extra: {} }],
    [
      tokens['metrics-server'],
      {
        name: metricsServerAccount,
        uid: '5f3c1d1e-0000-4000-8000-6d6574726963',
        groups: ['system:serviceaccounts', 'system:serviceaccounts:kube-system', ...groups],
        extra: {},
      },
    ],
  ]);
}

/** What a kubelet that asks the kube-apiserver thinks of a token: reading metrics takes `get nodes/metrics`. */
export function kubeletVerdict(token: string, users: TokenUsers, rights: readonly Right[]): TokenVerdict {
  const user = users.get(token);
  if (user === undefined) return false;
  const wanted = { verb: 'get', group: '', version: 'v1', resource: 'nodes', subresource: 'metrics' } as const;
  return mayDo(rights, user, { kind: 'resource', ...wanted }) || { forbiddenFor: user.name };
}
