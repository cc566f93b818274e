import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { madeRequest } from '../../apiserver/made-request.ts';
import { RouteTable } from '../../apiserver/router.ts';
import { parseQuantity } from '../../model/quantity.ts';
import { rounds, toldCluster } from '../testing/told-cluster.ts';
import { legacyApi } from './legacy-api.ts';

/** What clients of old ask, word for word, and what they do with the answer: each breaks where one of these does not hold. */

const labels = {
  nodeLabels: () => ({ zone: 'a' }),
  podLabels: (_: string, pod: string) => ({ app: 'web', pod }),
};
const clock = { now: () => (rounds[1] ?? 0) + 20_000 };
const { routes } = legacyApi({ source: toldCluster(), labels, resolutionMs: 60_000, clock });
const table = new RouteTable(routes);

interface Series {
  readonly metrics: readonly { readonly timestamp: string; readonly value: number; readonly floatValue?: number }[];
  readonly latestTimestamp: string;
}

interface Curve {
  readonly dataPoints: readonly unknown[];
  readonly metricPoints: readonly { readonly timestamp: string; readonly value: number }[];
  readonly metricName: string;
  readonly uids: readonly string[];
}

interface Usage {
  readonly metadata: { readonly name: string };
  readonly usage: { readonly cpu: string; readonly memory: string };
  readonly containers: readonly { readonly name: string; readonly usage: Usage['usage'] }[];
}

describe('kubernetes-dashboard up to 1.10', () => {
  for (const metric of ['cpu/usage_rate', 'memory/usage'])
    it(`finds a curve for each pod of a list, in the order of the list: ${metric}`, async () => {
      const path = `/api/v1/model/namespaces/shop/pod-list/web-2,gone,web-1/metrics/${metric}`;
      const { items } = await read<{ items: readonly Series[] }>(path);
      assert.equal(items.length, 3, 'as many as it asked for');
      const curves = items.map(({ metrics }) =>
        metrics.map(({ timestamp, value }) => [Date.parse(timestamp) / 1000, Math.max(0, value)]),
      );
      const [first, second] = rounds.map((at) => at / 1000);
      assert.deepEqual(curves[1], [], 'a pod that is not there has no points');
      const wanted = metric === 'memory/usage' ? [52_428_800, 52_428_800] : [137, 142];
      assert.deepEqual(curves[2], [
        [first, wanted[0]],
        [second, wanted[1]],
      ]);
      assert.equal(items[1]?.latestTimestamp, '0001-01-01T00:00:00Z');
    });

  it('finds the curves of a node, one request for each', async () => {
    const { metrics, latestTimestamp } = await read<Series>('/api/v1/model/nodes/node-a/metrics/cpu/usage_rate');
    assert.deepEqual(
      metrics.map(({ value }) => value),
      [255, 255],
    );
    assert.equal(Date.parse(latestTimestamp), rounds[1]);
  });
});

describe('kubernetes-dashboard 2', () => {
  for (const [metric, name] of [
    ['cpu/usage_rate', 'cpu'],
    ['memory/usage', 'memory'],
  ] as const)
    it(`finds a curve for each pod of a list by its name: ${metric}`, async () => {
      const path = `/api/v1/dashboard/namespaces/shop/pod-list/gone,web-1/metrics/${metric}`;
      const { items } = await read<{ items: readonly Curve[] }>(path);
      assert.equal(items.length, 2, 'as many as it asked for');
      const curve = items.find(({ uids }) => uids[0] === 'web-1');
      assert.equal(curve?.metricName, name);
      assert.deepEqual(curve?.dataPoints, []);
      assert.deepEqual(
        curve?.metricPoints.map(({ timestamp }) => Date.parse(timestamp)),
        rounds,
      );
      assert.deepEqual(items.find(({ uids }) => uids[0] === 'gone')?.metricPoints, []);
    });

  it('finds the curve of a node', async () => {
    const { items } = await read<{ items: readonly Curve[] }>('/api/v1/dashboard/nodes/node-a/metrics/cpu/usage_rate');
    assert.deepEqual(
      items.map(({ uids, metricPoints }) => [uids, metricPoints.map(({ value }) => value)]),
      [[['node-a'], [255, 255]]],
    );
  });
});

describe('kubectl top of old', () => {
  it('reads nodes, all or one, with a slash at the end', async () => {
    const { items } = await read<{ items: readonly Usage[] }>('/apis/metrics/v1alpha1/nodes/');
    assert.deepEqual(items.map(amounts), [['node-a', 0.255, 2 ** 30]]);
    assert.deepEqual(amounts(await read<Usage>('/apis/metrics/v1alpha1/nodes/node-a/')), ['node-a', 0.255, 2 ** 30]);
  });

  it('reads the pods of a namespace by label, and one by name, container by container', async () => {
    const root = '/apis/metrics/v1alpha1/namespaces/shop/pods';
    const { items } = await read<{ items: readonly Usage[] }>(`${root}?labelSelector=app%3Dweb`);
    // The other has used nothing that could be measured yet.
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      ['web-1'],
    );
    const { metadata, containers } = await read<Usage>(`${root}/web-1`);
    assert.deepEqual(
      containers.map((container) => amounts({ ...container, metadata, containers })),
      [['web-1', 0.137, 52_428_800]],
    );
    const missing = await ask(`${root}/gone`);
    assert.equal(missing.status, 404);
  });
});

describe('autoscalers of old', () => {
  it('average what the newest minute says, of as many pods as they asked for', async () => {
    const start = new Date(clock.now() - 300_000).toISOString().replace('.000', '');
    const path = `/api/v1/model/namespaces/shop/pod-list/web-1,web-2/metrics/cpu/usage_rate?start=${start}`;
    const { items } = await read<{ items: readonly Series[] }>(path);
    assert.equal(items.length, 2);
    const newest = Math.max(...items.map(({ latestTimestamp }) => Date.parse(latestTimestamp)));
    const values = items.flatMap(({ metrics }) =>
      metrics
        .filter(({ timestamp }) => newest - Date.parse(timestamp) < 60_000)
        .map(({ value, floatValue }) => floatValue ?? value),
    );
    assert.deepEqual(values, [142]);
  });
});

function amounts({ metadata, usage }: Usage): readonly [string, number, number] {
  return [metadata.name, amountOf(usage.cpu), amountOf(usage.memory)];
}

function amountOf(text: string): number {
  const read = parseQuantity(text);
  assert.ok(read.kind === 'quantity', text);
  return Number(read.quantity.nanos) / 1e9;
}

async function read<Answer>(path: string): Promise<Answer> {
  const { status, body } = await ask(path);
  assert.equal(status, 200, path);
  return JSON.parse(body) as Answer;
}

async function ask(path: string): Promise<{ readonly status: number; readonly body: string }> {
  const request = madeRequest(path);
  const answer = await table.answer(request, request.path);
  assert.ok(answer, path);
  return { status: answer.status, body: String(answer.body) };
}
