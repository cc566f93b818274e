import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { catalogue } from '../../heapster/catalogue/catalogue.ts';
import type { Entity } from '../../heapster/entity.ts';
import type { MetricSet } from '../../heapster/model-source.ts';
import { usualHeapster } from '../../heapster/testing/usual-heapster.ts';
import { as, type MonotonicMs } from '../../model/units.ts';
import { cadvisorQuestion } from '../../scraper/collect/cadvisor-question.ts';
import type { Question } from '../../scraper/collect/question.ts';
import { summaryQuestion } from '../../scraper/collect/summary-question.ts';
import { unrecorded } from './testing/unrecorded.ts';

/** One machine at a moment: its summary, and what its cAdvisor said, by file. */
interface Moment {
  readonly summary: string;
  readonly cadvisor: string;
}

/** Recorded of one machine each, one after the other. cAdvisor on the first kind of cgroups says nothing of disks. */
const stories: Readonly<Record<string, readonly Moment[]>> = {
  'cgroups of the first kind': [{ summary: 'v1.36-steady', cadvisor: 'v1.36-cgroupv1' }],
  'cgroups of the second kind, nine minutes apart': [
    { summary: 'v1.36-cgroupv2-pressure', cadvisor: 'v1.36-cgroupv2' },
    { summary: 'v1.36-cgroupv2-idle', cadvisor: 'v1.36-cgroupv2-idle' },
  ],
};

/** Which family a metric comes from; of a rate, the family of its counter. */
const families: Readonly<Record<string, string>> = {
  'cpu/load': 'container_cpu_load_average_10s',
  'memory/cache': 'container_memory_cache',
  'disk/io_read_bytes': 'container_fs_reads_bytes_total',
  'disk/io_read_bytes_rate': 'container_fs_reads_bytes_total',
  'disk/io_write_bytes': 'container_fs_writes_bytes_total',
  'disk/io_write_bytes_rate': 'container_fs_writes_bytes_total',
};

/** Where the cgroups of a summary's system containers are, by either driver of cgroups. */
const daemons: Readonly<Record<string, readonly string[]>> = {
  pods: ['/kubepods', '/kubepods.slice'],
  kubelet: ['/system.slice/kubelet.service'],
};

const metrics = catalogue.filter(({ source }) => source === 'cadvisor');

describe('what only cAdvisor knows, from what real kubelets said', () => {
  const met = new Set<string>();
  for (const [story, moments] of Object.entries(stories)) {
    const rounds = tell(moments);
    for (const { name, levels } of metrics)
      it(`is what its lines come to, for every subject: ${name}, ${story}`, () => {
        for (const [at, sets] of rounds.entries())
          for (const set of sets.filter(({ entity }) => levels.includes(entity.type))) {
            const wanted = expected(name, set.entity, moments.slice(0, at + 1));
            assert.deepEqual(
              valuesOf(set, name),
              wanted,
              `${JSON.stringify(set.entity)}, ${moments[at]?.cadvisor ?? ''}`,
            );
            if (Object.keys(wanted).length > 0) met.add(`${set.entity.type} ${name}`);
          }
      });
  }

  it('stays what it was while cAdvisor repeats itself', () => {
    const [first, second] = stories['cgroups of the second kind, nine minutes apart'] ?? [];
    assert.ok(first && second);
    const rates = tell([first, second, second, second]).map((sets) => {
      const node = sets.find(({ entity }) => entity.type === 'node');
      return node && valuesOf(node, 'disk/io_write_bytes_rate');
    });
    assert.deepEqual(rates[0], {});
    assert.ok((rates[1]?.['/dev/vda'] ?? 0) > 0);
    assert.deepEqual(rates.slice(2), [rates[1], rates[1]]);
  });

  it('is met in full by these recordings, but for loads and for pods that were there at one moment only', () => {
    const unmet = metrics.flatMap(({ name, levels }) =>
      levels.map((level) => `${level} ${name}`).filter((each) => !met.has(each)),
    );
    assert.deepEqual([...unmet].sort(), [...unrecorded.cadvisor].sort());
  });
});

