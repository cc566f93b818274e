import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { plainCluster } from '../../pkg/simulator/shape/plain-cluster.ts';
import { RunningSystem } from './testing/running-system.ts';

let system: RunningSystem;

const shape = plainCluster({ nodes: 2, podsPerNode: 3, containersPerPod: 2, seed: 1 });

before(async () => {
  const flags = [
    '--metric-resolution=15s',
    '--catalogue',
    '--catalogue-resolution=15s',
    '--catalogue-cadvisor',
    '--catalogue-cadvisor-resolution=15s',
  ];
  system = await RunningSystem.start({ shape, flags: () => flags });
  await system.wind(100_000);
});
after(() => system[Symbol.asyncDispose]());

describe('a server with the catalogue', () => {
  it('asks every kubelet for its summary, once per period', async () => {
    const text = await ownMetrics();
    const asked = Number(
      /tacho_catalogue_requests_total\{outcome="scraped",question="summary"\} (\d+)/.exec(text)?.[1],
    );
    assert.ok(asked >= 2 * 6 && asked <= 2 * 8, `${asked} summaries in 100 s of 2 nodes`);
    assert.doesNotMatch(text, /tacho_catalogue_requests_total\{[^}]*outcome="(?!scraped)/);
  });

  it('tells in the Model API of page caches what cAdvisor on the nodes says', async () => {
    for (const { pods } of shape.nodes)
      for (const { namespace, name: pod, containers } of pods)
        for (const { name: container } of containers) {
          const path = `namespaces/${namespace}/pods/${pod}/containers/${container}/metrics/memory`;
          // As the pretend kubelet reckons it: a quarter that could go, and a tenth that could not.
          const workingSet = (await points(`${path}/working_set`)).at(-1)?.value ?? 0;
          const cache = Math.floor(workingSet / 4) + Math.floor(workingSet * 0.1);
          assert.equal((await points(`${path}/cache`)).at(-1)?.value, cache, path);
        }
  });

  // As the pretend kubelet reckons it: a block for each second of CPU is read, and two and a half are written.
  for (const [direction, nanosPerBlock] of [
    ['read', 1e9],
    ['write', 4e8],
  ] as const)
    it(`tells what disks ${direction}, and how fast, as it follows from what was truly used`, async () => {
      let rates = 0;
      for (const { name: node } of shape.nodes) {
        const samples = system.simulator.kubelets
          .served(node)
          .filter(({ container }) => container === undefined)
          .map(({ sampledAt, cpu }) => ({ at: sampledAt, bytes: 4096 * Math.floor(cpu / nanosPerBlock) }));
        const told = await points(`nodes/${node}/metrics/disk/io_${direction}_bytes?${onDisk}`);
        const rateAt = new Map(
          (await points(`nodes/${node}/metrics/disk/io_${direction}_bytes_rate?${onDisk}`)).map((point) => [
            point.timestamp,
            point.floatValue ?? point.value,
          ]),
        );
        assert.ok(told.length >= 4, `${told.length} points of ${node}`);
        const sampled = told.map(({ value, timestamp }) => {
          const sample = samples.find(({ bytes }) => bytes === value);
          assert.ok(sample, `${node} never said ${value}, told at ${timestamp}`);
          assert.ok(
            Math.abs(sample.at - Date.parse(timestamp)) < 45_000,
            `${node}: ${value} was not said at ${timestamp}`,
          );
          return sample;
        });
        for (const [at, { timestamp }] of told.entries()) {
          const [before, now] = [sampled[at - 1], sampled[at]];
          if (before === undefined || now === undefined || now === before) continue;
          const rate = ((now.bytes - before.bytes) / (now.at - before.at)) * 1000;
          assert.ok(rate > 0);
          assert.equal(rateAt.get(timestamp), Number(rate.toFixed(3)), `${node} at ${timestamp}`);
          rates++;
        }
      }
      assert.ok(rates >= 6, `${rates} rates compared`);
    });

  it('tells what the disks of containers read as it follows from what they truly used', async () => {
    let compared = 0;
    const containers = shape.nodes.flatMap(({ name: node, pods }) =>
      pods.flatMap(({ namespace, name: pod, containers: each }) =>
        each.map(({ name: container }) => ({ node, namespace, pod, container })),
      ),
    );
    for (const { node, namespace, pod, container } of containers) {
      const told = await points(
        `namespaces/${namespace}/pods/${pod}/containers/${container}/metrics/disk/io_write_bytes?${onDisk}`,
      );
      const said = system.simulator.kubelets
        .served(node)
        .filter((sample) => sample.pod === pod && sample.container === container)
        .map(({ cpu }) => 4096 * Math.floor(cpu / 4e8));
      assert.ok(told.length >= 4, `${told.length} points of ${pod}`);
      for (const { value } of told) assert.ok(said.includes(value), `${pod}/${container} never said ${value}`);
      compared += told.length;
    }
    assert.ok(compared >= 12 * 4);
  });

  it('says what its history takes and how far it reaches', async () => {
    const text = await ownMetrics();
    assert.match(text, /tacho_history_bytes\{part="short"\} [1-9]/);
    assert.ok(Number(/tacho_history_reach_seconds\{part="short"\} ([\d.e+]+)/.exec(text)?.[1]) > 60);
    assert.match(text, /tacho_history_dropped_bytes_total 0/);
  });
});

interface Point {
  readonly timestamp: string;
  readonly value: number;
  readonly floatValue?: number;
}

const onDisk = 'labels=resource_id:/dev/vda';

async function points(path: string): Promise<readonly Point[]> {
  const { json } = await system.ask(`/api/v1/model/${path}`, { certificate: system.simulator.certificates.admin });
  return (json as { readonly metrics: readonly Point[] }).metrics;
}

async function ownMetrics(): Promise<string> {
  const { text } = await system.ask('/metrics', { certificate: system.simulator.certificates.admin });
  return text;
}
