import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { plainCluster } from '../../pkg/simulator/shape/plain-cluster.ts';
import { RunningSystem } from './testing/running-system.ts';

const housekeeping = { minMs: 10_000, maxMs: 10_000 };
const shape = plainCluster({ nodes: 1, podsPerNode: 1, containersPerPod: 1, seed: 1, housekeeping });

const flags = [
  '--strict-transport-security-directives=max-age=60,preload',
  '--cors-allowed-origins=^https://dash\\.example$',
  '--external-hostname=metrics.example',
  '--api-versions=v1beta1,v1',
  '--authorization-always-allow-paths=/livez,/version',
];

describe('flags change what the server does:', () => {
  let system: RunningSystem;
  before(async () => {
    system = await RunningSystem.start({ shape, flags: () => flags });
  });
  after(() => system[Symbol.asyncDispose]());

  it('every answer has the header Strict-Transport-Security', async () => {
    for (const path of ['/livez', '/apis', '/nowhere']) {
      const { headers } = await system.ask(path);
      assert.equal(headers['strict-transport-security'], 'max-age=60; preload', path);
    }
  });

  it('pages of the allowed origin may read, others may not', async () => {
    const { headers } = await system.ask('/livez', {}, { Origin: 'https://dash.example' });
    assert.equal(headers['access-control-allow-origin'], 'https://dash.example');
    const other = await system.ask('/livez', {}, { Origin: 'https://dash.example.evil' });
    assert.equal(other.headers['access-control-allow-origin'], undefined);
  });

  it('discovery tells the external host and both versions', async () => {
    const { json } = await system.ask('/apis', { certificate: system.simulator.certificates.admin });
    const { groups } = json as {
      groups: { versions: { version: string }[]; serverAddressByClientCIDRs?: { serverAddress: string }[] }[];
    };
    assert.deepEqual(
      groups.map(({ versions }) => versions.map(({ version }) => version)),
      [['v1beta1', 'v1']],
    );
    const addresses = groups[0]?.serverAddressByClientCIDRs?.map(({ serverAddress }) => serverAddress);
    assert.match(String(addresses), /^metrics\.example:\d+$/);
  });

  it('anybody may get the paths that are always allowed, and no other', async () => {
    const statuses = [];
    for (const path of ['/livez', '/version', '/metrics']) statuses.push((await system.ask(path)).status);
    assert.deepEqual(statuses, [200, 200, 403]);
  });
});
