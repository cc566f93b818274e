import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { catalogue } from '../../heapster/catalogue/catalogue.ts';
import { type EntityType, keyOf } from '../../heapster/entity.ts';
import type { Heapster } from '../../heapster/heapster.ts';
import type { MetricSet } from '../../heapster/model-source.ts';
import { usualHeapster } from '../../heapster/testing/usual-heapster.ts';
import { decodePodFacts } from '../../kube/facts/decode-pod.ts';
import type { NodeFacts } from '../../model/pod-facts.ts';
import { as, type MonotonicMs } from '../../model/units.ts';
import { summaryQuestion } from '../../scraper/collect/summary-question.ts';
import { expectedSets, type PodObjectJson, type Values } from './testing/expected-sets.ts';
import type { SummaryJson } from './testing/independent-catalogue.ts';
import { unrecorded } from './testing/unrecorded.ts';

/** Recorded answers of one kubelet, one after the other. */
const stories: Readonly<Record<string, readonly string[]>> = {
  'steady, a crash, new pods, deleted ones, a restarted kubelet': [
    'v1.36-steady',
    'v1.36-steady-15s',
    'v1.36-just-crashed',
    'v1.36-restarted',
    'v1.36-fresh',
    'v1.36-just-deleted',
    'v1.36-kubelet-restarted',
  ],
  'a kubelet of 2021': ['v1.20-steady', 'v1.20-steady-15s'],
  'a kernel that tells of pressure': ['v1.36-cgroupv2-pressure', 'v1.36-cgroupv2-idle'],
};

const levels: readonly EntityType[] = ['node', 'sys_container', 'pod', 'pod_container', 'ns', 'cluster'];

describe('the catalogue, from what real kubelets said', () => {
  for (const [story, files] of Object.entries(stories)) {
    const rounds = tell(files);
    for (const level of levels)
      it(`is what it ought to be, and absent where nothing is known: ${level}, ${story}`, () => {
        const compared = rounds.map((round) => compare(level, round));
        assert.ok(Math.min(...compared) >= 4, `values compared by round: ${compared.join()}`);
      });
  }

  it('is met in full by these recordings, but for what kubelets of today do not measure', () => {
    const met = new Set(Object.values(stories).flatMap((files) => tell(files).flatMap(({ sets }) => metIn(sets))));
    const unmet = catalogue
      .filter(({ source }) => source === undefined)
      .flatMap(({ name, levels: own }) => own.map((level) => `${level} ${name}`).filter((each) => !met.has(each)));
    assert.deepEqual(unmet, unrecorded.summary);
  });
});

/** Which metrics have a value, of which kind of entity. */
function metIn(sets: ReadonlyMap<string, MetricSet>): string[] {
  return [...sets.values()].flatMap((set) =>
    catalogue.flatMap(({ name }) => (Object.keys(valuesOf(set, name)).length > 0 ? `${set.entity.type} ${name}` : [])),
  );
}

interface Round {
  readonly file: string;
  readonly sets: ReadonlyMap<string, MetricSet>;
  readonly expected: ReturnType<typeof expectedSets>;
}

/** Tells the catalogue a story, and what each round ought to have come to. */
function tell(files: readonly string[]): readonly Round[] {
  const texts = files.map((file) =>
    readFileSync(join(import.meta.dirname, '../../scraper/summary/testdata', `${file}.json`)),
  );
  const answers = texts.map(
    (text) => JSON.parse(text.toString()) as SummaryJson & { readonly node: { readonly nodeName: string } },
  );
  const name = answers[0]?.node.nodeName ?? '';
  const pods = name === 'rig-node-1' ? recordedPods() : [];
  const heapster = heapsterOf(name, pods);
  const question = summaryQuestion();
  return answers.map((answer, at) => {
    const read = question.decode(texts[at] ?? Buffer.alloc(0));
    assert.ok(read.kind === 'answer');
    const beat = as<MonotonicMs>(60_000 * at);
    const askedAt = as<MonotonicMs>(Date.parse((answer.node['rlimit'] as { time: string }).time));
    heapster.take({ node: name, uid: 'u', beat, askedAt, answer: read.answer });
    heapster.endRound(beat);
    const sets = new Map([...heapster.model.sets()].map((set) => [keyOf(set.entity), set]));
    const summaries = answers.slice(0, at + 1).reverse();
    return { file: files[at] ?? '', sets, expected: expectedSets({ summaries, pods, node: nodeFacts(name) }) };
  });
}

/** Compares every value that a level has; returns how many there were. */
function compare(level: EntityType, { file, sets, expected }: Round): number {
  const ofLevel = (keys: Iterable<[string, { readonly entity: { readonly type: EntityType } }]>): string[] =>
    [...keys].flatMap(([key, { entity }]) => (entity.type === level ? key : [])).sort();
  assert.deepEqual(ofLevel(sets), ofLevel(expected), file);
  let compared = 0;
  for (const key of ofLevel(expected))
    for (const { name } of catalogue.filter(({ levels: own }) => own.includes(level))) {
      const [set, wanted] = [sets.get(key), expected.get(key)?.values(name) ?? {}];
      assert.ok(set);
      assert.deepEqual(valuesOf(set, name), wanted, `${file}: ${name} of ${key}`);
      compared += Object.keys(wanted).length;
    }
  return compared;
}

function valuesOf(set: MetricSet, metric: string): Values {
  const value = set.values.get(metric);
  const labeled = set.labeled.filter((one) => one.metric === metric);
  if (value !== undefined) return { '': value };
  return Object.fromEntries(labeled.map((one) => [one.labels['resource_id'] ?? '', one.value]));
}

function recordedPods(): readonly PodObjectJson[] {
  const file = join(import.meta.dirname, '../../kube/facts/testdata/v1.36-pods.json');
  const { items } = JSON.parse(readFileSync(file, 'utf8')) as { readonly items: readonly PodObjectJson[] };
  return items.filter(({ status }) => status.phase !== 'Succeeded');
}

function nodeFacts(name: string): NodeFacts {
  return {
    name,
    hostname: name,
    hostId: '',
    labels: {},
    schedulable: true,
    capacity: { cpu: 2_000, memory: 8e9, ephemeralStorage: 1e11 },
    allocatable: { cpu: 1_900, memory: 7e9, ephemeralStorage: 9e10 },
  };
}

function heapsterOf(node: string, objects: readonly PodObjectJson[]): Heapster {
  const pods = objects.flatMap((object) => decodePodFacts(object) ?? []);
  return usualHeapster({
    facts: {
      podsOn: () => pods,
      pod: (namespace, name) => pods.find((pod) => pod.namespace === namespace && pod.name === name),
      node: () => nodeFacts(node),
    },
  });
}
