import { AuthenticationConfigMap } from '../kube/authentication-config.ts';
import { NodeCatalog } from '../kube/nodes.ts';
import { PodCatalog } from '../kube/pods.ts';
import type { WatchReader } from '../kube/watch/two-readers.ts';
import type { AuthenticationSource } from './authentication-loop.ts';
import { AuthenticationLoop } from './authentication-loop.ts';
import type { Means } from './means.ts';

/** What we know of the cluster from its kube-apiserver, each kept up to date by its own loop. */
export interface Catalogs {
  readonly nodes: NodeCatalog;
  readonly pods: PodCatalog;
  readonly authentication: AuthenticationLoop;
}

/** What they are built from. */
export type CatalogMeans = Pick<Means, 'connections' | 'clock' | 'log'> & {
  readonly config: Pick<Means['config'], 'authentication'>;
};

/** Who else reads the objects: they are asked for once, and whole only where somebody wants that. */
export interface ObjectReaders {
  readonly nodes: WatchReader<unknown>;
  readonly pods: WatchReader<unknown>;
}

/** The catalogs, empty until they run. */
export function catalogsOf({ config, connections, clock, log }: CatalogMeans, also?: ObjectReaders): Catalogs {
  const following = { connection: connections.core, clock };
  const nodes = new NodeCatalog({ ...following, log: log.named('nodes') }, also?.nodes);
  const pods = new PodCatalog({ ...following, log: log.named('pods') }, also?.pods);
  const authenticationLog = log.named('authentication');
  const source: AuthenticationSource | undefined = config.authentication.skipLookup
    ? undefined
    : new AuthenticationConfigMap({ connection: connections.authentication, clock, log: authenticationLog });
  const { tolerateLookupFailure } = config.authentication;
  const authentication = new AuthenticationLoop({ source, tolerateLookupFailure, clock, log: authenticationLog });
  return { nodes, pods, authentication };
}
