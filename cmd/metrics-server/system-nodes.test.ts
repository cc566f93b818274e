import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KubernetesObject } from '../../pkg/simulator/kube-apiserver/object-store.ts';
import { metricsServerAccount, type Right } from '../../pkg/simulator/kube-apiserver/rights.ts';
import { plainCluster } from '../../pkg/simulator/shape/plain-cluster.ts';
import { type Figure, isTrue, servedFigures } from './testing/figures.ts';
import { RunningSystem } from './testing/running-system.ts';

const periodMs = 15_000;
const size = { nodes: 3, podsPerNode: 2, containersPerPod: 2, seed: 7, housekeeping: { minMs: 10_000, maxMs: 10_000 } };
const shape = plainCluster(size);
const figuresPerNode = 5;
const [first = '', second = '', third = ''] = shape.nodes.map(({ name }) => name);

describe('a node that is leaving', () => {
  it('is dropped at once when a taint says that its machine is gone, and asked again when that is taken back', async () => {
    await using system = await RunningSystem.start({ shape });
    await system.wind(2 * periodMs);
    for (const key of ['node.kubernetes.io/out-of-service', 'ToBeDeletedByClusterAutoscaler']) {
      changeNode(system, first, { spec: { taints: [{ key, effect: 'NoExecute' }] } });
      await system.wind(500);
      assert.deepEqual(await nodesServed(system), [second, third], key);
      changeNode(system, first, { spec: {} });
      await system.until('it is served again', async () => (await figuresOf(system, first)).length === figuresPerNode);
    }
  });

  it('goes on being asked while it is only drained', async () => {
    await using system = await RunningSystem.start({ shape });
    await system.wind(2 * periodMs);
    const taints = ['karpenter.sh/disrupted', 'node.kubernetes.io/unschedulable'].map((key) => ({
      key,
      effect: 'NoSchedule',
    }));
    changeNode(system, first, { spec: { taints } });
    await system.wind(4 * periodMs);
    assert.deepEqual(await nodesServed(system), [first, second, third]);
  });
});

describe('a node with several addresses', () => {
  it('is reached at the first that leads to its kubelet, whichever family or type', async () => {
    await using system = await RunningSystem.start({ shape, flags: () => [preferring('ExternalIP', 'InternalIP')] });
    const addresses = [
      { type: 'ExternalIP', address: '127.0.0.2' },
      { type: 'InternalIP', address: '::1' },
      { type: 'InternalIP', address: '127.0.0.1' },
    ];
    changeNode(system, first, { status: { ...statusOf(system, first), addresses } });
    const tookMs = await system.until('it is served', async () => (await figuresOf(system, first)).length > 0);
    assert.ok(tookMs <= 12_000, `${tookMs} ms`);
    await system.wind(4 * periodMs);
    const figures = await figuresOf(system, first);
    assert.equal(figures.length, figuresPerNode);
    assert.deepEqual(
      figures.filter((figure) => !isTrue(figure)),
      [],
    );
    assert.deepEqual(toldOf(system, first), []);
  });
});

describe('a node that is down', () => {
  it('is served within seconds of being Ready again, however long it was away', async () => {
    await using system = await RunningSystem.start({ shape });
    await system.wind(2 * periodMs);
    await system.fault(first, { kind: 'refuse' });
    changeNode(system, first, { status: { ...statusOf(system, first), conditions: [ready('Unknown')] } });
    await system.wind(300_000);
    assert.deepEqual(await nodesServed(system), [second, third]);
    await system.fault(first, undefined);
    changeNode(system, first, { status: { ...statusOf(system, first), conditions: [ready('True')] } });
    // Its counters are remembered, but for no longer than five minutes: two samples, one every 10 s.
    const tookMs = await system.until('it is served', async () => (await figuresOf(system, first)).length > 0);
    assert.ok(tookMs <= 12_000, `${tookMs} ms`);
  });
});

