import { type AggregationProxy, ownCall } from '../aggregation/aggregation-proxy.ts';
import type { ApiService } from '../aggregation/api-service.ts';
import { readJson } from '../aggregation/discovery-merge.ts';
import type { Call } from './call.ts';
import { isRecord } from './object-store.ts';
import { json, type Reply, refusal } from './reply.ts';

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

/**
 * `/openapi/v2`, as older kubectl reads it: what the first aggregated server describes, in the form the caller takes. A real
 * kube-apiserver describes its own types there too, and merges; all versions of one group come from one server here.
 */
export async function answerSwagger(
  { headers, signal }: Call,
  [first]: readonly ApiService[],
  proxy: AggregationProxy,
): Promise<Reply> {
  if (first === undefined) return refusal('NotFound', 'the server could not find the requested resource');
  return proxy.forward(ownCall('/openapi/v2', openapiUser, headers, signal), first);
}