/** The newest sets after each moment. */
function tell(moments: readonly Moment[]): readonly (readonly MetricSet[])[] {
  const heapster = usualHeapster();
  const summary = summaryQuestion();
  // cAdvisor's figures become part of the node's next frame: a node is known from its first one on.
  return [undefined, ...moments].flatMap((moment, at) => {
    // By our clock as much time passed as by that of the node.
    const report = { node: 'rig-node', uid: 'u', beat: beatOf(at), askedAt: recordedAt(moment ?? moments[0]) };
    if (moment !== undefined)
      heapster.takeCadvisor({ ...report, answer: answerOf(cadvisorQuestion, 'cadvisor', `${moment.cadvisor}.txt`) });
    heapster.take({ ...report, answer: answerOf(summary, 'summary', `${(moment ?? moments[0])?.summary ?? ''}.json`) });
    heapster.endRound(beatOf(at));
    return moment === undefined ? [] : [[...heapster.model.sets()]];
  });
}

function beatOf(round: number): MonotonicMs {
  return as<MonotonicMs>(15_000 * round);
}

/** When cAdvisor looked at the machine as a whole, in milliseconds. */
function recordedAt({ cadvisor }: Moment = { summary: '', cadvisor: '' }): MonotonicMs {
  const line = /^container_memory_cache\{container="",id="\/",.* (\d+)$/m;
  return as<MonotonicMs>(Number(line.exec(recorded('cadvisor', `${cadvisor}.txt`).toString())?.[1]));
}

function recorded(room: 'summary' | 'cadvisor', file: string): Buffer {
  return readFileSync(join(import.meta.dirname, '../../scraper', room, 'testdata', file));
}

function answerOf<Answer>(question: Question<Answer>, room: 'summary' | 'cadvisor', file: string): Answer {
  const read = question.decode(recorded(room, file));
  assert.ok(read.kind === 'answer');
  assert.equal(read.skipped, 0);
  return read.answer;
}

type Values = Readonly<Record<string, number>>;

function valuesOf(set: MetricSet, metric: string): Values {
  const value = set.values.get(metric);
  const labeled = set.labeled.filter((one) => one.metric === metric);
  return value !== undefined
    ? { '': value }
    : Object.fromEntries(labeled.map((one) => [one.labels['resource_id'], one.value]));
}

/** Reckoned line by line from the text of the last of these moments, and of the one before. */
function expected(metric: string, entity: Entity, moments: readonly Moment[]): Values {
  const now = linesOf(metric, entity, moments.at(-1));
  if (metric === 'cpu/load') return Object.fromEntries(now.flatMap(({ value }) => (value > 0 ? [['', value]] : [])));
  if (!metric.endsWith('_rate')) return Object.fromEntries(now.map(({ device, value }) => [device, value]));
  const before = new Map(linesOf(metric, entity, moments.at(-2)).map((line) => [line.device, line]));
  return Object.fromEntries(
    now.flatMap(({ device, value, time }) => {
      const first = before.get(device);
      if (first === undefined || time <= first.time) return [];
      return [[device, Number((((value - first.value) / (time - first.time)) * 1000).toFixed(3))]];
    }),
  );
}

interface Line {
  readonly device: string;
  readonly value: number;
  readonly time: number;
}

function linesOf(metric: string, entity: Entity, moment: Moment | undefined): readonly Line[] {
  if (moment === undefined) return [];
  const text = recorded('cadvisor', `${moment.cadvisor}.txt`).toString();
  const ours = text.split('\n').filter((line) => line.startsWith(`${families[metric] ?? ''}{`) && isOf(line, entity));
  return ours.map((line) => {
    const [value, time] = line.slice(line.lastIndexOf('}') + 2).split(' ');
    return { device: label(line, 'device'), value: Number(value), time: Number(time) };
  });
}

function isOf(line: string, entity: Entity): boolean {
  const [id, namespace, pod, container] = ['id', 'namespace', 'pod', 'container'].map((name) => label(line, name));
  switch (entity.type) {
    case 'node':
      return id === '/';
    case 'sys_container':
      return daemons[entity.container]?.includes(id ?? '') ?? false;
    case 'pod':
      return namespace === entity.namespace && pod === entity.pod && container === '' && label(line, 'name') === '';
    case 'pod_container':
      return namespace === entity.namespace && pod === entity.pod && container === entity.container;
    default:
      return false;
  }
}

function label(line: string, name: string): string {
  return new RegExp(`[{,]${name}="([^"]*)"`).exec(line)?.[1] ?? '';
}
