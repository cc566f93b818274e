import type { Kubectl } from './kubectl.ts';

/** Quantities as the API prints them. */
export interface Usage {
  readonly cpu: string;
  readonly memory: string;
  readonly swap?: string;
}

interface Metrics {
  /** The moment of the later sample, cut to the second. */
  readonly timestamp: string;
  /** From the earlier sample to the later, as Go prints durations. */
  readonly window: string;
}

export interface NodeMetrics extends Metrics {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly usage: Usage;
}

export interface PodMetrics extends Metrics {
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly containers: readonly { readonly name: string; readonly usage: Usage }[];
}

/** Where the API is, on any cluster. */
export const metricsPath = '/apis/metrics.k8s.io/v1beta1';

/** The NodeMetrics, by a query such as `?labelSelector=a%3Db` if need be. */
export async function nodeMetrics(kubectl: Kubectl, query = ''): Promise<readonly NodeMetrics[]> {
  const list = (await kubectl.read(`${metricsPath}/nodes${query}`)) as { readonly items: NodeMetrics[] };
  return list.items;
}

/** The PodMetrics of all namespaces, by a query if need be. */
export async function podMetrics(kubectl: Kubectl, query = ''): Promise<readonly PodMetrics[]> {
  const list = (await kubectl.read(`${metricsPath}/pods${query}`)) as { readonly items: PodMetrics[] };
  return list.items;
}

/** `namespace/name`. */
export const keyOf = ({ metadata }: { readonly metadata: { readonly namespace: string; readonly name: string } }) =>
  `${metadata.namespace}/${metadata.name}`;

/** The name of each, in order of the alphabet. */
export const namesOf = (items: readonly { readonly metadata: { readonly name: string } }[]): string[] =>
  items.map(({ metadata }) => metadata.name).sort();

/** How old what it says is, in seconds. */
export const ageSeconds = ({ timestamp }: Metrics): number => (Date.now() - Date.parse(timestamp)) / 1000;
