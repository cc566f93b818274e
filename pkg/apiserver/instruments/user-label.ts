import type { User } from '../../model/user.ts';

const namedUsers: ReadonlySet<string> = new Set([
  'admin',
  'client',
  'kube_proxy',
  'kubelet',
  'system:serviceaccount:kube-system:default',
]);

/** A user name as a label: few are told apart, so that neither series nor secrets grow with who asks. */
export function knownUser({ name }: Pick<User, 'name'>): string {
  if (namedUsers.has(name)) return name;
  return name.includes('@') ? 'email_id' : 'other';
}

/** Components of the control plane by the users they are; the controllers of one of them may have an account each. */
const systemClients: ReadonlyMap<string, string> = new Map([
  ['system:kube-controller-manager', 'kube-controller-manager'],
  ['system:serviceaccount:kube-system:horizontal-pod-autoscaler', 'kube-controller-manager'],
  ['system:serviceaccount:kube-system:namespace-controller', 'kube-controller-manager'],
  ['system:serviceaccount:kube-system:generic-garbage-collector', 'kube-controller-manager'],
  ['system:serviceaccount:kube-system:resourcequota-controller', 'kube-controller-manager'],
  ['system:kube-scheduler', 'kube-scheduler'],
]);

/** The component of the control plane that a user is; undefined for everybody else. */
export const systemClientOf = ({ name }: Pick<User, 'name'>): string | undefined => systemClients.get(name);
