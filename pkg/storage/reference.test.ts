import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import type { NodeBatch } from '../model/batch.ts';
import type { Sample, Usage } from '../model/sample.ts';
import { as } from '../model/units.ts';
import { silentLogger } from '../telemetry/logger.ts';
import { Storage } from './storage.ts';

/**
 * What the reference promises for its nodes and pods, case by case, at its resolution of 60 s. Where we answer
 * differently on purpose the case says so: `reference` is what it would say, `because` is why we do not.
 */
interface Case {
  readonly title: string;
  /** One answer of the kubelet each: start, time, CPU and memory per container, in seconds, core-seconds and Mi. */
  readonly answers: readonly (readonly Point[])[];
  readonly expected: Expected | undefined;
  readonly reference?: string;
  readonly because?: string;
}

type Point = readonly [start: number, at: number, cpu: number, memory: number];

interface Expected {
  readonly at: number;
  readonly window: number;
  readonly cores: number;
  readonly memory: number;
}

const unknown = Number.NaN;

const nodeCases: readonly Case[] = [
  { title: 'one sample is not enough', answers: [[[0, 100, 10, 2]]], expected: undefined },
  {
    title: 'two samples are',
    answers: [[[0, 100, 10, 2]], [[0, 110, 20, 3]]],
    expected: { at: 110, window: 10, cores: 1, memory: 3 },
  },
  {
    title: 'an answer without the node',
    answers: [[[0, 100, 10, 2]], [[0, 110, 20, 3]], []],
    expected: { at: 110, window: 10, cores: 1, memory: 3 },
    reference: 'nothing',
    because: 'one bad or missing line is no reason to hide a node: its last value is good for three periods',
  },
  { title: 'the same answer twice', answers: [[[0, 100, 10, 2]], [[0, 100, 10, 2]]], expected: undefined },
  {
    title: 'a counter that fell after a restart',
    answers: [[[0, 100, 10, 2]], [[105, 110, 5, 3]]],
    expected: undefined,
  },
  { title: 'a counter that fell', answers: [[[0, 105, 50, 3]], [[0, 115, 10, 5]]], expected: undefined },
  {
    title: 'a sample older than both',
    answers: [[[0, 105, 10, 3]], [[0, 125, 50, 5]], [[0, 95, 6, 2]]],
    expected: { at: 125, window: 20, cores: 2, memory: 5 },
    reference: 'nothing',
    because: 'a sample from the past is ignored',
  },
  {
    title: 'a sample between the two',
    answers: [[[0, 105, 10, 1]], [[0, 125, 50, 4]], [[0, 115, 35, 2]]],
    expected: { at: 125, window: 20, cores: 2, memory: 4 },
    reference: 'ts 115, window 10 s, 2.5 cores',
    because: 'a sample from the past is ignored: timestamps never go backwards',
  },
  {
    title: 'no start time at all',
    answers: [[[unknown, 100, 10, 2]], [[unknown, 110, 20, 3]]],
    expected: { at: 110, window: 10, cores: 1, memory: 3 },
  },
];

const podCases: readonly Case[] = [
  {
    title: 'two samples',
    answers: [[[0, 120, 1, 4]], [[0, 125, 6, 5]]],
    expected: { at: 125, window: 5, cores: 1, memory: 5 },
  },
  { title: 'one sample of a container that runs for long', answers: [[[0, 120, 1, 4]]], expected: undefined },
  {
    title: 'an answer without any container',
    answers: [[[0, 120, 1, 4]], [[0, 125, 6, 5]], []],
    expected: { at: 125, window: 5, cores: 1, memory: 5 },
    reference: 'nothing',
    because: 'a runtime may be silent for a moment',
  },
  {
    title: 'the time is that of the earliest container',
    answers: [
      [
        [0, 110, 1, 4],
        [0, 115, 2, 5],
      ],
      [
        [0, 120, 6, 6],
        [0, 125, 7, 7],
      ],
    ],
    expected: { at: 120, window: 10, cores: 0.5, memory: 6 },
  },
  { title: 'the same answer twice', answers: [[[0, 120, 1, 4]], [[0, 120, 1, 4]]], expected: undefined },
  {
    title: 'a restart has the rate since its start',
    answers: [[[0, 10, 1, 4]], [[15, 25, 5, 5]]],
    expected: { at: 25, window: 10, cores: 0.5, memory: 5 },
  },
  {
    title: 'a counter that fell',
    answers: [[[0, 110, 20, 4]], [[0, 120, 10, 4]]],
    expected: undefined,
    reference: 'one pod with zero containers',
    because: 'a pod is published whole or not at all',
  },
  {
    title: 'a sample long before both',
    answers: [[[0, 1115, 20, 4]], [[0, 1125, 40, 4]], [[0, 115, 10, 4]]],
    expected: { at: 1125, window: 10, cores: 2, memory: 4 },
    reference: 'nothing',
    because: 'a sample from the past is ignored',
  },
  {
    title: 'a sample between the two',
    answers: [[[0, 115, 10, 4]], [[0, 125, 50, 5]], [[0, 120, 35, 5]]],
    expected: { at: 125, window: 10, cores: 4, memory: 5 },
    reference: 'ts 120, window 5 s, 5 cores',
    because: 'a sample from the past is ignored: timestamps never go backwards',
  },
  {
    title: 'a young container needs one sample',
    answers: [[[0, 10, 10, 4]]],
    expected: { at: 10, window: 10, cores: 1, memory: 4 },
  },
  { title: 'a sample from before the start', answers: [[[0, -10, 10, 4]]], expected: undefined },
  {
    title: 'a container of nine seconds',
    answers: [[[0, 9, 9, 4]]],
    expected: { at: 9, window: 9, cores: 1, memory: 4 },
    reference: 'nothing',
    because: 'an age of 2 s is enough for a rate from the start',
  },
  { title: 'a container of one second', answers: [[[0, 1, 1, 4]]], expected: undefined },
  {
    title: 'no start time at all',
    answers: [[[unknown, 120, 1, 4]], [[unknown, 125, 6, 5]]],
    expected: { at: 125, window: 5, cores: 1, memory: 5 },
  },
  {
    title: 'a second container that appears is waited for',
    answers: [
      [[0, 110, 1, 4]],
      [
        [0, 120, 6, 6],
        [0, 120, 7, 7],
      ],
    ],
    expected: undefined,
  },
];

