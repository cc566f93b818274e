import type { Clock } from '../lifecycle/clock.ts';
import { SharedClient } from '../scraper/collect/shared-client.ts';
import type { KubeletClient, KubeletTrust } from '../scraper/kubelet/kubelet-client.ts';
import { KubeletConnections } from '../scraper/kubelet/kubelet-connections.ts';
import type { KeyMemory } from '../scraper/kubelet/trust/key-memory.ts';
import type { Registry } from '../telemetry/exposition.ts';
import type { KubeletConfig } from './config.ts';
import type { Means } from './means.ts';
import { type KubeletCredentialsMeans, kubeletCredentials } from './trust/kubelet-credentials.ts';

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

/** Between two that asked at the same time by chance, connections are not kept for long. */
const sparePeriodMs = 1_000;

/** Who the client is for, beside the scraper. */
export interface SharedClientNeeds extends Pick<KubeletClientNeeds, 'pins'> {
  readonly opened: AsyncDisposableStack;
  readonly plan: { readonly askers: number } | undefined;
}

/** The client of all who ask kubelets; where they are several, each may be asked by two at the same time now and then. */
export function sharedClientOf(
  means: KubeletClientMeans & Pick<Means, 'registry'>,
  { pins, opened, plan }: SharedClientNeeds,
): KubeletClient {
  const clientOf = (needs: Omit<KubeletClientNeeds, 'pins'>): KubeletClient =>
    opened.use(kubeletClientOf(means, { ...needs, pins }));
  const first = clientOf({ periodMs: means.config.metricResolutionMs, registry: means.registry });
  if (plan === undefined) return first;
  const spare = (): KubeletClient => clientOf({ periodMs: sparePeriodMs });
  return new SharedClient([first, ...Array.from({ length: plan.askers - 1 }, spare)]);
}

function trustIn({ completelyInsecure, tls }: KubeletConfig, pins: KeyMemory | undefined): KubeletTrust {
  if (completelyInsecure) return 'plain-http';
  if (tls === 'insecure') return 'insecure-tls';
  return pins === undefined ? 'verified' : { pinnedIn: pins };
}
