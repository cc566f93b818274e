import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { plainCluster } from '../../pkg/simulator/shape/plain-cluster.ts';
import { RunningSystem } from './testing/running-system.ts';

const housekeeping = { minMs: 10_000, maxMs: 10_000 };
const shape = plainCluster({ nodes: 1, podsPerNode: 1, containersPerPod: 1, seed: 1, housekeeping });

describe('/debug/pprof', () => {
  it('is there for those who may, and the index document is silent about it', async () => {
    await using system = await RunningSystem.start({ shape });
    const { admin } = system.simulator.certificates;
    assert.equal((await system.ask('/debug/pprof/')).status, 403);
    assert.equal(
      (await system.ask('/debug/pprof/', { token: system.simulator.certificates.tokens.nobody })).status,
      403,
    );
    assert.equal((await system.ask('/debug/pprof/', { certificate: admin })).status, 200);
    const { json } = await system.ask('/', { certificate: admin });
    const { paths } = json as { readonly paths: readonly string[] };
    assert.ok(paths.includes('/metrics'));
    assert.deepEqual(
      paths.filter((path) => path.startsWith('/debug')),
      [],
    );
    const { status } = await system.ask('/debug/pprof/cmdline', { certificate: admin });
    assert.equal(status, 404);
  });

  it('is not there with --profiling=false', async () => {
    await using system = await RunningSystem.start({ shape, flags: () => ['--profiling=false'] });
    const { admin } = system.simulator.certificates;
    for (const path of ['/debug/pprof', '/debug/pprof/', '/debug/pprof/profile', '/debug/flags/v'])
      assert.equal((await system.ask(path, { certificate: admin })).status, 404, path);
  });
});
