import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allServed, onPretendCluster, openPretendCluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import type { Program } from './program.ts';

await onPretendCluster('two servers on one port: the second would be a stranger there', async () => {
  const cluster = await openPretendCluster({ server: { 'permit-port-sharing': true } });

  test('two servers share a port with --permit-port-sharing, and one goes on when the other stops', async () => {
    const first = await servingOne();
    const second = await servingOne();
    await allServed(cluster.admin);
    await Promise.all([answersFrom(first), answersFrom(second)]);
    first.signal('SIGTERM');
    assert.equal((await first.ended).exitCode, 0);
    // Connections that were waiting for the one that left may be cut; whoever comes afterwards meets the other.
    for (let times = 0; times < 10; times++) assert.equal((await cluster.visitServer('/livez')).status, 200);
    assert.ok(second.alive);
    await allServed(cluster.admin);
  });

  test('without it the second says that the address is in use', async () => {
    const third = cluster.startServer({ 'permit-port-sharing': false });
    assert.equal((await third.ended).exitCode, 1);
    assert.match(third.logText, /cannot listen on 127\.0\.0\.1:\d+: the address is in use/);
  });

  async function servingOne(): Promise<Program> {
    const server = cluster.startServer();
    await eventually('the server to listen', 15, async () => {
      assert.ok(server.alive, server.logText);
      assert.match(server.logText, /Serving/);
    });
    return server;
  }

  /** Every connection is one of both servers' by the kernel's choice: in a hundred each is met. */
  async function answersFrom(server: Program): Promise<void> {
    const idOf = /^process_start_time_seconds (\S+)/m;
    const met = new Set<string>();
    for (let times = 0; times < 100 && met.size < 2; times++) {
      const { body } = await cluster.visitServer('/metrics', { certificate: await cluster.certificate('admin') });
      met.add(idOf.exec(body)?.[1] ?? body);
    }
    assert.equal(met.size, 2, server.logText);
  }
});
