import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allServed, onPretendCluster, openPretendCluster } from './cluster.ts';
import { eventually } from './eventually.ts';

const outageSeconds = 14;

await onPretendCluster('a start while the kube-apiserver is away: others depend on it there', async () => {
  const cluster = await openPretendCluster();
  await cluster.control.outage(outageSeconds);
  const backAt = performance.now() + outageSeconds * 1000;
  await eventually('the kube-apiserver to go away', 5, async () => {
    const { exitCode } = await cluster.admin.run(['get', '--raw', '/livez']);
    assert.notEqual(exitCode, 0);
  });
  const server = cluster.startServer();

  test('the server is alive, and says why it is not ready', async () => {
    await eventually('the server to answer probes', 5, async () => {
      assert.equal((await cluster.visitServer('/livez')).status, 200);
    });
    const { status, body } = await cluster.visitServer('/readyz?verbose');
    assert.equal(status, 500);
    assert.match(body, /\[-\]metric-informer-sync failed/);
    assert.ok(performance.now() < backAt, 'the kube-apiserver was back too early for this test');
  });

  test('it says every few seconds what it waits for', async () => {
    const waiting = () => server.log.filter(({ text }) => /[Ww]aiting/.test(text));
    await eventually('three lines about waiting', outageSeconds, async () =>
      assert.ok(waiting().length >= 3, server.logText),
    );
    assert.ok(performance.now() < backAt, `it took until the kube-apiserver was back:\n${server.logText}`);
    assert.match(waiting()[0]?.text ?? '', /https:\/\/127\.0\.0\.1:\d+/);
  });

  test('it does not say it more often than that', async () => {
    const seconds = (performance.now() - (server.log[0]?.at ?? 0)) / 1000;
    const lines = server.log.filter(({ text }) => /[Ww]aiting/.test(text)).length;
    assert.ok(lines <= 4 + 2 * seconds, `${lines} lines in ${seconds}s`);
  });

  test('it serves soon after the kube-apiserver is there, without a restart', async () => {
    await eventually('the kube-apiserver to come back', outageSeconds + 5, () => cluster.admin.read('/api/v1/nodes'));
    await allServed(cluster.admin, 20);
    assert.ok(server.alive);
    assert.equal((await cluster.visitServer('/readyz')).status, 200);
  });
});
