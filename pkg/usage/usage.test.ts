import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { madeRequest } from '../apiserver/made-request.ts';
import { RouteTable } from '../apiserver/router.ts';
import { gatewayRoutes } from '../heapster/model-api/gateway.ts';
import { legacyApi } from '../heapster/model-api/legacy-api.ts';
import { rounds, toldCluster } from '../heapster/testing/told-cluster.ts';
import type { KubeRequest, KubeResponse, KubeTransport } from '../kube/connection/transport.ts';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import { explainPod } from './explain-pod.ts';
import { gatherUsage } from './gather-usage.ts';
import { ModelClient } from './model-client.ts';
import { podAccount } from './pod-account.ts';
import { sparkline } from './sparkline.ts';
import { untoldNodes } from './untold-nodes.ts';
import { usageJson } from './usage-json.ts';
import { sorted, type UsageKind, type UsageRow } from './usage-row.ts';
import { usageTable } from './usage-table.ts';

const now = (rounds[1] ?? 0) + 20_000;
const clock = new WoundClock(now);
const hourMs = 3_600_000;
const never = new AbortController().signal;

describe('usage', () => {
  it('of nodes is what the model tells: now, peak and curve', async () => {
    assert.deepEqual(await tableOf('nodes'), [
      'NAME     CPU  %  LAST 1h       PEAK  MEMORY  %  LAST 1h         PEAK',
      'node-a  255m  -             █  255m  1024Mi  -             █  1024Mi',
    ]);
  });

  it('of pods names their namespaces; what nobody knows is a dash', async () => {
    const rows = await tableOf('pods');
    assert.match(rows[1] ?? '', /^shop +web-1 +142m .* 142m +- /);
    assert.match(rows[2] ?? '', /^shop +web-2 +- /);
    assert.equal(rows.length, 3);
  });

  it('of namespaces and of the cluster has no shares of namespaces', async () => {
    assert.match((await tableOf('namespaces'))[1] ?? '', /^shop +137m/);
    const [head, row] = await tableOf('cluster');
    assert.match(head ?? '', /^NAME +CPU +%/);
    assert.match(row ?? '', /^cluster +251m/);
  });

  it('with --requests says how much of requests and limits is used', () => {
    const usage = { points: [], now: 150, request: 100, limit: 600 };
    const memory = { points: [], now: 3 * 2 ** 20, request: 0 };
    const options = { of: 'pods', requests: true, sinceMs: hourMs, sinceText: '1h', now } as const;
    const [head, row] = usageTable([{ namespace: 'shop', name: 'web', cpu: usage, memory }], options).split('\n');
    assert.match(
      head ?? '',
      /CPU +LAST 1h +PEAK +REQUEST +%REQ +LIMIT +%LIM +MEMORY +LAST 1h +PEAK +REQUEST +%REQ +LIMIT/,
    );
    assert.match(row ?? '', /^shop +web +150m +- +100m +150% +600m +25% +3Mi +- +0Mi +- +- +-$/);
  });

  it('shows nothing as the value of now that is older than ten minutes', async () => {
    const model = new ModelClient({ transport: transportOf(answerOfModel), clock, timeoutMs: 10_000 });
    const of = async (later: number) => {
      const question = { of: 'cluster', sinceMs: hourMs, now: (rounds[1] ?? 0) + later } as const;
      const gathered = await gatherUsage(model, question, never);
      assert.ok(gathered.kind === 'told');
      return gathered.value[0]?.cpu;
    };
    assert.equal((await of(600_000))?.now, 251);
    const late = await of(600_001);
    assert.equal(late?.now, undefined);
    assert.equal(late?.peak, 251, 'what was is still known');
  });

  it('as JSON has every point, and nothing that is not known', async () => {
    const rows = await rowsOf('pods');
    const { items } = JSON.parse(usageJson(rows, 'pods', '1h'));
    assert.deepEqual(items[0].cpu, {
      unit: 'millicores',
      now: 142,
      peak: 142,
      points: [
        { timestamp: '2026-01-05T10:00:00.000Z', value: 137 },
        { timestamp: '2026-01-05T10:01:00.000Z', value: 142 },
      ],
    });
    assert.deepEqual(items[1].cpu, { unit: 'millicores', points: [] });
  });

  it('asks for many names at once, a few requests at a time, and tells how far it is', async () => {
    const names = Array.from({ length: 250 }, (_, at) => `n${String(at).padStart(3, '0')}`);
    const asked: string[] = [];
    let most = 0;
    let open = 0;
    const transport = transportOf(async ({ query }) => {
      const path = query?.['path'] ?? '';
      asked.push(path);
      most = Math.max(most, ++open);
      await new Promise((resolve) => setImmediate(resolve));
      open--;
      return [200, path.endsWith('/nodes') ? JSON.stringify(names) : '{"items":[]}'];
    });
    const progress: string[] = [];
    const onProgress = (done: number, all: number): void => void progress.push(`${done}/${all}`);
    const model = new ModelClient({ transport, clock, timeoutMs: 10_000 });
    const gathered = await gatherUsage(model, { of: 'nodes', sinceMs: hourMs, now, onProgress }, never);
    assert.ok(gathered.kind === 'told');
    assert.deepEqual(
      gathered.value.map(({ name }) => name),
      names,
    );
    assert.ok(most <= 4, `${most} at once`);
    assert.deepEqual(progress, ['1/3', '2/3', '3/3']);
    assert.equal(asked.length, 1 + 3 * 10);
  });

  it('goes back as far as it is told, in curves as in peaks', async () => {
    const asked: string[] = [];
    const transport = transportOf(async (request) => {
      asked.push(request.query?.['path'] ?? '');
      return await answerOfModel(request);
    });
    const model = new ModelClient({ transport, clock, timeoutMs: 10_000 });
    const of = async (sinceMs: number) => {
      const gathered = await gatherUsage(model, { of: 'cluster', sinceMs, now }, never);
      assert.ok(gathered.kind === 'told');
      return gathered.value[0]?.cpu;
    };
    // The cluster used 250 m, 80 s ago, and 251 m a minute later.
    const since80s = await of(80_000);
    assert.deepEqual(
      since80s?.points.map(({ value }) => value),
      [250, 251],
    );
    assert.deepEqual(
      (await of(79_999))?.points.map(({ value }) => value),
      [251],
    );
    const start = encodeURIComponent(new Date(now - 79_999).toISOString());
    const curves = asked.filter((path) => path.includes('/historical/') && path.includes('usage_rate'));
    assert.equal(curves.length, 4);
    for (const path of curves.slice(2)) assert.ok(path.includes(decodeURIComponent(start)), path);
  });

  it('that cannot be had says why, and what would help', async () => {
    const rows = [
      [404, '{}', /no Model API: start it with --catalogue/],
      [403, '{"message":"no, and\\n no"}', /grant the verb list on the resource model.*; the answer was: no, and no$/],
      [503, 'service unavailable', /kubectl describe apiservice/],
      [500, 'broken', /answered 500: broken/],
    ] as const;
    for (const [status, body, message] of rows) {
      const model = new ModelClient({
        transport: transportOf(async () => [status, body]),
        clock,
        timeoutMs: 10_000,
      });
      const gathered = await gatherUsage(model, { of: 'nodes', sinceMs: hourMs, now }, never);
      assert.ok(gathered.kind === 'failed');
      assert.match(gathered.message, message);
    }
  });
});

