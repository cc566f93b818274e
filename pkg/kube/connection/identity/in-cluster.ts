import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import type { Credentials, IdentityOutcome } from './identity.ts';

/** Where the kubelet mounts a pod's ServiceAccount. */
export const serviceAccountFolder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** The identity of the pod we run in: its ServiceAccount's token and the cluster's CA. */
export async function inClusterIdentity(
  environment: Readonly<Record<string, string | undefined>>,
  folder: string,
): Promise<IdentityOutcome> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = environment;
  if (host === undefined || host === '' || port === undefined || port === '') {
    const missing = 'KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set, so this is no pod of a cluster';
    return { kind: 'unknown', message: `${missing}: name a kubeconfig file with --kubeconfig` };
  }
  const read = (): Promise<Credentials> => readServiceAccount(folder);
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  try {
    const [credentials, namespace] = await Promise.all([read(), readNamespace(folder)]);
    const identity = { server, insecureTls: false, ...(namespace && { namespace }), read, forget: () => undefined };
    return { kind: 'known', identity, credentials };
  } catch (cause) {
    return { kind: 'unknown', message: cause instanceof Error ? cause.message : String(cause) };
  }
}

async function readServiceAccount(folder: string): Promise<Credentials> {
  const [token, ca] = await Promise.all(['token', 'ca.crt'].map((name) => readMounted(join(folder, name))));
  if (token === undefined || token.trim() === '') throw new Error(`${join(folder, 'token')} is empty`);
  return { token: token.trim(), ca: ca ?? '' };
}

/** A projected ServiceAccount may leave it out; then nobody needs it. */
async function readNamespace(folder: string): Promise<string> {
  const text = await readFile(join(folder, 'namespace'), 'utf8').catch(() => '');
  return text.trim();
}

async function readMounted(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const cure = 'the pod needs its ServiceAccount mounted (automountServiceAccountToken)';
    throw new Error(`cannot read ${path}: ${cure}, or name a kubeconfig file with --kubeconfig`, { cause });
  }
}
