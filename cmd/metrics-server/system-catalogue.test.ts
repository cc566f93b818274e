import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { plainCluster } from '../../pkg/simulator/shape/plain-cluster.ts';
import { RunningSystem } from './testing/running-system.ts';

let system: RunningSystem;

const shape = plainCluster({ nodes: 2, podsPerNode: 3, containersPerPod: 2, seed: 1 });

before(async () => {
  const flags = ['--metric-resolution=15s', '--catalogue', '--catalogue-resolution=15s', '--catalogue-cadvisor'];
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

  it('tells in the Model API what cAdvisor on the nodes says: page caches, and what disks read and wrote', async () => {
    for (const { name, pods } of shape.nodes) {
      const disk = await newest(`nodes/${name}/metrics/disk/io_read_bytes?labels=resource_id:/dev/vda`);
      assert.ok(disk > 0 && disk % 4096 === 0, `${name}: ${disk}`);
      for (const { namespace, name: pod, containers } of pods)
        for (const { name: container } of containers) {
          const path = `namespaces/${namespace}/pods/${pod}/containers/${container}/metrics/memory`;
          // As the pretend kubelet reckons it: a quarter that could go, and a tenth that could not.
          const workingSet = await newest(`${path}/working_set`);
          assert.equal(await newest(`${path}/cache`), Math.floor(workingSet / 4) + Math.floor(workingSet * 0.1), path);
        }
    }
  });

  it('says what its history takes and how far it reaches', async () => {
    const text = await ownMetrics();
    assert.match(text, /tacho_history_bytes\{part="short"\} [1-9]/);
    assert.ok(Number(/tacho_history_reach_seconds\{part="short"\} ([\d.e+]+)/.exec(text)?.[1]) > 60);
    assert.match(text, /tacho_history_dropped_bytes_total 0/);
  });
});

async function newest(path: string): Promise<number> {
  const { json } = await system.ask(`/api/v1/model/${path}`, { certificate: system.simulator.certificates.admin });
  return (json as { readonly metrics: readonly { readonly value: number }[] }).metrics.at(-1)?.value ?? Number.NaN;
}

async function ownMetrics(): Promise<string> {
  const { text } = await system.ask('/metrics', { certificate: system.simulator.certificates.admin });
  return text;
}
