import type { Clock } from '../lifecycle/clock.ts';
import type { KubeletTrust } from '../scraper/kubelet/kubelet-client.ts';
import { KubeletConnections } from '../scraper/kubelet/kubelet-connections.ts';
import type { KeyMemory } from '../scraper/kubelet/trust/key-memory.ts';
import type { Registry } from '../telemetry/exposition.ts';
import type { KubeletConfig } from './config.ts';
import { type KubeletCredentialsMeans, kubeletCredentials } from './kubelet-credentials.ts';
import type { Means } from './means.ts';

/** Connections to kubelets live from one period to the next, with room for a slow one. */
const keepAlivePeriods = 3;

/** What it takes of everything there is. */
export type KubeletClientMeans = Pick<Means, 'config' | 'files' | 'log' | 'release'> & {
  readonly connections: { readonly core: KubeletCredentialsMeans['connection'] };
  readonly clock: Clock;
};

/** What a client is to know beside the configuration. */
export interface KubeletClientNeeds {
  readonly periodMs: number;
  /** Who remembers the keys of kubelets; absent = nobody. */
  readonly pins: KeyMemory | undefined;
  /** Where it is counted by what kubelets were accepted; absent = nowhere. */
  readonly registry?: Registry;
}

/** A client that asks each kubelet once per period. */
export function kubeletClientOf(
  means: KubeletClientMeans,
  { periodMs, pins, registry }: KubeletClientNeeds,
): KubeletConnections {
  const { config, files, connections, clock, log, release } = means;
  return new KubeletConnections({
    credentials: kubeletCredentials(config.kubelet, files, { connection: connections.core, log }),
    trust: trustIn(config.kubelet, pins),
    encoding: config.kubelet.compression === 'none' ? 'identity' : 'gzip',
    keepAliveMs: keepAlivePeriods * periodMs,
    clock,
    userAgent: `metrics-server/${release.version}`,
    ...(registry && { registry }),
  });
}

function trustIn({ completelyInsecure, tls }: KubeletConfig, pins: KeyMemory | undefined): KubeletTrust {
  if (completelyInsecure) return 'plain-http';
  if (tls === 'insecure') return 'insecure-tls';
  return pins === undefined ? 'verified' : { pinnedIn: pins };
}
