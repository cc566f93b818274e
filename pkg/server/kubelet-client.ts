import type { KubeletTrust } from '../scraper/kubelet/kubelet-client.ts';
import { KubeletConnections } from '../scraper/kubelet/kubelet-connections.ts';
import type { KeyMemory } from '../scraper/kubelet/trust/key-memory.ts';
import type { Registry } from '../telemetry/exposition.ts';
import type { KubeletConfig } from './config.ts';
import { kubeletCredentials } from './kubelet-credentials.ts';
import type { Means } from './means.ts';

/** Connections to kubelets live from one period to the next, with room for a slow one. */
const keepAlivePeriods = 3;

/** What a client is to know beside the configuration. */
export interface KubeletClientNeeds {
  readonly periodMs: number;
  /** Who remembers the keys of kubelets; absent = nobody. */
  readonly pins: KeyMemory | undefined;
  /** Where it is counted by what kubelets were accepted; absent = nowhere. */
  readonly registry?: Registry;
}

/** A client that asks each kubelet once per period. */
export function kubeletClientOf(means: Means, { periodMs, pins, registry }: KubeletClientNeeds): KubeletConnections {
  const { config, files, connections, clock, log, release } = means;
  return new KubeletConnections({
    credentials: kubeletCredentials(config.kubelet, files, { connection: connections.core, log }),
    trust: trustIn(config.kubelet, pins),
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