it('any one request that fails is told, and nothing half is shown', async () => {
  for (const part of ['metrics-aggregated/max/cpu', 'cpu/request', 'cpu/limit', 'memory/node_allocatable']) {
    const transport = transportOf(async (request) =>
      (request.query?.['path'] ?? '').includes(part) ? [500, 'broken'] : await answerOfModel(request),
    );
    const model = new ModelClient({ transport, clock, timeoutMs: 10_000 });
    const gathered = await gatherUsage(model, { of: 'nodes', sinceMs: hourMs, now }, never);
    assert.deepEqual(gathered, { kind: 'failed', message: 'the Model API answered 500: broken' }, part);
  }
});

describe('rows', () => {
  it('are sorted by amounts downwards, unknown ones last, equal ones by name', () => {
    const row = (name: string, millicores?: number): UsageRow => ({
      name,
      cpu: { points: [], ...(millicores !== undefined && { now: millicores }) },
      memory: { points: [] },
    });
    const rows = [row('a', 5), row('b'), row('c', 9), row('d', 5)];
    assert.deepEqual(
      sorted(rows, 'cpu').map(({ name }) => name),
      ['c', 'a', 'd', 'b'],
    );
    assert.equal(sorted(rows, 'name'), rows);
  });

  it('are sorted by what the key says: CPU or memory, of now or at its peak', () => {
    const figures: readonly (readonly [string, cpu: number, peak: number, memory: number, memoryPeak: number])[] = [
      ['a', 4, 1, 2, 3],
      ['b', 3, 4, 1, 2],
      ['c', 2, 3, 4, 1],
      ['d', 1, 2, 3, 4],
    ];
    const rows = figures.map(
      ([name, cpu, peak, memory, memoryPeak]): UsageRow => ({
        name,
        cpu: { points: [], now: cpu, peak },
        memory: { points: [], now: memory, peak: memoryPeak },
      }),
    );
    for (const [key, order] of [
      ['cpu', 'abcd'],
      ['cpu-peak', 'bcda'],
      ['memory', 'cdab'],
      ['memory-peak', 'dabc'],
    ] as const)
      assert.equal(
        sorted(rows, key)
          .map(({ name }) => name)
          .join(''),
        order,
      );
  });
});