describe('a node that is slow', () => {
  it('gets the time it takes, and keeps nobody else waiting', async () => {
    await using system = await RunningSystem.start({ shape });
    await system.wind(2 * periodMs);
    await system.fault(first, { kind: 'slow', bytesPerSecond: 150 });
    const isTold = () => toldOf(system, first).length === 2;
    await system.until('it is too slow at first, and answers then', isTold);
    assert.deepEqual(toldOf(system, first), ['Node could not be scraped', 'Node is scraped again']);
    for (let turn = 0; turn < 8; turn++) {
      await system.wind(periodMs);
      const others = (await servedFigures(system, shape)).filter(({ node }) => node !== first);
      assert.equal(others.length, 2 * figuresPerNode);
      const old = others.filter(({ sampledAt }) => system.clock.now() - sampledAt > 10_000 + periodMs + 2_000);
      assert.deepEqual(old, []);
    }
    assert.ok((await figuresOf(system, first)).every(isTrue));
    assert.equal(toldOf(system, first).length, 2, 'no more of it');
  });
});

describe('a node that only the kube-apiserver reaches', () => {
  const right: Right = { who: metricsServerAccount, verbs: ['get'], group: '', resources: ['nodes/proxy'] };
  const allowed = () => ['--kubelet-via-node-proxy'];
  const hide = (system: RunningSystem, node: string): void => {
    const addresses = [{ type: 'InternalIP', address: '127.0.0.2' }];
    changeNode(system, node, { status: { ...statusOf(system, node), addresses } });
  };

  it('is served through it where a flag and a right allow that', async () => {
    await using system = await RunningSystem.start({ shape, flags: allowed, moreRights: [right] });
    await system.wind(2 * periodMs);
    hide(system, first);
    await system.wind(6 * periodMs);
    const figures = await figuresOf(system, first);
    assert.equal(figures.length, figuresPerNode);
    assert.ok(figures.every(isTrue));
    assert.ok(figures.every(({ sampledAt }) => system.clock.now() - sampledAt <= 10_000 + periodMs + 2_000));
    const told = ['Node could not be scraped', 'Node cannot be reached and is asked through the kube-apiserver'];
    assert.deepEqual(toldOf(system, first), told);
    assert.deepEqual(toldOf(system, second), []);
  });

  it('has a reason that names the right where that is missing, and keeps its own where the flag is', async () => {
    for (const [flags, reason] of [
      [allowed, /kube-apiserver.* answered 403 Forbidden.*nodes\/proxy/],
      [() => [], /nothing listens at its address and port/],
    ] as const) {
      await using system = await RunningSystem.start({ shape, flags });
      hide(system, first);
      await system.wind(3 * periodMs);
      assert.deepEqual(await nodesServed(system), [second, third]);
      const lines = system.log.lines.filter(({ facts }) => facts['node'] === first && facts['reason'] !== undefined);
      assert.match(String(lines.at(-1)?.facts['reason']), reason);
    }
  });
});

const preferring = (...types: string[]): string => `--kubelet-preferred-address-types=${types.join(',')}`;

const ready = (status: string): object => ({ type: 'Ready', status });

const nodesServed = async (system: RunningSystem): Promise<readonly string[]> => [
  ...new Set((await servedFigures(system, shape)).map(({ node }) => node)),
];

const figuresOf = async (system: RunningSystem, node: string): Promise<readonly Figure[]> =>
  (await servedFigures(system, shape)).filter((figure) => figure.node === node);

/** What the log says of a node, without its details. */
const toldOf = (system: RunningSystem, node: string): readonly string[] =>
  system.log.lines
    .filter(({ level, message, facts }) => level !== 'detail' && message.startsWith('Node ') && facts['node'] === node)
    .map(({ message }) => message);

const nodeIn = ({ simulator }: RunningSystem, name: string): KubernetesObject =>
  simulator.store.get('nodes', name) ?? assert.fail(name);

const statusOf = (system: RunningSystem, name: string): object => nodeIn(system, name)['status'] as object;

function changeNode(system: RunningSystem, name: string, changes: Partial<KubernetesObject>): void {
  system.simulator.store.put('nodes', { ...nodeIn(system, name), ...changes });
}
