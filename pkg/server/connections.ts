import { type KubeConnection, openConnection } from '../kube/connection.ts';
import type { Config } from './config.ts';
import type { Surroundings } from './means.ts';

/** The ways to the kube-apiserver: for the catalogues and kubelets, for recognising callers, for allowing them. */
export interface Connections {
  readonly core: KubeConnection;
  readonly authentication: KubeConnection;
  readonly authorization: KubeConnection;
}

/** Opens the three connections into `opened`, one per kubeconfig; or says what is wrong with which flag. */
export async function openConnections(
  config: Config,
  surroundings: Surroundings,
  opened: AsyncDisposableStack,
): Promise<
  | { readonly kind: 'opened'; readonly connections: Connections }
  | { readonly kind: 'failed'; readonly problems: string[] }
> {
  const { clock, environment, release, log } = surroundings;
  const means = { clock, environment, version: release.version, log: log.named('kube') };
  const byPath = new Map<string | undefined, KubeConnection>();
  const problems: string[] = [];
  const open = async (flag: string, path: string | undefined): Promise<KubeConnection | undefined> => {
    const known = byPath.get(path);
    if (known !== undefined) return known;
    const outcome = await openConnection({ ...means, ...(path === undefined ? {} : { kubeconfig: path }) });
    if (outcome.kind === 'failed') {
      problems.push(`${flag}: ${outcome.message}`);
      return undefined;
    }
    byPath.set(path, opened.use(outcome.connection));
    return outcome.connection;
  };

  // Outside a cluster there is no identity of the pod to fall back on; the one given for everything else serves.
  const fallback = environment['KUBERNETES_SERVICE_HOST'] === undefined ? config.kubeconfig : undefined;
  const core = await open('--kubeconfig', config.kubeconfig);
  const authentication = await open('--authentication-kubeconfig', config.authentication.kubeconfig ?? fallback);
  const authorization = await open('--authorization-kubeconfig', config.authorization.kubeconfig ?? fallback);
  if (core === undefined || authentication === undefined || authorization === undefined)
    return { kind: 'failed', problems };
  return { kind: 'opened', connections: { core, authentication, authorization } };
}
