import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server as NetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import { silentLogger } from '../telemetry/logger.ts';
import { assemble } from './assemble.ts';
import { type ConfigChanges, madeConfig } from './testing/made-config.ts';

let folder: string;
let kubeconfig: string;
let apiServer: NetServer;
let visits = 0;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tacho-'));
  kubeconfig = join(folder, 'good.kubeconfig');
  apiServer = createServer((visitor) => {
    visits++;
    visitor.destroy();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => apiServer.once('listening', resolve));
  const address = apiServer.address();
  assert.ok(address !== null && typeof address === 'object');
  await writeFile(kubeconfig, kubeconfigFor(`https://127.0.0.1:${address.port}`));
});

after(async () => {
  apiServer.close();
  await rm(folder, { recursive: true, force: true });
});

describe('assembling a server', () => {
  it('names everything that is wrong with flags and files at once', async () => {
    const outcome = await assembled({
      kubeconfig: join(folder, 'no.kubeconfig'),
      kubelet: { certificateAuthority: join(folder, 'no-ca.crt') },
      authentication: { requestHeaderCaFile: join(folder, 'no-proxy-ca.crt') },
      serving: { certFile: join(folder, 'no.crt'), keyFile: join(folder, 'no.key') },
    });
    assert.ok(outcome.kind === 'failed');
    const flags = outcome.problems.map((problem) => /--[a-z-]+/.exec(problem)?.[0]);
    assert.deepEqual(flags, [
      '--kubeconfig',
      '--kubelet-certificate-authority',
      '--requestheader-client-ca-file',
      '--tls-cert-file',
    ]);
  });

  it('sends nothing, listens nowhere and waits for nothing before it runs', async () => {
    const clock = new WoundClock();
    const outcome = await assembled({ kubeconfig, serving: { certDir: join(folder, 'serving') } }, clock);
    assert.ok(outcome.kind === 'assembled');
    await using server = outcome.server;
    assert.equal(server.address, undefined);
    await clock.wind(120_000);
    assert.equal(visits, 0);
    assert.equal(clock.waiting, 0);
  });

  it('makes a certificate where none is given, and uses the same one the next time', async () => {
    const certDir = join(folder, 'kept');
    const certificates: string[] = [];
    for (let time = 0; time < 2; time++) {
      const outcome = await assembled({ kubeconfig, serving: { certDir } });
      assert.ok(outcome.kind === 'assembled');
      await outcome.server[Symbol.asyncDispose]();
      certificates.push(await readFile(join(certDir, 'apiserver.crt'), 'utf8'));
    }
    assert.match(certificates[0] ?? '', /^-----BEGIN CERTIFICATE-----/);
    assert.equal(certificates[1], certificates[0]);
    assert.deepEqual(await readdir(certDir), ['apiserver.crt', 'apiserver.key']);
  });
});

function assembled(changes: ConfigChanges, clock = new WoundClock()) {
  const release = { version: 'v0.0.0', runtime: 'node', platform: 'linux/amd64' };
  return assemble(madeConfig(changes), { clock, log: silentLogger, environment: {}, release });
}

function kubeconfigFor(server: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'it',
    clusters: [{ name: 'it', cluster: { server } }],
    users: [{ name: 'it', user: { token: 'secret' } }],
    contexts: [{ name: 'it', context: { cluster: 'it', user: 'it' } }],
  });
}
