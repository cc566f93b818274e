import { type AggregationProxy, ownCall } from '../aggregation/aggregation-proxy.ts';
import type { ApiService } from '../aggregation/api-service.ts';
import { readJson } from '../aggregation/discovery-merge.ts';
import { json, type Reply } from './reply.ts';
import { isRecord } from './writing.ts';

/** The user the kube-apiserver reads OpenAPI documents as. */
const openapiUser = { name: 'system:aggregator', groups: [], extra: {} };

/** `/openapi/v3`: what aggregated servers describe. The pretend kube-apiserver describes nothing of its own. */
export async function answerOpenapiRoot(
  apiServices: readonly ApiService[],
  proxy: AggregationProxy,
  signal: AbortSignal,
): Promise<Reply> {
  const documents = apiServices.map(async (apiService) => {
    const reply = await proxy.forward(ownCall('/openapi/v3', openapiUser, {}, signal), apiService);
    const document = await readJson(reply);
    if (reply.status !== 200 || !isRecord(document) || !isRecord(document.paths)) return [];
    const own = `apis/${apiService.group}/${apiService.version}`;
    return Object.entries(document.paths).filter(([path]) => path === own);
  });
  return json({ paths: Object.fromEntries((await Promise.all(documents)).flat()) });
}
