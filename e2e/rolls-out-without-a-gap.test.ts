import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { allServed, freePort, onPretendCluster, openPretendCluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { nodeMetrics, podMetrics } from './metrics-api.ts';

/** What manifests/components/high-availability gives it. */
const wayOut = { 'shutdown-delay-duration': '10s', 'goaway-chance': 0.001 };

await onPretendCluster('a roll-out: the Deployment there is not ours', async () => {
  const cluster = await openPretendCluster({ server: wayOut });
  const { admin, control } = cluster;

  test('a roll-out costs nobody an answer, and no answer lacks anybody', async () => {
    const old = cluster.startServer();
    await allServed(admin);
    const all = await counts();
    assert.deepEqual(all, { nodes: 2, pods: 12 });

    const port = await freePort();
    const next = cluster.startServer({ 'secure-port': port, 'cert-dir': join(cluster.directory, 'serving-next') });
    // A replica is an endpoint when it is Ready, which it is when it has metrics.
    await eventually('the new replica to be Ready', 60, async () => {
      assert.ok(next.alive, next.logText);
      assert.match(next.logText, /Serving/);
      const { status, body } = await cluster.visitServer('/readyz?verbose', { port });
      assert.equal(status, 200, body);
    });
    const asking = askUntil(AbortSignal.timeout(25_000));
    await control.pointAt(port);
    old.signal('SIGTERM');
    const ending = await old.ended;
    assert.equal(ending.exitCode, 0, old.logText);
    const answers = await asking;
    assert.ok(answers.length > 20, `${answers.length} answers`);
    for (const answer of answers) assert.deepEqual(answer, all);
  });

  async function counts() {
    const [nodes, pods] = await Promise.all([nodeMetrics(admin), podMetrics(admin)]);
    return { nodes: nodes.length, pods: pods.length };
  }

  /** One after the other, as fast as they come; the first that fails fails the test. */
  async function askUntil(signal: AbortSignal) {
    const answers = [];
    while (!signal.aborted) answers.push(await counts());
    return answers;
  }
});
