import { UndiciKubeletClient } from '../scraper/kubelet/kubelet.ts';
import type { KubeletTrust } from '../scraper/kubelet/kubelet-client.ts';
import type { KubeletConfig } from './config.ts';
import { kubeletCredentials } from './kubelet-credentials.ts';
import type { Means } from './means.ts';

/** Connections to kubelets live from one period to the next, with room for a slow one. */
const keepAlivePeriods = 3;

/** A client that asks each kubelet once per period. */
export function kubeletClientOf(means: Means, periodMs: number): UndiciKubeletClient {
  const { config, files, connections, log, release } = means;
  return new UndiciKubeletClient({
    credentials: kubeletCredentials(config.kubelet, files, { connection: connections.core, log }),
    trust: trustIn(config.kubelet),
    keepAliveMs: keepAlivePeriods * periodMs,
    userAgent: `metrics-server/${release.version}`,
  });
}

function trustIn({ completelyInsecure, insecureTls }: KubeletConfig): KubeletTrust {
  if (completelyInsecure) return 'plain-http';
  return insecureTls ? 'insecure-tls' : 'verified';
}
