import type { KubeConnection } from '../../pkg/kube/connection/transport.ts';

/** One object of metrics.k8s.io, as far as a viewer needs it. */
export interface MetricsItem {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly usage?: ResourceUsage;
  readonly containers?: readonly { readonly name: string; readonly usage: ResourceUsage }[];
}

/** Quantities as the API prints them. */
export interface ResourceUsage {
  readonly cpu: string;
  readonly memory: string;
}

/** How much of the cluster has metrics so far. */
export interface Coverage {
  readonly nodes: number;
  readonly nodesWithMetrics: number;
  readonly pods: number;
  readonly podsWithMetrics: number;
}

/** Reads metrics the way kubectl does: through the aggregation layer of the kube-apiserver. */
export class MetricsReader {
  readonly #connection: KubeConnection;

  constructor(connection: KubeConnection) {
    this.#connection = connection;
  }

  nodes(signal: AbortSignal): Promise<readonly MetricsItem[]> {
    return this.#items('/apis/metrics.k8s.io/v1beta1/nodes', signal);
  }

  pods(signal: AbortSignal): Promise<readonly MetricsItem[]> {
    return this.#items('/apis/metrics.k8s.io/v1beta1/pods', signal);
  }

  /** Counts what is there against what could be. While the API is away, nothing has metrics. */
  async coverage(signal: AbortSignal): Promise<Coverage> {
    const [nodes, pods, nodesWithMetrics, podsWithMetrics] = await Promise.all([
      this.#items('/api/v1/nodes', signal),
      this.#items('/api/v1/pods', signal, { fieldSelector: 'status.phase=Running' }),
      this.nodes(signal),
      this.pods(signal),
    ]);
    return {
      nodes: nodes.length,
      nodesWithMetrics: nodesWithMetrics.length,
      pods: pods.length,
      podsWithMetrics: podsWithMetrics.length,
    };
  }

  async #items(
    path: string,
    signal: AbortSignal,
    query: Readonly<Record<string, string>> = {},
  ): Promise<MetricsItem[]> {
    using response = await this.#connection.request({ method: 'GET', path, query, signal });
    if (response.status !== 200) return [];
    const { items } = (await response.json()) as { items: MetricsItem[] };
    return items;
  }
}
