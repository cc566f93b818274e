import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { NodeBatch } from '../../model/batch.ts';
import { type KubeletSummary, place, type SubjectSummary } from '../../model/kubelet-summary.ts';
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
    for (const { key, ...one } of told) {
      const at = slotOf(batch, key);
      assert.equal(batch.cpu[at], figure(one, place.cpu.usage), key);
      assert.equal(batch.memory[at], figure(one, place.memory.workingSet), key);
      assert.equal(batch.sampledAt[at], figure(one, place.cpu.sampledAt), key);
      assert.equal(batch.startedAt[at], figure(one, place.startedAt) * 1e6, key);
    }
    assert.equal(batch.nodeSample?.cpu, figure(recorded.node, place.cpu.usage));
    assert.equal(batch.nodeSample?.memory, figure(recorded.node, place.memory.workingSet));
    assert.equal(batch.nodeSample?.sampledAt, figure(recorded.node, place.cpu.sampledAt));
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
    const figures = recorded.figures.slice();
    const pod = recorded.pods.find(({ containers }) => containers.length > 1);
    const [first, second] = pod?.containers ?? [];
    assert.ok(pod && first && second);
    const { cpu, memory } = place;
    for (const one of [cpu.sampledAt, cpu.usage, memory.sampledAt, memory.workingSet])
      figures[first.at + one] = Number.NaN;
    for (const one of [cpu.sampledAt, memory.sampledAt]) figures[second.at + one] = Number.NaN;
    figures[second.at + cpu.usage] = 2 ** 70;
    figures[recorded.node.at + memory.workingSet] = Number.NaN;
    const containers = [
      { ...first, name: 'a' },
      { ...second, name: 'b' },
    ];
    const mangled: KubeletSummary = { ...recorded, figures, pods: [{ ...pod, containers }] };
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

const figure = ({ at }: SubjectSummary, which: number): number =>
  recorded.figures[at + which] ?? assert.fail('no figure');

function slotOf({ layout }: Omit<NodeBatch, 'node'>, key: string): number {
  const { namespaces, pods, containers } = layout;
  return containers.findIndex((container, at) => `${namespaces[at]}/${pods[at]}/${container}` === key);
}
