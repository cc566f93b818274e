import { readFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { dirname, isAbsolute, join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { Cluster, User } from '@kubernetes/client-node/dist/config_types.js';
import { complaintOf } from '../complaint.ts';
import { parseProxy } from '../proxy/proxy.ts';
import type { Credentials, Identity, IdentityOutcome } from './identity.ts';

/** The identity that a kubeconfig file's current context names. */
export async function kubeconfigIdentity(path: string): Promise<IdentityOutcome> {
  try {
    const identity = await identityOf(path);
    return { kind: 'known', identity, credentials: await identity.read() };
  } catch (cause) {
    return {
      kind: 'unknown',
      message: `kubeconfig ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
    };
  }
}

async function identityOf(path: string): Promise<Identity> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Error(`cannot read the file: ${messageOf(cause)}`, { cause });
  });
  // Imported here because it is large (77 MB of memory) and a start inside a cluster never needs it.
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const config = new KubeConfig();
  try {
    config.loadFromString(text);
  } catch (cause) {
    throw new Error(`not a kubeconfig: ${complaintOf(cause)}`);
  }
  config.makePathsAbsolute(dirname(path));

  const { cluster, user, namespace } = currentOf(config);
  checkServer(cluster.server);
  const tokenFile = await tokenFileOf(text, user.name, dirname(path));
  const plugin = user.exec || user.authProvider ? await pluginFor(user) : undefined;
  return {
    server: cluster.server,
    insecureTls: cluster.skipTLSVerify,
    ...(cluster.tlsServerName ? { serverName: cluster.tlsServerName } : {}),
    ...(cluster.proxyUrl ? { proxy: parseProxy(cluster.proxyUrl) } : {}),
    ...(namespace ? { namespace } : {}),
    ...(user.impersonateUser ? { impersonate: user.impersonateUser } : {}),
    read: async () => ({ ...(await readFixed(cluster, user, tokenFile)), ...(await plugin?.read()) }),
    forget: () => plugin?.forget(),
  };
}

function currentOf(config: KubeConfig): { cluster: Cluster; user: User; namespace: string | undefined } {
  const name = config.getCurrentContext();
  const known = config.getContexts().map((context) => context.name);
  const cure = known.length === 0 ? 'it has no contexts' : `its contexts are ${known.join(', ')}`;
  if (!name) throw new Error(`current-context is not set; ${cure}`);
  const context = config.getContextObject(name);
  if (context === null) throw new Error(`current-context ${name} does not exist; ${cure}`);
  const cluster = config.getCluster(context.cluster);
  if (cluster === null) throw new Error(`context ${name} names cluster ${context.cluster}, which does not exist`);
  const user = context.user === undefined ? { name: '' } : config.getUser(context.user);
  if (user === null) throw new Error(`context ${name} names user ${context.user}, which does not exist`);
  return { cluster, user, namespace: context.namespace };
}

function checkServer(server: string): void {
  const url = URL.parse(server);
  if (url?.username || url?.password) throw new Error('server carries a user name or password: put them under users');
  if (url?.protocol === 'https:' || url?.protocol === 'http:') return;
  throw new Error(`server ${server} is not an https:// or http:// address`);
}

/** What stands in the file or in files it names: everything but what a plugin says. Data wins over files, as in kubectl. */
async function readFixed(cluster: Cluster, user: User, tokenFile: string | undefined): Promise<Credentials> {
  const [ca, cert, key, fileToken] = await Promise.all([
    pem(cluster.caData, cluster.caFile, 'certificate-authority'),
    pem(user.certData, user.certFile, 'client-certificate'),
    pem(user.keyData, user.keyFile, 'client-key'),
    tokenFile === undefined ? undefined : readNamed(tokenFile, 'tokenFile'),
  ]);
  const token = fileToken ?? user.token;
  return {
    ...(token ? { token: token.trim() } : {}),
    ...(user.username ? { basic: `${user.username}:${user.password ?? ''}` } : {}),
    ...(ca ? { ca } : {}),
    ...(cert ? { cert } : {}),
    ...(key ? { key } : {}),
  };
}

async function pem(data: string | undefined, file: string | undefined, what: string): Promise<string | undefined> {
  if (data) return Buffer.from(data, 'base64').toString();
  return file ? readNamed(file, what) : undefined;
}

async function readNamed(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Error(`cannot read ${what} ${path}: ${messageOf(cause)}`, { cause });
  }
}

/**
 * `users[].user.tokenFile`, which the library's loader ignores (it looks for `token-file`, and reads that once). To be
 * removed when the loader knows it.
 */
async function tokenFileOf(text: string, userName: string, folder: string): Promise<string | undefined> {
  if (!text.includes('tokenFile')) return undefined;
  const yaml = await import('js-yaml');
  const { users } = yaml.load(text) as { users?: readonly { name?: unknown; user?: { tokenFile?: unknown } }[] };
  const file = users?.find(({ name }) => name === userName)?.user?.tokenFile;
  if (typeof file !== 'string' || file === '') return undefined;
  return isAbsolute(file) ? file : join(folder, file);
}

interface Plugin {
  read(): Promise<Credentials>;
  forget(): void;
}

/** Credential plugins (`exec`, OIDC) as the library runs them. It remembers their answer until that expires. */
async function pluginFor(user: User): Promise<Plugin> {
  const { KubeConfig } = await import('@kubernetes/client-node/dist/config.js');
  const { exec, authProvider } = user;
  const load = (): KubeConfig => {
    const config = new KubeConfig();
    // A cluster of no account: only the user's part is asked for, and the agent made on the way is never used.
    config.loadFromClusterAndUser(
      { name: 'plugin', server: 'https://plugin.invalid', skipTLSVerify: false },
      { name: user.name, exec, authProvider },
    );
    return config;
  };
  let config = load();
  return {
    async read() {
      const options: RequestOptions = {};
      await config.applyToHTTPSOptions(options).catch((cause: unknown) => {
        throw new Error(`credential plugin of user ${user.name} failed: ${complaintOf(cause)}`);
      });
      return credentialsOf(options);
    },
    forget() {
      config = load();
    },
  };
}

function credentialsOf({ headers, cert, key }: RequestOptions): Credentials {
  const authorization = Object.entries(headers ?? {}).find(([name]) => name === 'Authorization')?.[1];
  const token = typeof authorization === 'string' ? authorization.replace(/^Bearer /, '') : undefined;
  return {
    ...(token ? { token: token.trim() } : {}),
    ...(cert ? { cert: String(cert) } : {}),
    ...(key ? { key: String(key) } : {}),
  };
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
