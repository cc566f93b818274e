import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { NodeBatch } from '../../model/batch.ts';
import type { KubeletSummary } from '../../model/kubelet-summary.ts';
import { as, type EpochMs } from '../../model/units.ts';
import { decodeSummary } from '../summary/decode-summary.ts';
import { SummaryBatches } from './summary-batches.ts';

const receivedAt = as<EpochMs>(Date.UTC(2026, 10, 21, 4));
const recorded = summaryIn('v1.36-steady.json');

describe('a batch made of a summary', () => {
  it('has the containers, times and counters of a recorded one', () => {
    const batch = new SummaryBatches().of(recorded, receivedAt);
    const told = recorded.pods.flatMap(({ namespace, name, containers }) =>
      containers.map((container) => ({ key: `${namespace}/${name}/${container.name}`, ...container })),
    );
    assert.ok(told.length > 5);
    assert.equal(batch.layout.containers.length, told.length);
    for (const { key, cpu, memory, startedAt } of told) {
      const at = slotOf(batch, key);
      assert.equal(batch.cpu[at], cpu?.usage, key);
      assert.equal(batch.memory[at], memory?.workingSet, key);
      assert.equal(batch.sampledAt[at], cpu?.sampledAt, key);
      assert.equal(batch.startedAt[at], startedAt * 1e6, key);
    }
    assert.equal(batch.nodeSample?.cpu, recorded.node.cpu?.usage);
    assert.equal(batch.nodeSample?.memory, recorded.node.memory?.workingSet);
    assert.equal(batch.nodeSample?.sampledAt, recorded.node.cpu?.sampledAt);
  });

  it('has the same layout while the containers are the same, in whichever order they are told', () => {
    const batches = new SummaryBatches();
    const first = batches.of(recorded, receivedAt);
    const shuffled = { ...recorded, pods: recorded.pods.toReversed() };
    assert.equal(batches.of(shuffled, receivedAt).layout, first.layout);
    const fewer = batches.of({ ...recorded, pods: recorded.pods.slice(1) }, receivedAt);
    assert.notEqual(fewer.layout, first.layout);
    assert.ok(fewer.layout.containers.length < first.layout.containers.length);
  });

  it('leaves out what was not measured, and takes no nonsense for a figure', () => {
    const [pod] = recorded.pods;
    const [container] = pod?.containers ?? [];
    assert.ok(pod && container?.cpu && container.memory);
    const cpu = { ...container.cpu, sampledAt: as<EpochMs>(Number.NaN), usage: 2 ** 70 };
    const mangled: KubeletSummary = {
      node: { ...recorded.node, memory: undefined },
      pods: [
        {
          ...pod,
          containers: [
            { ...container, name: 'a', cpu: undefined, memory: undefined },
            { ...container, name: 'b', cpu, memory: { ...container.memory, sampledAt: as<EpochMs>(Number.NaN) } },
          ],
        },
      ],
    };
    const batch = new SummaryBatches().of(mangled, receivedAt);
    assert.deepEqual(batch.layout.containers, ['b']);
    assert.equal(batch.cpu[0], Number.NaN);
    assert.equal(batch.sampledAt[0], receivedAt);
    assert.equal(batch.nodeSample, undefined);
  });
});

function summaryIn(file: string): KubeletSummary {
  const body = readFileSync(join(import.meta.dirname, '..', 'summary', 'testdata', file));
  const decoded = decodeSummary(body);
  return decoded.kind === 'summary' ? decoded.summary : assert.fail(decoded.message);
}

function slotOf({ layout }: Omit<NodeBatch, 'node'>, key: string): number {
  const { namespaces, pods, containers } = layout;
  return containers.findIndex((container, at) => `${namespaces[at]}/${pods[at]}/${container}` === key);
}
