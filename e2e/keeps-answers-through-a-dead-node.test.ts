import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { onPretendCluster, openCluster, type PretendCluster, periodSeconds } from './cluster.ts';
import { eventually } from './eventually.ts';
import { readyPods } from './inventory.ts';
import { ageSeconds, metricsPath, type NodeMetrics, nodeMetrics, type PodMetrics, podMetrics } from './metrics-api.ts';

/** As long as the last good value may stay. */
const staysSeconds = 3 * periodSeconds;
/** A look takes a moment, and timestamps are cut to the second. */
const slackSeconds = 3;

const hangs = 'node-00000';
const refuses = 'node-00001';
const lives = 'node-00002';
const dead = [hangs, refuses];

await onPretendCluster('nodes that die: the nodes there are not ours to break', async () => {
  const { pretend } = await openCluster({ simulator: { nodes: 3, 'pods-per-node': 2 } });
  assert.ok(pretend);
  const nodeOf = new Map((await readyPods(pretend.admin)).map(({ metadata, spec }) => [metadata.name, spec.nodeName]));
  let looks: readonly Look[] = [];

  test('while two nodes are dead, the living one is measured as ever', async () => {
    await pretend.control.fault(hangs, { kind: 'hang' });
    await pretend.control.fault(refuses, { kind: 'refuse' });
    looks = await lookFor(pretend, staysSeconds + periodSeconds);
    for (const { nodes, pods } of looks) {
      const living = nodes.find(({ metadata }) => metadata.name === lives);
      assert.ok(living && ageSecondsAt(living) <= 2 * periodSeconds + slackSeconds, JSON.stringify(living));
      const podsThere = pods.filter(({ metadata }) => nodeOf.get(metadata.name) === lives);
      assert.equal(podsThere.length, 2, `pods of ${lives}`);
      for (const pod of podsThere) assert.ok(ageSecondsAt(pod) <= 2 * periodSeconds + slackSeconds, pod.metadata.name);
    }
  });

  test('what was last known of a dead node stays for up to three periods, with its true time', () => {
    for (const name of dead) {
      const seen = looks.flatMap(({ nodes }) => nodes.filter(({ metadata }) => metadata.name === name));
      const oldest = Math.max(...seen.map(ageSecondsAt));
      assert.ok(oldest >= staysSeconds - slackSeconds, `${name} was last seen at an age of ${oldest}s`);
      assert.ok(oldest <= staysSeconds + slackSeconds, `${name} was still there at an age of ${oldest}s`);
      assert.equal(new Set(seen.slice(-5).map(({ timestamp, usage }) => `${timestamp} ${usage.cpu}`)).size, 1, name);
    }
  });

  test('then it is gone, and so are the pods of the node', async () => {
    const last = looks.at(-1);
    assert.deepEqual(
      last?.nodes.map(({ metadata }) => metadata.name),
      [lives],
    );
    assert.deepEqual(new Set(last?.pods.map(({ metadata }) => nodeOf.get(metadata.name))), new Set([lives]));
    const { exitCode, stderr } = await pretend.admin.run(['get', '--raw', `${metricsPath}/nodes/${hangs}`]);
    assert.equal(exitCode, 1);
    assert.match(stderr, /NotFound/);
  });

  test('kubectl top nodes still prints every node, and says which are unknown', async () => {
    const rows = await pretend.admin.rows('top', 'nodes');
    const cpu = new Map(rows.map(([name = '', used]) => [name, used]));
    for (const name of dead) assert.equal(cpu.get(name), '<unknown>', name);
    assert.match(cpu.get(lives) ?? '', /^\d+m$/);
  });

  test('a node that comes back is measured at its next turn', async () => {
    for (const name of dead) await pretend.control.fault(name, null);
    await eventually('metrics of the nodes that came back', 3 * periodSeconds, async () => {
      const names = (await nodeMetrics(pretend.admin)).map(({ metadata }) => metadata.name).sort();
      assert.deepEqual(names, [hangs, refuses, lives]);
    });
  });
});

/** One look at everything. */
interface Look {
  readonly nodes: readonly Seen<NodeMetrics>[];
  readonly pods: readonly Seen<PodMetrics>[];
}

type Seen<T> = T & { readonly age: number };

const ageSecondsAt = ({ age }: { readonly age: number }): number => age;

async function lookFor({ admin }: PretendCluster, seconds: number): Promise<readonly Look[]> {
  const looks: Look[] = [];
  for (const until = performance.now() + seconds * 1000; performance.now() < until; await sleep(1_000)) {
    const [nodes, pods] = await Promise.all([nodeMetrics(admin), podMetrics(admin)]);
    looks.push({ nodes: nodes.map(seenNow), pods: pods.map(seenNow) });
  }
  return looks;
}

const seenNow = <T extends NodeMetrics | PodMetrics>(metrics: T): Seen<T> => ({ ...metrics, age: ageSeconds(metrics) });
