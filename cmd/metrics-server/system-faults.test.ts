import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { KubeletFault } from '../../pkg/simulator/kubelets/faults.ts';
import { plainNode } from '../../pkg/simulator/shape/plain-cluster.ts';
import { type Figure, figureCount, isTrue, servedFigures } from './testing/figures.ts';
import { RunningSystem } from './testing/running-system.ts';

const periodMs = 15_000;
/** Between two samples of a kubelet. */
const sampleMs = 10_000;
const hourMs = 3_600_000;

/** Faults by which nothing can be learnt of a node, and what the log then says of it. */
const silencing: Readonly<Record<string, readonly [fault: KubeletFault, says: RegExp]>> = {
  hang: [{ kind: 'hang' }, /did not answer within 10 s/],
  refuse: [{ kind: 'refuse' }, /nothing listens at its address and port/],
  reset: [{ kind: 'reset' }, /closed the connection before it had answered/],
  'status-401': [{ kind: 'status', status: 401 }, /does not accept our credentials/],
  'status-403': [{ kind: 'status', status: 403 }, /our user needs the verb get on nodes\/metrics/],
  'status-404': [{ kind: 'status', status: 404 }, /no resource metrics at this path/],
  'status-429': [{ kind: 'status', status: 429 }, /answered 429/],
  'status-500': [{ kind: 'status', status: 500 }, /answered 500/],
  'status-503': [{ kind: 'status', status: 503 }, /answered 503/],
  garbage: [{ kind: 'garbage' }, /lines could not be read/],
  'truncated-abrupt': [{ kind: 'truncated', abrupt: true }, /closed the connection before it had answered/],
  slow: [{ kind: 'slow', bytesPerSecond: 20 }, /did not answer within 10 s/],
  html: [{ kind: 'html' }, /content type is text\/html/],
  empty: [{ kind: 'empty' }, /had measured nothing yet/],
  'gzip-bomb': [{ kind: 'gzip-bomb' }, /larger than 16 MiB/],
  endless: [{ kind: 'endless' }, /larger than 16 MiB/],
};

/** Faults by which something can be learnt, or by which what was learnt before stays true. */
const confusing: Readonly<Record<string, KubeletFault>> = {
  truncated: { kind: 'truncated' },
  'skew-ahead': { kind: 'skew', byMs: hourMs },
  'skew-behind': { kind: 'skew', byMs: -hourMs },
  frozen: { kind: 'frozen' },
  'missing-containers': { kind: 'missing-containers' },
  'bad-lines': { kind: 'bad-lines' },
};

const silenced = Object.keys(silencing);
const faults = new Map([
  ...Object.entries(silencing).map(([node, [fault]]): [string, KubeletFault] => [node, fault]),
  ...Object.entries(confusing),
]);
const healthy = ['healthy-1', 'healthy-2', 'healthy-3'];
const shape = clusterOf([...faults.keys(), ...healthy]);

/** What was served at one moment. */
interface Snapshot {
  /** Milliseconds since the kubelets fell ill, or since they were healed. */
  readonly sinceMs: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly figures: readonly Figure[];
  readonly health: readonly number[];
}

