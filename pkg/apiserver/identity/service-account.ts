/** Where a service account lives and what it is called. */
export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
}

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** The service account that a user name means: `system:serviceaccount:<namespace>:<name>`; undefined for anybody else. */
export function serviceAccountOf(userName: string): ServiceAccount | undefined {
  const [system, kind, namespace = '', name = '', ...more] = userName.split(':', 5);
  if (system !== 'system' || kind !== 'serviceaccount' || more.length > 0) return undefined;
  return label.test(namespace) && name.length <= 253 && subdomain.test(name) ? { namespace, name } : undefined;
}
