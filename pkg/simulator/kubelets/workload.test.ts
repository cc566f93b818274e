import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ContainerShape, NodeShape, PodShape } from '../shape/cluster-shape.ts';
import { dice } from '../shape/dice.ts';
import { NodeWorkload } from './workload.ts';

const start = Date.UTC(2026, 10, 21, 12);
const seconds = 1000;

describe('a pretend node', () => {
  it('serves samples whose slope is the true usage, jitter or not', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const workload = new NodeWorkload(
        node([pod('web', [app(0.25), { ...app(0, 'wavy'), cpuCores: wave }])]),
        seed,
        start,
      );
      for (const container of ['app', 'wavy']) assertSlopes(workload, container, seed);
    }
  });

  it('serves for each container the last sample, never one of the future, and none older than a gap', () => {
    const workload = new NodeWorkload(node([pod('web', [app(0.25)]), pod('db', [app(0.1)])]), 3, start);
    for (let now = start; now < start + 300 * seconds; now += 700) {
      const { containers, pods, node: own } = workload.report(now);
      for (const { sampledAt } of [...containers, ...pods, own])
        assert.ok(sampledAt <= now && now - sampledAt <= 20 * seconds + 1, `${now - sampledAt} ms old`);
    }
  });

  it('is the sum of its pods and its system, and a pod the sum of its containers', () => {
    const workload = new NodeWorkload(node([pod('web', [app(0.25), app(0.5, 'sidecar')])]), 1, start);
    const [from, to] = [start, start + 60 * seconds];
    assert.ok(near(workload.truthOfPod(ref('web'), from, to)?.cpuCores, 0.75));
    assert.ok(near(workload.truthOfNode(from, to)?.cpuCores, 0.75 + 0.1));
    assert.equal(workload.truthOfPod(ref('web'), from, to)?.memoryBytes, 2 * 2 ** 20);
    assert.equal(workload.truthOfNode(from, to)?.memoryBytes, 2 * 2 ** 20 + 2 ** 30);
  });

  it('begins a new life at zero when a container restarts, with a first sample at once', () => {
    const workload = new NodeWorkload(node([pod('web', [app(0.25)])]), 1, start);
    const now = start + 30 * seconds;
    workload.restartContainer({ ...ref('web'), container: 'app' }, now);
    const [row] = workload.report(now).containers;
    assert.deepEqual(
      { at: row?.sampledAt, cpu: row?.cpu, startedAt: row?.startedAt },
      { at: now, cpu: 0, startedAt: now / 1000 },
    );
    assert.equal(workload.truthOfContainer({ ...ref('web'), container: 'app' }, start, now + 1), undefined);
    assert.ok(near(workload.truthOfContainer({ ...ref('web'), container: 'app' }, now, now + 9)?.cpuCores, 0.25));
  });

  it('shows a pod from its first moment to its last, and no other', () => {
    const workload = new NodeWorkload(node([]), 1, start);
    workload.addPod({ ...pod('late', [app(0.2)]), startedAgoMs: 0 }, start + 5 * seconds);
    const [row] = workload.report(start + 6 * seconds).containers;
    assert.equal(row?.labels, 'container="app",namespace="ns",pod="late"');
    assert.equal(row?.sampledAt, start + 5 * seconds);
    workload.removePod(ref('late'), start + 20 * seconds);
    assert.deepEqual(workload.report(start + 20 * seconds).containers, []);
    assert.equal(workload.truthOfPod(ref('late'), start + 6 * seconds, start + 7 * seconds), undefined);
  });

  it('says nothing of pods that do not run', () => {
    const waiting: PodShape = { ...pod('waiting', [app(0.2)]), phase: 'Pending' };
    const done: PodShape = { ...pod('done', [app(0.2)]), phase: 'Succeeded' };
    const workload = new NodeWorkload(node([waiting, done]), 1, start);
    assert.deepEqual(workload.report(start + 1).containers, []);
    assert.deepEqual(workload.report(start + 1).pods, []);
    assert.ok(near(workload.truthOfNode(start, start + 1000)?.cpuCores, 0.1));
  });

  it('never lets the counter of the node or of a pod fall, however much comes, goes and restarts', () => {
    for (let seed = 1; seed <= 20; seed++) churn(seed);
  });

  it('lists rows as a Prometheus registry sorts them: by container, namespace, pod', () => {
    const pods = [
      pod('web-1', [app(0.1), app(0.1, 'a')]),
      pod('web', [app(0.1), app(0.1, 'app-2')]),
      pod('api', [app(0.1)]),
    ];
    const workload = new NodeWorkload(node(pods), 1, start);
    assert.deepEqual(
      workload.report(start).containers.map(({ labels }) => labels.replaceAll(/"|container=|namespace=|pod=/g, '')),
      ['a,ns,web-1', 'app,ns,api', 'app,ns,web', 'app,ns,web-1', 'app-2,ns,web'],
    );
  });

  it('behaves the same twice', () => {
    const once = new NodeWorkload(node([pod('web', [app(0.25)])]), 9, start);
    const twice = new NodeWorkload(node([pod('web', [app(0.25)])]), 9, start);
    assert.deepEqual(once.report(start + 77_777), twice.report(start + 77_777));
    const other = new NodeWorkload(node([pod('web', [app(0.25)])]), 10, start);
    assert.notDeepEqual(once.report(start + 77_777), other.report(start + 77_777));
  });
});

