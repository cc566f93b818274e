import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { metricNamed } from '../../heapster/catalogue/catalogue.ts';
import { keyOf } from '../../heapster/entity.ts';
import type { MetricSet } from '../../heapster/model-source.ts';
import { usualHeapster } from '../../heapster/testing/usual-heapster.ts';
import { as, type MonotonicMs } from '../../model/units.ts';
import { cadvisorQuestion } from '../../scraper/collect/cadvisor-question.ts';
import { summaryQuestion } from '../../scraper/collect/summary-question.ts';
import { unrecorded } from './testing/unrecorded.ts';

const began = Date.parse('2026-11-21T12:00:00Z');
const periodMs = 60_000;

/** What the constructed answers come to in their second round, by level and metric, then by what tells values apart. */
const wanted: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'pod_container accelerator/memory_total': {
    'nvidia tesla-k80 GPU-0': 12_000_000_000,
    'nvidia tesla-k80 GPU-1': 12e9,
  },
  'pod_container accelerator/memory_used': { 'nvidia tesla-k80 GPU-0': 1_500_000_000, 'nvidia tesla-k80 GPU-1': 0 },
  'pod_container accelerator/duty_cycle': { 'nvidia tesla-k80 GPU-0': 87, 'nvidia tesla-k80 GPU-1': 0 },
  'sys_container memory/swap_available': { '': 4_096_000 },
  'pod memory/swap_available': { '': 2_048_000 },
  'node cpu/load': { '': 1_250 },
  'sys_container cpu/load': { '': 310 },
  'pod cpu/load': { '': 42 },
  'pod_container cpu/load': { '': 41 },
  // 6,000 and 600 bytes more in a minute; a device that nothing was written to had a rate of nothing, which is known.
  'pod disk/io_read_bytes_rate': { '/dev/vda': 100, '/dev/vdb': 0.05 },
  'pod_container disk/io_read_bytes_rate': { '/dev/vda': 50, '/dev/vdb': 0.05 },
  'pod disk/io_write_bytes_rate': { '/dev/vda': 10, '/dev/vdb': 0 },
  'pod_container disk/io_write_bytes_rate': { '/dev/vda': 10, '/dev/vdb': 0 },
};

const subjects: Readonly<Record<string, string>> = {
  node: 'node:n1',
  sys_container: 'node:n1/container:kubelet',
  pod: 'namespace:lab/pod:train-1',
  pod_container: 'namespace:lab/pod:train-1/container:cuda',
};

describe('what no recording tells of', () => {
  it('is what is constructed here, no more and no less', () => {
    assert.deepEqual(Object.keys(wanted).sort(), [...unrecorded.summary, ...unrecorded.cadvisor].sort());
  });

  const [first = new Map<string, MetricSet>(), second = new Map<string, MetricSet>()] = tell();
  for (const [name, values] of Object.entries(wanted)) {
    const [level = '', metric = ''] = name.split(' ');
    it(`is computed where a kubelet tells of it: ${name}`, () => {
      const set = second.get(subjects[level] ?? '');
      assert.ok(set && metricNamed(metric));
      assert.deepEqual(valuesOf(set, metric), values);
    });
    it(`is absent, and never zero, where it does not: ${name}`, () => {
      const before = first.get(subjects[level] ?? '');
      const elsewhere = [...second.values()].filter(({ entity }) => keyOf(entity).includes('quiet'));
      assert.ok(before && elsewhere.length === 2);
      for (const set of [before, ...elsewhere]) assert.deepEqual(valuesOf(set, metric), {});
    });
  }
});

/** The sets of two rounds. Of the first one only the figures that rates need are told. */
function tell(): readonly ReadonlyMap<string, MetricSet>[] {
  const heapster = usualHeapster();
  const question = summaryQuestion();
  return [0, 1, 2]
    .map((round) => {
      const beat = as<MonotonicMs>(round * periodMs);
      const report = { node: 'n1', uid: 'u', beat, askedAt: beat };
      const summary = question.decode(Buffer.from(JSON.stringify(summaryOf(round))));
      const cadvisor = cadvisorQuestion.decode(Buffer.from(cadvisorOf(round)));
      assert.ok(summary.kind === 'answer' && cadvisor.kind === 'answer');
      assert.deepEqual([summary.skipped, cadvisor.skipped], [0, 0]);
      // A node is known from its first frame on; what cAdvisor says becomes part of the next one.
      if (round > 0) heapster.takeCadvisor({ ...report, answer: cadvisor.answer });
      heapster.take({ ...report, answer: summary.answer });
      heapster.endRound(beat);
      return new Map([...heapster.model.sets()].map((set) => [keyOf(set.entity), set]));
    })
    .slice(1);
}

