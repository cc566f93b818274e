import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allServed, onPretendCluster, openPretendCluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import type { Program } from './program.ts';

/** The kubelet waits 30 s before it kills. */
const fewSeconds = 5;

await onPretendCluster('how the server stops: it is needed there', async () => {
  const cluster = await openPretendCluster();

  test('SIGTERM at work: exit code 0 within a few seconds, and nobody listens any more', async () => {
    const server = await workingServer();
    await assertStops(server, 'SIGTERM');
    await assert.rejects(cluster.visitServer('/livez'), /ECONNREFUSED/);
    assert.match(server.logText, /Stopped/);
  });

  test('SIGINT stops it the same way', async () => {
    await assertStops(await workingServer(), 'SIGINT');
  });

  test('kubelets that hang do not hold it up', async () => {
    const server = await workingServer();
    for (const node of ['node-00000', 'node-00001']) await cluster.control.fault(node, { kind: 'hang' });
    await eventually('a request to hang', 15, async () => {
      const { body } = await cluster.visitServer('/readyz?verbose');
      assert.match(body, /check passed/);
    });
    await assertStops(server, 'SIGTERM');
    for (const node of ['node-00000', 'node-00001']) await cluster.control.fault(node, null);
  });

  test('a kube-apiserver that is away does not hold it up', async () => {
    const server = await workingServer();
    await cluster.control.outage(8);
    await eventually('the server to notice', 5, async () => assert.match(server.logText, /Watch lost/));
    await assertStops(server, 'SIGTERM');
  });

  async function workingServer(): Promise<Program> {
    const server = cluster.startServer();
    await allServed(cluster.admin);
    return server;
  }
});

async function assertStops(server: Program, signal: NodeJS.Signals): Promise<void> {
  const asked = performance.now();
  server.signal(signal);
  const ending = await server.ended;
  const seconds = (performance.now() - asked) / 1000;
  assert.deepEqual(ending, { exitCode: 0, signal: null }, server.logText);
  assert.ok(seconds <= fewSeconds, `it took ${seconds}s`);
}