const wave = { meanCores: 0.4, amplitudeCores: 0.3, periodMs: 45_000 };

function assertSlopes(workload: NodeWorkload, container: string, seed: number): void {
  const samples = workload.samples(start, start + 300 * seconds).filter((sample) => sample.container === container);
  assert.ok(samples.length >= 15, `seed ${seed}: ${samples.length} samples`);
  for (let index = 1; index < samples.length; index++) {
    const [earlier, later] = [samples[index - 1]!, samples[index]!];
    const truth = workload.truthOfContainer({ ...ref('web'), container }, earlier.sampledAt, later.sampledAt);
    const slope = (later.cpu - earlier.cpu) / ((later.sampledAt - earlier.sampledAt) * 1e6);
    assert.ok(near(truth?.cpuCores, slope), `seed ${seed}: slope ${slope}, truth ${truth?.cpuCores}`);
  }
}

function churn(seed: number): void {
  const random = dice(`churn/${seed}`);
  const workload = new NodeWorkload(node([pod('stays', [app(0.25)])]), seed, start);
  let before = { node: 0, stays: 0 };
  for (let step = 1; step <= 200; step++) {
    const now = start + step * 3 * seconds;
    const name = `pod-${Math.floor(random() * 5)}`;
    const there = workload.pods.some((each) => each.name === name);
    if (there) workload.removePod(ref(name), now);
    else workload.addPod({ ...pod(name, [app(random())]), startedAgoMs: 0 }, now);
    if (random() < 0.3) workload.restartContainer({ ...ref('stays'), container: 'app' }, now);
    const report = workload.report(now);
    const stays = report.pods.find(({ labels }) => labels.includes('stays'))?.cpu ?? 0;
    assert.ok(report.node.cpu >= before.node, `seed ${seed}, step ${step}: the node's counter fell`);
    assert.ok(stays >= before.stays, `seed ${seed}, step ${step}: the pod's counter fell`);
    before = { node: report.node.cpu, stays };
  }
}

function node(pods: readonly PodShape[]): NodeShape {
  return {
    name: 'n1',
    labels: {},
    capacity: { cpuCores: 4, memoryBytes: 2 ** 34 },
    system: { cpuCores: 0.1, memoryBytes: 2 ** 30 },
    housekeeping: { minMs: 10 * seconds, maxMs: 20 * seconds },
    pods,
  };
}

function pod(name: string, containers: readonly ContainerShape[]): PodShape {
  return { namespace: 'ns', name, labels: {}, containers, startedAgoMs: 600 * seconds };
}

function app(cpuCores: number, name = 'app'): ContainerShape {
  return { name, cpuCores, memoryBytes: 2 ** 20 };
}

const ref = (name: string): { namespace: string; pod: string } => ({ namespace: 'ns', pod: name });

/** Counters are cut to whole nanoseconds, so a slope is right to a few of them. */
const near = (actual: number | undefined, expected: number): boolean =>
  actual !== undefined && Math.abs(actual - expected) < 1e-7;
