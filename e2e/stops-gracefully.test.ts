import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { allServed, type Flags, onPretendCluster, openPretendCluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import type { Program } from './program.ts';

/** The kubelet waits 30 s before it kills. */
const fewSeconds = 5;

await onPretendCluster('how the server stops: it is needed there', async () => {
  const cluster = await openPretendCluster();

  test('SIGTERM at work: exit code 0 within a few seconds, and nobody listens any more', async () => {
    const server = await listeningServer();
    await allServed(cluster.admin);
    await assertStops(server, 'SIGTERM');
    await assert.rejects(cluster.visitServer('/livez'), /ECONNREFUSED/);
    assert.match(server.logText, /Stopped/);
  });

  test('SIGINT stops it the same way', async () => {
    await assertStops(await listeningServer(), 'SIGINT');
  });

  test('a second signal ends it at once, though the first one lets it serve on for a while', async () => {
    for (const second of ['SIGTERM', 'SIGINT'] as const) {
      const server = await listeningServer({ 'shutdown-delay-duration': '1h' });
      server.signal('SIGTERM');
      await eventually('readiness to fail', 5, async () => {
        assert.equal((await cluster.visitServer('/readyz')).status, 500);
      });
      assert.equal((await cluster.visitServer('/livez')).status, 200);
      await assertStops(server, second, 1);
      await assert.rejects(cluster.visitServer('/livez'), /ECONNREFUSED/);
    }
  });

  test('kubelets that hang do not hold it up', async () => {
    for (const node of ['node-00000', 'node-00001']) await cluster.control.fault(node, { kind: 'hang' });
    const server = await listeningServer();
    await eventually('the nodes to be known', 10, async () => assert.match(server.logText, /"Synced" what="nodes"/));
    // Each node is asked for the first time as soon as it is known, and then waited for for 9 s.
    await sleep(1_000);
    await assertStops(server, 'SIGTERM');
  });

  test('a kube-apiserver that is away does not hold it up', async () => {
    const server = await listeningServer();
    await eventually('the pods to be known', 10, async () => assert.match(server.logText, /"Synced" what="pods"/));
    await cluster.control.outage(10);
    await eventually('the server to notice', 5, async () => assert.match(server.logText, /Watch lost/));
    await assertStops(server, 'SIGTERM');
  });

  async function listeningServer(flags: Flags = {}): Promise<Program> {
    const server = cluster.startServer(flags);
    await eventually('the server to answer', 10, async () => {
      assert.equal((await cluster.visitServer('/livez')).status, 200);
    });
    return server;
  }
});

async function assertStops(server: Program, signal: NodeJS.Signals, exitCode = 0): Promise<void> {
  const asked = performance.now();
  server.signal(signal);
  const ending = await server.ended;
  const seconds = (performance.now() - asked) / 1000;
  assert.deepEqual(ending, { exitCode, signal: null }, server.logText);
  assert.ok(seconds <= fewSeconds, `it took ${seconds}s`);
}
