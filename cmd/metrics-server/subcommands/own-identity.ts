import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { SubcommandMeans } from './subcommand.ts';

/** With whose identity a subcommand asks: that of a kubeconfig, or of the pod it runs in. */
export type OwnIdentity = { readonly kind: 'kubeconfig'; readonly path: string } | { readonly kind: 'pod' };

/** The kubeconfig a flag names; else the pod, where this is one; else what kubectl would take. */
export function ownIdentity(flag: string, environment: SubcommandMeans['environment']): OwnIdentity {
  if (flag !== '') return { kind: 'kubeconfig', path: flag };
  if (environment['KUBERNETES_SERVICE_HOST']) return { kind: 'pod' };
  const named = (environment['KUBECONFIG'] ?? '').split(delimiter).filter(Boolean);
  const usual = join(environment['HOME'] || homedir(), '.kube', 'config');
  const path = named.find((one) => existsSync(one)) ?? named[0] ?? (existsSync(usual) ? usual : undefined);
  return path === undefined ? { kind: 'pod' } : { kind: 'kubeconfig', path };
}
