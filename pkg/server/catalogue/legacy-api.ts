import { plainRoute } from '../../apiserver/router.ts';
import { gatewayRoutes } from '../../heapster/model-api/gateway.ts';
import { type LegacyApi, legacyApi } from '../../heapster/model-api/legacy-api.ts';
import { legacyHealth } from '../../heapster/model-api/legacy-health.ts';
import type { ModelSource } from '../../heapster/model-source.ts';
import type { NodeCatalog } from '../../kube/nodes.ts';
import type { PodCatalog } from '../../kube/pods.ts';
import { expositionContentType } from '../../telemetry/exposition.ts';
import type { CatalogueConfig } from '../config.ts';
import type { Means } from '../means.ts';
import { LegacyPort } from './legacy-port.ts';

/** Heapster's API, and the plain port where one is wanted. */
export interface LegacyServing {
  readonly api: LegacyApi;
  readonly loops: readonly LegacyPort[];
}

/** Whom the API asks. */
export interface LegacySources {
  readonly model: ModelSource;
  readonly nodes: Pick<NodeCatalog, 'get'>;
  readonly pods: Pick<PodCatalog, 'get'>;
}

/** Plugs Heapster's API over the model; beside it, on the plain port only, its health and the metrics of our own. */
export function legacyServing(config: CatalogueConfig, sources: LegacySources, means: Means): LegacyServing {
  const { model, nodes, pods } = sources;
  const { clock, registry } = means;
  const { resolutionMs, legacyPort } = config;
  const parts = { source: model, resolutionMs, clock };
  const labels = {
    nodeLabels: (name: string) => nodes.get(name)?.labels,
    podLabels: (namespace: string, name: string) => pods.get(namespace, name)?.labels,
  };
  const made = legacyApi({ ...parts, labels });
  const api = { ...made, routes: [...made.routes, ...gatewayRoutes(made.routes, means.config.apiVersions)] };
  if (legacyPort === undefined) return { api, loops: [] };
  const headers = { 'Content-Type': expositionContentType };
  const routes = [
    plainRoute('/healthz', () => legacyHealth(parts)),
    plainRoute('/metrics', () => ({ status: 200, headers, body: registry.chunks() })),
    ...made.routes,
  ];
  const { requestTimeoutMs } = means.config.generic;
  const log = means.log.named('legacy-port');
  return { api, loops: [new LegacyPort({ ...legacyPort, routes, requestTimeoutMs, clock, log })] };
}
