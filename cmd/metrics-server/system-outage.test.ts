import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { plainCluster, plainPod } from '../../pkg/simulator/shape/plain-cluster.ts';
import { RunningSystem } from './testing/running-system.ts';

const size = { nodes: 2, podsPerNode: 2, containersPerPod: 1, seed: 3, housekeeping: { minMs: 10_000, maxMs: 10_000 } };
const shape = plainCluster(size);

interface Item {
  readonly metadata: { readonly name: string };
  readonly timestamp: string;
}

describe('a kube-apiserver that is down when the server starts', () => {
  it('is waited for, with a line in the log every few seconds', async () => {
    await using system = await RunningSystem.start({ shape, withoutApiServer: true });
    await system.wind(1_000);
    for (let part = 0; part < 6; part++) {
      const before = waitingLines(system).length;
      await system.wind(6_500);
      const waitedFor = waitingLines(system)
        .slice(before)
        .map(({ facts }) => String(facts['what']));
      assert.deepEqual([...new Set(waitedFor)].toSorted(), ['nodes', 'pods', 'whom to believe']);
      assert.ok(waitedFor.length <= 2 * 3, `${waitedFor.length} lines in 6.5 s`);
    }
    const { level, facts } = waitingLines(system).at(-1) ?? { level: 'none', facts: {} };
    assert.equal(level, 'warn');
    assert.match(String(facts['reason']), /ECONNREFUSED.*nothing listens there: is the kube-apiserver running/);
    assert.ok(String(facts['reason']).includes(system.simulator.apiServer.url));
    assert.deepEqual([...new Set(system.log.shown)], [madeCertificate, 'Serving', 'Waiting for the kube-apiserver']);
  });

  it('leaves the server alive, not ready, and saying why', async () => {
    await using system = await RunningSystem.start({ shape, withoutApiServer: true });
    for (let minute = 0; minute < 3; minute++) {
      const [livez, healthz] = [await system.ask('/livez'), await system.ask('/healthz')];
      assert.deepEqual([livez.status, healthz.status], [200, 200]);
      const readyz = await system.ask('/readyz');
      assert.equal(readyz.status, 500);
      assert.match(readyz.text, /\[-\]metric-informer-sync failed: /);
      await system.wind(60_000);
    }
  });

  it('is found within seconds of its coming', async () => {
    await using system = await RunningSystem.start({ shape, withoutApiServer: true });
    await system.wind(60_000);
    await system.simulator.apiServer.up();
    const syncedAfter = await system.until('everything is synced', () => synced(system).length === 3);
    assert.ok(syncedAfter <= 3_250, `${syncedAfter} ms`);
    const served = await system.until('all pods have metrics', async () => (await system.items('pods')).length === 4);
    assert.ok(served <= 11_000, `${served} ms`);
    assert.equal((await system.ask('/readyz')).status, 200);
    const linesThen = waitingLines(system).length;
    await system.wind(30_000);
    assert.equal(waitingLines(system).length, linesThen, 'nobody waits any more');
  });
});

describe('a kube-apiserver that restarts', () => {
  it('costs no data: all stays served and goes on advancing', async () => {
    await using system = await servingSystem();
    await system.simulator.apiServer.down();
    let before = await timestamps(system);
    for (let period = 0; period < 12; period++) {
      await system.wind(30_000);
      const now = await timestamps(system);
      assert.deepEqual([...now.keys()], [...before.keys()]);
      for (const [name, at] of now) assert.ok(at > (before.get(name) ?? at), `${name} goes on in period ${period}`);
      before = now;
    }
    await system.simulator.apiServer.up();
    await system.wind(45_000);
    assert.deepEqual([...(await timestamps(system)).keys()], [...before.keys()]);
  });

  it('leaves the server alive and ready, and says so once when it is lost and once when it is back', async () => {
    await using system = await servingSystem();
    await system.simulator.apiServer.down();
    await system.wind(120_000);
    assert.deepEqual([(await system.ask('/livez')).status, (await system.ask('/readyz')).status], [200, 200]);
    await system.simulator.apiServer.up();
    await system.wind(60_000);
    const told = system.log.shown.filter((message) => message.startsWith('Watch'));
    const lost = 'Watch lost, what is known stays in use';
    assert.deepEqual(told.toSorted(), [...Array(3).fill(lost), ...Array(3).fill('Watch works again')]);
  });

  for (const forgets of [false, true]) {
    const what = forgets ? 'that has forgotten its history' : 'that resumes where it was';
    it(`brings what happened meanwhile, from one ${what}`, async () => {
      await using system = await servingSystem();
      const { apiServer, kubelets } = system.simulator;
      const [first] = await system.items<Item & { metadata: { namespace: string } }>('pods');
      assert.ok(first);
      await apiServer.down();
      await system.wind(20_000);
      kubelets.addPod('node-00000', plainPod(size, 1_000));
      kubelets.removePod({ namespace: first.metadata.namespace, pod: first.metadata.name });
      await system.wind(20_000);
      if (forgets) apiServer.expireVersions();
      await apiServer.up();
      const isServed = async () => (await timestamps(system)).has(plainPod(size, 1_000).name);
      await system.until('the new pod has metrics', isServed, { everyMs: 5_000 });
      const names = [...(await timestamps(system)).keys()];
      assert.equal(names.includes(first.metadata.name), false);
      assert.equal(names.length, 2 + 4);
    });
  }

  it('on half-open connections is noticed by its silence, and what it did not tell is learnt', async () => {
    await using system = await servingSystem();
    system.simulator.apiServer.silenceWatches();
    system.simulator.kubelets.addPod('node-00000', plainPod(size, 1_000));
    const name = plainPod(size, 1_000).name;
    const isServed = async () => (await timestamps(system)).has(name);
    const after = await system.until('the new pod has metrics', isServed, { everyMs: 10_000 });
    assert.ok(after <= 240_000, `${after} ms`);
    assert.equal((await timestamps(system)).size, 2 + 5);
  });
});

const madeCertificate = 'Made a self-signed serving certificate';

const waitingLines = ({ log }: RunningSystem) =>
  log.lines.filter(({ message }) => message === 'Waiting for the kube-apiserver');

const synced = ({ log }: RunningSystem) => log.lines.filter(({ message }) => message === 'Synced');

/** A system that serves all it has. */
async function servingSystem(): Promise<RunningSystem> {
  const system = await RunningSystem.start({ shape });
  await system.until('everything has metrics', async () => (await timestamps(system)).size === 2 + 4);
  return system;
}

/** The time of the newest sample of each node and pod that is served, by name. */
async function timestamps(system: RunningSystem): Promise<ReadonlyMap<string, number>> {
  const items = [...(await system.items<Item>('nodes')), ...(await system.items<Item>('pods'))];
  return new Map(items.map(({ metadata, timestamp }) => [metadata.name, Date.parse(timestamp)]));
}