function summaryOf(round: number): object {
  const time = new Date(began + round * periodMs).toISOString();
  const told = {
    startTime: new Date(began - periodMs).toISOString(),
    cpu: { time, usageCoreNanoSeconds: 1e9 },
    memory: { time, usageBytes: 2e6, workingSetBytes: 1e6 },
  };
  const swap = (swapAvailableBytes: number): object =>
    round < 2 ? {} : { swap: { time, swapUsageBytes: 0, swapAvailableBytes } };
  const card = { make: 'nvidia', model: 'tesla-k80', memoryTotal: 12e9 };
  const accelerators = [
    { ...card, id: 'GPU-0', memoryUsed: 1.5e9, dutyCycle: 87 },
    { ...card, id: 'GPU-1', memoryUsed: 0, dutyCycle: 0 },
  ];
  const podRef = (name: string): object => ({ name, namespace: 'lab', uid: `uid-of-${name}` });
  return {
    node: { nodeName: 'n1', ...told, systemContainers: [{ name: 'kubelet', ...told, ...swap(4_096_000) }] },
    pods: [
      {
        podRef: podRef('train-1'),
        ...told,
        ...swap(2_048_000),
        containers: [{ name: 'cuda', ...told, ...(round === 2 && { accelerators }) }],
      },
      { podRef: podRef('quiet'), ...told, containers: [{ name: 'main', ...told }] },
    ],
  };
}

/** Loads are 0 where cAdvisor does not measure them, as in the first round; disks have counters in both. */
function cadvisorOf(round: number): string {
  const time = began + round * periodMs;
  const pod = 'namespace="lab",pod="train-1"';
  const labels = {
    node: 'container="",DEVICEid="/",image="",name="",namespace="",pod=""',
    kubelet: 'container="",DEVICEid="/system.slice/kubelet.service",image="",name="",namespace="",pod=""',
    pod: `container="",DEVICEid="/kubepods/podx",image="",name="",${pod}`,
    container: `container="cuda",DEVICEid="/kubepods/podx/y",image="i",name="y",${pod}`,
  };
  const line = (family: string, who: keyof typeof labels, value: number, device = ''): string =>
    `${family}{${labels[who].replace('DEVICE', device === '' ? '' : `device="${device}",`)}} ${value} ${time}\n`;
  const load = (who: keyof typeof labels, value: number): string =>
    line('container_cpu_load_average_10s', who, round < 2 ? 0 : value);
  const disk = (kind: 'reads' | 'writes', who: keyof typeof labels, device: string, perRound: number): string =>
    line(`container_fs_${kind}_bytes_total`, who, 4_096 + round * perRound, device);
  return [
    ...[load('node', 1_250), load('kubelet', 310), load('pod', 42), load('container', 41)],
    ...[disk('reads', 'pod', '/dev/vda', 6_000), disk('reads', 'pod', '/dev/vdb', 3)],
    ...[disk('reads', 'container', '/dev/vda', 3_000), disk('reads', 'container', '/dev/vdb', 3)],
    ...[disk('writes', 'pod', '/dev/vda', 600), disk('writes', 'pod', '/dev/vdb', 0)],
    ...[disk('writes', 'container', '/dev/vda', 600), disk('writes', 'container', '/dev/vdb', 0)],
  ].join('');
}

function valuesOf(set: MetricSet, metric: string): Readonly<Record<string, number>> {
  const value = set.values.get(metric);
  if (value !== undefined) return { '': value };
  const labeled = set.labeled.filter((one) => one.metric === metric);
  return Object.fromEntries(
    labeled.map(({ labels, value: own }) => {
      const { resource_id, make, model, accelerator_id } = labels;
      return [resource_id ?? `${make} ${model} ${accelerator_id}`, own];
    }),
  );
}
