import { arch, platform } from 'node:os';
import type { Clock } from '../../lifecycle/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import { apiserverConnector } from './connector.ts';
import type { ExchangeObserver } from './exchange-observer.ts';
import { agentClient } from './http/agent-client.ts';
import type { MakeHttpClient } from './http/http-client.ts';
import { HttpConnection } from './http-connection.ts';
import { LiveCredentials } from './identity/credentials.ts';
import { troubleWith } from './identity/credentials-check.ts';
import type { Credentials, Identity } from './identity/identity.ts';
import { inClusterIdentity, serviceAccountFolder } from './identity/in-cluster.ts';
import { kubeconfigIdentity } from './identity/kubeconfig.ts';
import { environmentProxy } from './proxy/proxy.ts';
import type { KubeConnection } from './transport.ts';

/** At most this many sockets: a handful of watches, and reviews side by side. */
const maxSockets = 32;

/** Where to look for an identity. */
export interface ConnectionOptions {
  /** Path of a kubeconfig file; absent = the identity of the pod we run in. */
  readonly kubeconfig?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Logger;
  /** Ours, for the User-Agent. */
  readonly version?: string;
  /** Where the ServiceAccount is mounted; only tests have it elsewhere. */
  readonly serviceAccountFolder?: string;
  /** Absent = requests are not counted. */
  readonly observer?: ExchangeObserver;
  /** Absent = Node.js's own, which is there anyway. */
  readonly makeClient?: MakeHttpClient;
}

/** A connection, or in one sentence why there is none and what would help. */
export type ConnectionOutcome =
  | { readonly kind: 'opened'; readonly connection: KubeConnection }
  | { readonly kind: 'failed'; readonly message: string };

/** Finds out who we are towards which kube-apiserver. Nothing is sent yet: that server may be down and come later. */
export async function openConnection(options: ConnectionOptions): Promise<ConnectionOutcome> {
  const { kubeconfig, environment, clock, log } = options;
  const outcome =
    kubeconfig === undefined
      ? await inClusterIdentity(environment, options.serviceAccountFolder ?? serviceAccountFolder)
      : await kubeconfigIdentity(kubeconfig);
  if (outcome.kind === 'unknown') return { kind: 'failed', message: outcome.message };

  const way = wayOf(outcome.identity, environment);
  if (way.kind === 'failed') return way;
  const { identity } = way;
  const { credentials: first } = outcome;
  const trouble = troubleWith(first);
  const source = kubeconfig === undefined ? 'the ServiceAccount' : `kubeconfig ${kubeconfig}`;
  if (trouble !== undefined) return { kind: 'failed', message: `${source}: ${trouble}` };
  warnOf(identity, first, log);

  const credentials = new LiveCredentials({ identity, first, clock, log });
  const userAgent = `metrics-server/${options.version ?? 'unknown'} (${platform()}/${arch()}) tacho`;
  const { observer, makeClient = agentClient } = options;
  const connect = apiserverConnector(identity, () => credentials.current);
  const client = await makeClient({ server: identity.server, connect, maxSockets });
  const means = { identity, credentials, client, userAgent, ...(observer === undefined ? {} : { observer }) };
  return { kind: 'opened', connection: new HttpConnection(means) };
}

/** Adds the proxy that the environment names, unless the kubeconfig names one. */
function wayOf(
  identity: Identity,
  environment: ConnectionOptions['environment'],
): { readonly kind: 'found'; readonly identity: Identity } | { readonly kind: 'failed'; readonly message: string } {
  try {
    const proxy = identity.proxy ?? environmentProxy(identity.server, environment);
    return { kind: 'found', identity: proxy === undefined ? identity : { ...identity, proxy } };
  } catch (cause) {
    return { kind: 'failed', message: cause instanceof Error ? cause.message : String(cause) };
  }
}

function warnOf({ server, insecureTls, proxy }: Identity, { token, basic }: Credentials, log: Logger): void {
  const secret = token !== undefined || basic !== undefined;
  const plain = server.startsWith('http:') && !/^http:\/\/(localhost|127\.|\[::1\])/.test(server);
  if (secret && plain) log.warn('Credentials are sent to the kube-apiserver unencrypted, use https', { server });
  if (proxy !== undefined) {
    log.info('The kube-apiserver is reached through a proxy', { server, proxy: `${proxy.host}:${proxy.port}` });
  }
  if (insecureTls)
    log.warn('The certificate of the kube-apiserver is not verified, as the kubeconfig asks', { server });
}
