import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { systemClock } from '../lifecycle/clock.ts';
import { FakeKubelet } from '../scraper/testing/fake-kubelet.ts';
import { silentLogger } from '../telemetry/logger.ts';
import type { KubeletConfig } from './config.ts';
import { kubeletClientOf } from './kubelet-client.ts';
import { madeConfig } from './testing/made-config.ts';

describe('kubelets are asked', () => {
  it('for packed answers, or for plain ones', async () => {
    assert.equal(await encodingAskedFor({}), 'gzip');
    assert.equal(await encodingAskedFor({ compression: 'none' }), 'identity');
  });
});

async function encodingAskedFor(options: Partial<KubeletConfig>): Promise<string | undefined> {
  await using kubelet = await new FakeKubelet().listen();
  const { kubelet: usual } = madeConfig();
  const config = { ...madeConfig(), kubelet: { ...usual, completelyInsecure: true, ...options } };
  const core = { kubeletCredentials: () => ({}), renewCredentials: async () => false };
  const release = { version: 'v0.0.0', runtime: 'node', platform: 'linux/amd64' };
  const means = { config, files: {}, connections: { core }, clock: systemClock, log: silentLogger, release };
  using client = kubeletClientOf(means, { periodMs: 15_000, pins: undefined });
  const target = { node: 'n1', host: '127.0.0.1', port: kubelet.port, path: '/metrics/resource' };
  const { kind } = await client.read(target, AbortSignal.timeout(10_000));
  assert.equal(kind, 'ok');
  return kubelet.requests[0]?.headers['accept-encoding'];
}