describe('nodes, by the reference’s cases', () => {
  for (const { title, answers, expected, reference, because } of nodeCases) {
    it(titled(title, reference, because), async () => {
      const storage = await stored(answers, nodeBatch);
      assert.deepEqual(told(storage.nodeUsage('n1')), expected);
      assert.equal(storage.ready.nodes, expected !== undefined);
      assert.deepEqual(storage.points(), { nodes: expected ? 1 : 0, containers: 0 });
    });
  }
});

describe('pods, by the reference’s cases', () => {
  for (const { title, answers, expected, reference, because } of podCases) {
    it(titled(title, reference, because), async () => {
      const storage = await stored(answers, podBatch);
      const pod = storage.podUsage({ namespace: 'ns1', name: 'pod1' });
      const first = pod?.containers[0]?.usage;
      assert.deepEqual(told(pod && first && { ...first, sampledAt: pod.sampledAt, windowNs: pod.windowNs }), expected);
      assert.equal(storage.podUsage({ namespace: 'ns1', name: 'pod2' }), undefined);
      assert.equal(storage.ready.pods, pod !== undefined || storage.points().containers > 0);
    });
  }

  it('counts both containers of a pod as points, and no node', async () => {
    const both = (at: number): Point[] => [
      [0, at, at, 4],
      [0, at, at, 5],
    ];
    assert.deepEqual((await stored([both(110)], podBatch)).points(), { nodes: 0, containers: 0 });
    assert.deepEqual((await stored([both(110), both(120)], podBatch)).points(), { nodes: 0, containers: 2 });
  });
});

describe('readiness', () => {
  it('comes with the first rate of a node and of a container, each for itself', async () => {
    const nodesOnly = await stored([[[0, 100, 10, 2]], [[0, 110, 20, 3]]], nodeBatch);
    assert.deepEqual(nodesOnly.ready, { nodes: true, pods: false });
    const podsOnly = await stored([[[0, 100, 10, 2]], [[0, 110, 20, 3]]], podBatch);
    assert.deepEqual(podsOnly.ready, { nodes: false, pods: true });
  });
});

function titled(title: string, reference?: string, because?: string): string {
  return reference === undefined ? title : `${title} (the reference: ${reference}; we differ: ${because})`;
}

/** A storage that was given these answers, each as long after the one before as its samples say, or 10 s. */
async function stored(answers: Case['answers'], batchOf: (points: readonly Point[]) => NodeBatch): Promise<Storage> {
  const clock = new WoundClock();
  const storage = new Storage({ metricResolutionMs: 60_000, clock, log: silentLogger });
  let before: number | undefined;
  for (const points of answers) {
    const at = points[0]?.[1];
    const passed = at === undefined || before === undefined ? 10 : at - before;
    await clock.wind(passed > 0 ? passed * 1000 : 10_000);
    before = at;
    storage.store(batchOf(points));
  }
  return storage;
}

const epochMs = Date.UTC(2026, 10, 21, 12);
const mebi = 2 ** 20;

function nodeBatch(points: readonly Point[]): NodeBatch {
  const [point] = points;
  return { ...podBatch([]), ...(point && { nodeSample: sample(point) }) };
}

function sample([start, at, cpu, memory]: Point): Sample {
  return {
    sampledAt: as(epochMs + at * 1e3),
    startedAt: as(epochMs * 1e6 + start * 1e9),
    cpu: as(cpu * 1e9),
    memory: as(memory * mebi),
  };
}

function podBatch(points: readonly Point[]): NodeBatch {
  return {
    node: 'n1',
    layout: {
      namespaces: points.map(() => 'ns1'),
      pods: points.map(() => 'pod1'),
      containers: points.map((_, index) => `container${index + 1}`),
    },
    sampledAt: Float64Array.from(points, ([, at]) => epochMs + at * 1e3),
    startedAt: Float64Array.from(points, ([start]) => epochMs * 1e6 + start * 1e9),
    cpu: Float64Array.from(points, ([, , cpu]) => cpu * 1e9),
    memory: Float64Array.from(points, ([, , , memory]) => memory * mebi),
    swap: new Float64Array(points.length).fill(Number.NaN),
  };
}

function told(usage: Usage | undefined): Expected | undefined {
  if (usage === undefined) return undefined;
  const { sampledAt, windowNs, cpu, memory } = usage;
  return { at: (sampledAt - epochMs) / 1e3, window: windowNs / 1e9, cores: cpu / 1e9, memory: memory / mebi };
}