describe('a curve', () => {
  const span = { start: 0, end: 80, width: 8 };
  const points = (...values: readonly (number | undefined)[]) =>
    values.flatMap((value, at) => (value === undefined ? [] : [{ at: at * 10 + 5, value }]));

  it('rises from zero to the largest, and is blank where nothing is known', () => {
    assert.equal(sparkline(points(0, 1, 2, 3, 4, 5, 6, 7), span), '▁▂▃▄▅▆▇█');
    assert.equal(sparkline(points(7, 7, undefined, 7, undefined), span), '██ █    ');
  });

  it('holds a value until the next is due where points are further apart than columns, and no longer', () => {
    const every20 = (...at: readonly number[]) => at.map((each) => ({ at: each, value: 7 }));
    assert.equal(sparkline(every20(5, 25, 45, 65), span), '████████');
    // One is missing at 45; and nothing is held beyond when the next one was due.
    assert.equal(sparkline(every20(5, 15, 25, 35, 65, 75), span), '████  ██');
    assert.equal(sparkline(every20(5, 25), span), '███     ');
    assert.equal(sparkline(every20(5, 25, 45, 55), span).trimEnd(), '██████');
  });

  it('of zeros is a line, of nothing is blank, and what lies outside does not count', () => {
    assert.equal(sparkline(points(0, 0), span), '▁▁      ');
    assert.equal(
      sparkline(
        [
          { at: -1, value: 5 },
          { at: 81, value: 5 },
        ],
        span,
      ),
      '        ',
    );
    assert.equal(sparkline([{ at: 80, value: 5 }], span), '       █');
  });
});

describe('the account of a pod', () => {
  const pod = JSON.stringify({
    spec: { nodeName: 'node-a', containers: [{ name: 'nginx' }] },
    status: { phase: 'Running' },
  });
  const metrics = JSON.stringify({
    timestamp: '2026-01-05T10:01:00Z',
    window: '15.2s',
    containers: [{ name: 'nginx', usage: { cpu: '137m', memory: '50Mi' } }],
  });
  const asked = async (ofMetrics: readonly [number, string]) => {
    const transport = transportOf(async (request) => {
      if (request.path.startsWith('/api/v1/namespaces/shop/pods/web-1')) return [200, pod];
      if (request.path.startsWith('/api/v1/')) return [404, '{"message":"pods \\"gone\\" not found"}'];
      return request.path.endsWith('/pods/web-1') ? ofMetrics : await answerOfModel(request);
    });
    const model = new ModelClient({ transport, clock, timeoutMs: 10_000 });
    return (name: string) =>
      podAccount({ transport, model, clock, timeoutMs: 10_000 }, { namespace: 'shop', name }, never);
  };

  it('says by which node, when, over which window, and what memory is made of', async () => {
    const told = await (await asked([200, metrics]))('web-1');
    assert.ok(told.kind === 'told');
    const lines = explainPod(told.value, now).split('\n');
    assert.equal(lines[0], 'Pod shop/web-1, Running, on node node-a');
    assert.ok(lines.includes('  nginx      137m    50Mi'), lines.join('\n'));
    assert.ok(
      lines.some((line) => line.includes('kubelet of node-a at 2026-01-05T10:01:00.000Z by its clock, 20s ago')),
    );
    assert.ok(lines.some((line) => line.includes('the mean of the 15.2s before')));
    assert.ok(lines.includes('  CACHE needs --catalogue-cadvisor.'));
    assert.ok(
      lines.some((line) => /^ {2}nginx +50Mi +- +- +-$/.test(line)),
      lines.join('\n'),
    );
    assert.ok(
      lines.some((line) => /^ {2}\(whole pod\) +- +50Mi +- +-$/.test(line)),
      lines.join('\n'),
    );
  });

  it('names containers in the order of the spec, and sidecars too, which are init containers that stay', async () => {
    const spec = {
      containers: [{ name: 'web' }, { name: 'app' }],
      initContainers: [{ name: 'setup' }, { name: 'proxy', restartPolicy: 'Always' }],
    };
    const usage = { cpu: '1m', memory: '1Mi' };
    const containers = ['app', 'other', 'proxy', 'web'].map((name) => ({ name, usage }));
    const transport = transportOf(async (request) => {
      if (request.path.startsWith('/api/v1/')) return [200, JSON.stringify({ spec })];
      return request.path.endsWith('/pods/p') ? [200, JSON.stringify({ containers })] : await answerOfModel(request);
    });
    const model = new ModelClient({ transport, clock, timeoutMs: 10_000 });
    const told = await podAccount(
      { transport, model, clock, timeoutMs: 10_000 },
      { namespace: 'shop', name: 'p' },
      never,
    );
    assert.ok(told.kind === 'told' && 'containers' in told.value.measured && 'map' in told.value.memory);
    assert.deepEqual(
      told.value.measured.containers.map(({ name }) => name),
      ['web', 'app', 'proxy', 'other'],
    );
    assert.deepEqual(
      told.value.memory.map(({ container }) => container),
      ['web', 'app', 'proxy', undefined],
    );
  });

  it('says what page caches need where there are none, and not where there are', async () => {
    const told = await (await asked([200, metrics]))('web-1');
    assert.ok(told.kind === 'told');
    const account = { ...told.value, memory: [{ container: 'nginx', cache: 0 }, {}] };
    assert.doesNotMatch(explainPod(account, now), /needs --catalogue-cadvisor/);
  });

  it('passes on why there are no figures', async () => {
    const message = 'podmetrics.metrics.k8s.io "shop/web-1" not found: node node-a was not scraped for 47s';
    const told = await (await asked([404, JSON.stringify({ message })]))('web-1');
    assert.ok(told.kind === 'told');
    assert.match(explainPod(told.value, now), /nothing: .*node node-a was not scraped for 47s/);
  });

  it('of a pod that is not there is none', async () => {
    const told = await (await asked([200, metrics]))('gone');
    assert.ok(told.kind === 'failed');
    assert.match(
      told.message,
      /^cannot look at pod gone in namespace shop: .* 404: pods "gone" not found; -n names another namespace$/,
    );
  });
});

