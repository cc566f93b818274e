import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { ClusterFolder } from '../../pkg/simulator/cluster-folder.ts';
import { plainCluster, plainNode, plainPod } from '../../pkg/simulator/shape/plain-cluster.ts';
import { figureCount, isTrue, servedFigures } from './testing/figures.ts';
import { RunningSystem } from './testing/running-system.ts';

const size = { nodes: 3, podsPerNode: 2, containersPerPod: 2, seed: 7, housekeeping: { minMs: 10_000, maxMs: 10_000 } };
const shape = plainCluster(size);

/** A CA, but not the one that signed the certificates of the kubelets. */
const wrongCa = ({ pkiDirectory }: ClusterFolder): string =>
  `--kubelet-certificate-authority=${join(pkiDirectory, 'front-proxy-ca.crt')}`;

describe('kubelets', () => {
  it('whose certificates we do not trust are not asked, and the log says why and what would help', async () => {
    await using system = await RunningSystem.start({ shape, flags: (folder) => [wrongCa(folder)] });
    await system.wind(40_000);
    assert.deepEqual(await servedFigures(system, shape), []);
    const told = system.log.lines.filter(({ message }) => message === 'Node could not be scraped');
    assert.equal(told.length, shape.nodes.length);
    for (const { facts } of told) {
      assert.match(String(facts['reason']), /not signed by an authority we trust.*--kubelet-certificate-authority/);
    }
    assert.equal((await system.ask('/readyz')).status, 200, 'the start-up grace is over');
  });

  it('are only those that --node-selector selects', async () => {
    const flags = () => ['--node-selector=kubernetes.io/hostname!=node-00001'];
    await using system = await RunningSystem.start({ shape, flags });
    await system.wind(20_000);
    const served = new Set((await servedFigures(system, shape)).map(({ node }) => node));
    assert.deepEqual([...served], ['node-00000', 'node-00002']);
  });

  it('that join are served within 12 s, and nothing is served of those that leave', async () => {
    await using system = await RunningSystem.start({ shape });
    await system.wind(20_000);
    const { kubelets, addNode } = system.simulator;
    await addNode(plainNode(size, 3));
    await kubelets.removeNode('node-00001');
    await system.wind(12_000);
    const grown = { ...shape, nodes: [shape.nodes[0]!, shape.nodes[2]!, plainNode(size, 3)] };
    const figures = await servedFigures(system, grown);
    assert.equal(figures.length, figureCount(grown));
    assert.deepEqual(
      figures.filter((figure) => !isTrue(figure)),
      [],
    );
  });

  it('that run a new pod have its figures within two periods, true from the first on', async () => {
    await using system = await RunningSystem.start({ shape });
    await system.wind(20_000);
    const pod = { ...plainPod(size, 1_000), startedAgoMs: 0 };
    system.simulator.kubelets.addPod('node-00000', pod);
    const [first, ...others] = shape.nodes;
    const grown = { ...shape, nodes: [{ ...first!, pods: [...first!.pods, pod] }, ...others] };
    const isNew = ({ subject }: { subject: string }) => subject.includes(pod.name);
    const served = async () => (await servedFigures(system, grown)).filter(isNew);
    const tookMs = await system.until('the new pod is served', async () => (await served()).length === 2);
    assert.ok(tookMs <= 30_000, `${tookMs} ms`);
    for (const figure of await served()) assert.ok(isTrue(figure), JSON.stringify(figure));
  });
});

describe('a server that is asked to stop', () => {
  it('stops at once, though a kubelet does not answer and the kube-apiserver is away', async () => {
    const faults = new Map([['node-00001', { kind: 'hang' }]] as const);
    await using system = await RunningSystem.start({ shape, faults });
    await system.wind(20_000);
    await system.simulator.apiServer.down();
    await system.wind(16_000);
    const tookMs = await system.stop();
    assert.ok(tookMs <= 1_000, `${tookMs} ms`);
    assert.equal(system.log.shown.at(-1), 'Stopped listening');
  });
});