describe('when kubelets fall ill in every way at once, and are healed', () => {
  let system: RunningSystem;
  let ill: readonly Snapshot[];
  let healed: readonly Snapshot[];

  // One story for all promises: what they differ in is whom and when they look at.
  before(async () => {
    system = await RunningSystem.start({ shape });
    const isComplete = async () => (await servedFigures(system, shape)).length === figureCount(shape);
    await system.until('everything has metrics', isComplete);
    await system.wind(2 * periodMs);
    for (const [node, fault] of faults) await system.fault(node, fault);
    ill = await snapshots(system, 6 * periodMs);
    for (const node of faults.keys()) await system.fault(node, undefined);
    healed = await snapshots(system, 5 * periodMs);
  });

  after(() => system[Symbol.asyncDispose]());

  it('no figure is ever wrong, of no node and no container', () => {
    const wrong = [...ill, ...healed].flatMap(({ figures }) => figures.filter((figure) => !isTrue(figure)));
    assert.deepEqual(wrong, []);
  });

  it('healthy nodes stay complete and fresh', () => {
    for (const snapshot of [...ill, ...healed]) assertFresh(snapshot, [...healthy, 'bad-lines']);
  });

  for (const node of silenced) {
    it(`${node}: the last figures outlive a missed scrape, and go after three periods`, () => {
      for (const { sinceMs, figures } of ill) {
        const found = figures.filter((figure) => figure.node === node).length;
        if (sinceMs <= 1.5 * periodMs) assert.equal(found, figuresPerNode, `after ${sinceMs} ms`);
        if (sinceMs > 3 * periodMs) assert.equal(found, 0, `after ${sinceMs} ms`);
      }
    });

    it(`${node}: the log says why, once, and once that it is over`, () => {
      const lines = system.log.lines.filter(({ level, facts }) => level !== 'detail' && facts['node'] === node);
      const told = lines.filter(({ message }) => message.startsWith('Node '));
      assert.match(String(told[0]?.facts['reason']), silencing[node]?.[1] ?? /never/);
      assert.equal(told.at(-1)?.message, 'Node is scraped again');
      // Being healed may cut a request short, which is another reason, and news.
      const failures = told.slice(0, -1).map(({ facts }) => facts['outcome']);
      assert.equal(failures.length, new Set(failures).size, failures.join());
    });
  }

  it('truncated: figures are served for three periods at most', () => {
    assertNoneOlderThanThreePeriods('truncated');
  });

  it('missing-containers: the node goes on, and no figure of its containers is served for more than three periods', () => {
    const isNodes = ({ subject }: Figure) => subject.startsWith('node ');
    for (const snapshot of ill) {
      const nodes = snapshot.figures.filter((figure) => figure.node === 'missing-containers' && isNodes(figure));
      assert.equal(nodes.length, 1);
    }
    assertNoneOlderThanThreePeriods('missing-containers');
  });

  it('frozen: the kubelet vouches for its last samples, so they stay for a minute, with their own time', () => {
    const illSince = (ill[0]?.at ?? 0) - (ill[0]?.sinceMs ?? 0);
    for (const { sinceMs, figures } of ill) {
      const frozen = figures.filter(({ node }) => node === 'frozen');
      if (sinceMs <= 30_000) assert.equal(frozen.length, figuresPerNode, `after ${sinceMs} ms`);
      if (sinceMs > 60_000 + periodMs) assert.equal(frozen.length, 0, `after ${sinceMs} ms`);
      assert.deepEqual(
        frozen.filter(({ sampledAt }) => sampledAt > illSince),
        [],
      );
    }
  });

  it('everything is complete and fresh again within four periods', () => {
    const last = healed.at(-1);
    assert.equal(last?.figures.length, figureCount(shape));
    assertFresh(last, [...faults.keys(), ...healthy]);
  });

  it('who was silent is served again after one period, without waiting for a second sample', () => {
    const soon = healed.find(({ sinceMs }) => sinceMs > periodMs);
    assert.ok(soon);
    for (const node of silenced) {
      assert.equal(soon.figures.filter((figure) => figure.node === node).length, figuresPerNode, node);
    }
  });

  it('the server stays alive and ready', () => {
    for (const { health } of [...ill, ...healed]) assert.deepEqual(health, [200, 200]);
  });

  it('healthy nodes are not mentioned in the log', () => {
    const mentioned = system.log.lines.filter(({ level, facts }) => {
      return level !== 'detail' && healthy.includes(String(facts['node']));
    });
    assert.deepEqual(mentioned, []);
  });

  function assertNoneOlderThanThreePeriods(node: string): void {
    const limitMs = 3 * periodMs + sampleMs + slackMs;
    for (const { at, sinceMs, figures } of ill) {
      const old = figures.filter((figure) => figure.node === node && at - figure.sampledAt > limitMs);
      assert.deepEqual(old, [], `after ${sinceMs} ms`);
    }
  }
});

describe('when kubelets are ill from the beginning', () => {
  it('healthy nodes are served within 12 s, and the others soon after they are healed', async () => {
    await using system = await RunningSystem.start({ shape, faults });
    const healthyFigures = async () => {
      const figures = await servedFigures(system, shape);
      return figures.filter(({ node }) => healthy.includes(node)).length;
    };
    const isServed = async () => (await healthyFigures()) === healthy.length * figuresPerNode;
    const tookMs = await system.until('healthy nodes have metrics', isServed);
    assert.ok(tookMs <= 12_000, `${tookMs} ms`);

    await system.wind(120_000 - tookMs);
    for (const node of faults.keys()) await system.fault(node, undefined);
    // A period until each is asked, then two different samples, one every 10 s.
    await system.wind(2 * periodMs);
    const figures = (await servedFigures(system, shape)).filter(({ node }) => silenced.includes(node));
    assert.equal(figures.length, silenced.length * figuresPerNode);
    assert.deepEqual(
      figures.filter((figure) => !isTrue(figure)),
      [],
    );
  });
});

/** One node, two pods of two containers each. */
const figuresPerNode = 5;

/** The time of a sample is served in whole seconds, and the clock goes on in steps. */
const slackMs = 2_000;

/** Samples are scraped once a period, and not all of them are new then. */
function assertFresh(snapshot: Snapshot | undefined, nodes: readonly string[]): void {
  const { at = 0, sinceMs = 0, figures = [] } = snapshot ?? {};
  for (const node of nodes) {
    const fresh = figures.filter((each) => each.node === node && at - each.sampledAt <= sampleMs + periodMs + slackMs);
    assert.equal(fresh.length, figuresPerNode, `${node} after ${sinceMs} ms`);
  }
}

async function snapshots(system: RunningSystem, durationMs: number): Promise<readonly Snapshot[]> {
  const stepMs = periodMs / 3;
  const taken: Snapshot[] = [];
  for (let sinceMs = stepMs; sinceMs <= durationMs; sinceMs += stepMs) {
    await system.wind(stepMs);
    const health = [(await system.ask('/livez')).status, (await system.ask('/readyz')).status];
    taken.push({ sinceMs, at: system.clock.now(), figures: await servedFigures(system, shape), health });
  }
  return taken;
}

function clusterOf(names: readonly string[]) {
  const housekeeping = { minMs: sampleMs, maxMs: sampleMs };
  const size = { nodes: names.length, podsPerNode: 2, containersPerPod: 2, seed: 5, housekeeping };
  return { seed: size.seed, nodes: names.map((name, index) => ({ ...plainNode(size, index), name })) };
}
