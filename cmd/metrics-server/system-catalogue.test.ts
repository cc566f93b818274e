import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { plainCluster } from '../../pkg/simulator/shape/plain-cluster.ts';
import { RunningSystem } from './testing/running-system.ts';

let system: RunningSystem;

before(async () => {
  const shape = plainCluster({ nodes: 2, podsPerNode: 3, containersPerPod: 2, seed: 1 });
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

  it('says what its history takes and how far it reaches', async () => {
    const text = await ownMetrics();
    assert.match(text, /tacho_history_bytes\{part="short"\} [1-9]/);
    assert.ok(Number(/tacho_history_reach_seconds\{part="short"\} ([\d.e+]+)/.exec(text)?.[1]) > 60);
    assert.match(text, /tacho_history_dropped_bytes_total 0/);
  });
});

async function ownMetrics(): Promise<string> {
  const { text } = await system.ask('/metrics', { certificate: system.simulator.certificates.admin });
  return text;
}