describe('nodes of which the catalogue knows nothing', () => {
  const noteOf = async (status: number, names: readonly string[]) => {
    const items = names.map((name) => ({ metadata: { name } }));
    const transport = transportOf(async () => [status, JSON.stringify({ items })]);
    return await untoldNodes({ transport, clock, timeoutMs: 10_000 }, ['a', 'c'], never);
  };

  it('are named, and no more than three of them', async () => {
    assert.match((await noteOf(200, ['c', 'b', 'a'])) ?? '', /knows nothing of b, and no sum includes their pods/);
    assert.match((await noteOf(200, ['f', 'e', 'd', 'b', 'a', 'g'])) ?? '', /knows nothing of b, d, e and 2 more, /);
  });

  it('are no subject where there are none, or where nobody may say', async () => {
    assert.equal(await noteOf(200, ['a', 'c']), undefined);
    assert.equal(await noteOf(403, ['b']), undefined);
    const transport = transportOf(() => Promise.reject(new Error('broken')));
    assert.equal(await untoldNodes({ transport, clock, timeoutMs: 10_000 }, [], never), undefined);
  });
});

async function rowsOf(of: UsageKind): Promise<readonly UsageRow[]> {
  const model = new ModelClient({ transport: transportOf(answerOfModel), clock, timeoutMs: 10_000 });
  const gathered = await gatherUsage(model, { of, sinceMs: hourMs, now }, never);
  assert.ok(gathered.kind === 'told');
  return gathered.value;
}

async function tableOf(of: UsageKind): Promise<readonly string[]> {
  const options = { of, requests: false, sinceMs: hourMs, sinceText: '1h', now };
  return usageTable(await rowsOf(of), options)
    .trimEnd()
    .split('\n');
}

/** The real API over a told cluster, as the aggregation layer passes it on. */
async function answerOfModel({ path, query = {} }: KubeRequest): Promise<readonly [number, string]> {
  const request = madeRequest(`${path}?${new URLSearchParams(query)}`);
  const answer = await modelTable.answer(request, request.path);
  return answer === undefined ? [404, ''] : [answer.status, String(answer.body)];
}

const modelTable = new RouteTable(
  gatewayRoutes(
    legacyApi({
      source: toldCluster(),
      labels: { nodeLabels: () => ({}), podLabels: () => ({}) },
      resolutionMs: 60_000,
      clock: { now: () => now },
    }).routes,
    ['v1beta1'],
  ),
);

function transportOf(answer: (request: KubeRequest) => Promise<readonly [number, string]>): KubeTransport {
  return {
    server: 'https://kube',
    async request(request): Promise<KubeResponse> {
      const [status, body] = await answer(request);
      return {
        status,
        headers: {},
        text: async () => body,
        json: async () => JSON.parse(body),
        lines: async function* () {},
        [Symbol.dispose]: () => undefined,
      };
    },
  };
}
