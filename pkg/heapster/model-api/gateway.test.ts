import assert from 'node:assert/strict';
import { it } from 'node:test';
import { madeRequest } from '../../apiserver/made-request.ts';
import { RouteTable } from '../../apiserver/router.ts';
import { toldCluster } from '../testing/told-cluster.ts';
import { gatewayRoutes } from './gateway.ts';
import { legacyApi } from './legacy-api.ts';

const labels = { nodeLabels: () => ({}), podLabels: () => ({}) };
const { routes } = legacyApi({ source: toldCluster(), labels, resolutionMs: 60_000, clock: { now: () => 0 } });
const table = new RouteTable(gatewayRoutes(routes, ['v1beta1', 'v1']));

async function ask(path: string, version = 'v1beta1'): Promise<string | undefined> {
  const request = madeRequest(`/apis/metrics.k8s.io/${version}/model?path=${encodeURIComponent(path)}`);
  const answer = await table.answer(request, request.path);
  return answer && `${answer.status} ${String(answer.body).trimEnd()}`;
}

it('the model can be read as a resource of every version that is served', async () => {
  assert.equal(await ask('/api/v1/model/nodes'), '200 ["node-a"]');
  assert.equal(await ask('/api/v1/model/nodes', 'v1'), '200 ["node-a"]');
  assert.equal(await ask('/api/v1/model/nodes', 'v2'), undefined);
});

it('its query goes along', async () => {
  const path = '/api/v1/model/metrics/cpu/usage_rate?start=2026-01-05T10:01:00Z';
  const series =
    '{"metrics":[{"timestamp":"2026-01-05T10:01:00Z","value":251}],"latestTimestamp":"2026-01-05T10:01:00Z"}';
  assert.equal(await ask(path), `200 ${series}`);
});

it('nothing else is behind it', async () => {
  assert.match((await ask('/metrics')) ?? '', /^400 path must be one of Heapster's/);
  assert.match((await ask('')) ?? '', /^400 /);
  assert.equal(await ask('/api/v1/pods'), '404 404: Page Not Found');
});
