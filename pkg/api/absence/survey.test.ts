import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import type { Labels } from '../../model/cluster.ts';
import type { Usage } from '../../model/sample.ts';
import { PretendCluster, usageOf } from '../pretend-cluster.ts';
import { Survey } from './survey.ts';

describe('a survey', () => {
  it('finds who has no metrics, by namespace and reason', async () => {
    const { survey } = stage();
    await survey.look();
    const { nodes, pods, missingNodes, missingPods } = survey.findings;
    assert.deepEqual([nodes, pods], [2, 3]);
    assert.deepEqual(
      missingNodes.map(({ record, kind }) => [record.name, kind]),
      [['n2', 'refused']],
    );
    const found = [...missingPods].map(([namespace, missing]) => [
      namespace,
      missing.map(({ record, kind }) => `${record.name} ${kind}`),
    ]);
    assert.deepEqual(found, [
      ['a', ['x first-sample']],
      ['b', ['y new']],
    ]);
  });

  it('takes a pod of which no kubelet spoke for new, for a minute', async () => {
    for (const [options, later] of [
      [{ selects: false }, 'unknown'],
      [{ selects: true }, 'elsewhere'],
    ] as const) {
      const { clock, survey } = stage(0, options);
      const kind = () => survey.findings.missingPods.get('b')?.[0]?.kind;
      await survey.look();
      await clock.wind(59_999);
      await survey.look();
      assert.equal(kind(), 'new');
      await clock.wind(1);
      await survey.look();
      assert.equal(kind(), later);
    }
  });

  it('leaves out the nodes that lists leave out', async () => {
    const { cluster, survey } = stage();
    cluster.addNode('n9', { skip: 'me' });
    await survey.look();
    assert.equal(survey.findings.nodes, 2);
  });

  it('knows nothing before its first look, and looks once a second in a small cluster', async () => {
    const { clock, cluster, survey } = stage();
    assert.deepEqual(survey.findings, { nodes: 0, pods: 0, missingNodes: [], missingPods: new Map() });
    await using _running = running(survey);
    await clock.wind(0);
    assert.equal(survey.findings.missingNodes.length, 1);
    cluster.addNode('n2', {}, used);
    await clock.wind(1_000);
    assert.equal(survey.findings.missingNodes.length, 0);
  });

  it('rests longer the larger the cluster, and two scrape periods at most', async () => {
    for (const [pods, restMs] of [
      [2_497, 5_000],
      [100_000, 30_000],
    ] as const) {
      const { clock, cluster, survey } = stage(pods);
      await using _running = running(survey);
      await turnsUntil(() => clock.waiting > 0);
      cluster.addNode('n2', {}, used);
      await clock.wind(restMs - 1);
      assert.equal(clock.waiting, 1, `${pods} pods: it rests for ${restMs} ms, and has not begun another look before`);
      assert.equal(survey.findings.missingNodes.length, 1, `${pods} pods`);
      await clock.wind(1);
      await turnsUntil(() => survey.findings.missingNodes.length === 0);
    }
  });

  it('lets others have their turn while it looks at many', async () => {
    const { survey } = stage(10_000);
    let turns = 0;
    let looking = true;
    const done = survey.look().finally(() => {
      looking = false;
    });
    for (; looking; turns++) await new Promise((resolve) => setImmediate(resolve));
    await done;
    assert.ok(turns >= 10, `${turns} turns`);
  });
});

const used: Usage = usageOf({ cpu: 1, memory: 1 }, 0, 15_000);

/** Nodes n1 and n2, the latter without metrics; three pods, two without, and `more`. */
function stage(more = 0, { selects = true } = {}) {
  const clock = new WoundClock();
  const cluster = new PretendCluster();
  cluster.addNode('n1', {}, used);
  cluster.addNode('n2', {});
  cluster.addPod('a/w', {}, [{ name: 'c', usage: used }]);
  cluster.addPod('a/x', {});
  cluster.addPod('b/y', {});
  for (let pod = 0; pod < more; pod++) cluster.addPod(`m/${pod}`, {}, [{ name: 'c', usage: used }]);
  cluster.reasons.set('n2', { kind: 'refused', text: '' });
  cluster.reasons.set('a/x', { kind: 'first-sample', text: '' });
  const survey = new Survey({
    ...cluster.parts,
    nodeSelector: selects ? { matches: (labels: Labels) => !('skip' in labels) } : undefined,
    sightings: { servesPod: (pod) => cluster.podUsage(pod) !== undefined },
    servesNode: (name) => cluster.nodeUsage(name) !== undefined,
    clock,
    metricResolutionMs: 15_000,
  });
  return { clock, cluster, survey };
}

async function turnsUntil(holds: () => boolean): Promise<void> {
  for (let turns = 0; !holds(); turns++) {
    assert.ok(turns < 1_000, 'waited in vain');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Runs until disposed. */
function running(survey: Survey): AsyncDisposable {
  const stop = new AbortController();
  const ended = survey.run(stop.signal);
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
    },
  };
}
