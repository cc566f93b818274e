import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onPretendCluster, openCluster, periodSeconds } from './cluster.ts';
import { eventually } from './eventually.ts';
import type { Kubectl } from './kubectl.ts';
import { namesOf, nodeMetrics, podMetrics } from './metrics-api.ts';

const outageSeconds = 12;

await onPretendCluster('an outage of the kube-apiserver: others depend on it there', async () => {
  const { pretend } = await openCluster();
  assert.ok(pretend);
  const { admin, control, server } = pretend;
  const before = { nodes: namesOf(await nodeMetrics(admin)), pods: namesOf(await podMetrics(admin)) };
  let outageBegan = 0;
  await regularBeats(admin);

  test('while the kube-apiserver is away, the server is alive and ready', async () => {
    await control.outage(outageSeconds);
    outageBegan = Date.now();
    await eventually('the server to notice', 5, async () => assert.match(server.logText, /Watch lost/));
    assert.equal((await pretend.visitServer('/livez')).status, 200);
    assert.equal((await pretend.visitServer('/readyz')).status, 200);
  });

  test('once it is back, the first answer is whole', async () => {
    const first = await eventually('the kube-apiserver to come back', outageSeconds + 15, async () => {
      return { nodes: await nodeMetrics(admin), pods: await podMetrics(admin) };
    });
    assert.deepEqual(namesOf(first.nodes), before.nodes);
    assert.deepEqual(namesOf(first.pods), before.pods);
  });

  test('kubelets were asked all the while', async () => {
    const sampled = (await nodeMetrics(admin)).map(({ timestamp }) => Date.parse(timestamp));
    // A period may have begun just before the outage, and samples are up to three seconds old when they are read.
    const latest = outageBegan + (outageSeconds - periodSeconds - 4) * 1000;
    for (const at of sampled) assert.ok(at >= latest, `${(Date.now() - at) / 1000}s old`);
  });

  test('the log tells the outage in a few lines, beginning and end', async () => {
    const told = (what: string): number => server.log.filter(({ text }) => text.includes(what)).length;
    // Each of them rests on its own between its attempts.
    await eventually('every watch to work again', 40, async () =>
      assert.equal(told('Watch works again'), told('Watch lost')),
    );
    const lines = server.log.filter(({ text }) => /[Ww]atch/.test(text));
    assert.ok(lines.length <= 12, `${lines.length} lines:\n${server.logText}`);
  });

  test('afterwards changes of the cluster are seen again, by the same process', async () => {
    const [pod] = await podMetrics(admin);
    assert.ok(pod);
    await control.removePod(pod.metadata.namespace, pod.metadata.name);
    await eventually('the deleted pod to be gone', 5, async () => {
      assert.ok(!namesOf(await podMetrics(admin)).includes(pod.metadata.name));
    });
    assert.ok(server.alive);
  });
});

/**
 * Waits for the first regular beat of each node. It may come a period and a half after the short beats, which are over
 * once everything is served; from then on nodes are asked a period apart.
 */
async function regularBeats(admin: Kubectl): Promise<void> {
  const atFirst = new Map((await nodeMetrics(admin)).map(({ metadata, timestamp }) => [metadata.name, timestamp]));
  await eventually('each node to be asked at its regular beat', 2 * periodSeconds, async () => {
    for (const { metadata, timestamp } of await nodeMetrics(admin))
      assert.notEqual(timestamp, atFirst.get(metadata.name), metadata.name);
  });
}
