import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { recordedPods } from '../shape/recorded-pods.ts';
import { loadRecording, namedBy, parseFamilies } from './recording.ts';
import { recordingFolder } from './recording-folder.ts';
import { Replay } from './replay.ts';

const recording = await loadRecording(recordingFolder());
const recordedStart = recording[0]!.at;
const start = Date.UTC(2027, 1, 3, 4, 5, 6, 789);
const seconds = 1000;

describe('a replayed kubelet', () => {
  it('answers each recorded byte at its moment when nothing is shifted', async () => {
    const replay = new Replay('rig', recording, recordedStart);
    for (const { name, at, families } of recording) {
      const expected = families && (await recordedText(name));
      assert.equal(replay.textAt(at), expected, name);
    }
  });

  it('answers the first two moments exactly up to the shift of their times', async () => {
    const replay = new Replay('rig', recording, start);
    const shift = start - recordedStart;
    for (const moment of recording.slice(0, 2)) {
      const text = replay.textAt(moment.at + shift) ?? '';
      assert.deepEqual(withoutTimes(text, shift), withoutTimes(await recordedText(moment.name), 0), moment.name);
    }
  });

  it('keeps an answer until the next, and refuses while the recorded kubelet restarted', () => {
    const replay = new Replay('rig', recording, start);
    const refused = recording.findIndex(({ families }) => families === undefined);
    const at = (index: number): number => recording[index]!.at - recordedStart + start;
    assert.equal(replay.textAt(at(1) - 1), replay.textAt(start));
    assert.notEqual(replay.textAt(at(1)), replay.textAt(start));
    assert.notEqual(replay.textAt(at(refused) - 1), undefined);
    assert.equal(replay.textAt(at(refused)), undefined);
    assert.equal(replay.textAt(at(refused + 1) - 1), undefined);
    assert.notEqual(replay.textAt(at(refused + 1)), undefined);
    assert.equal(replay.nextChangeAt(at(refused)), at(refused + 1));
  });

  it('keeps every counter rising within a life, and its time going on, over many loops', () => {
    const replay = new Replay('rig', recording, start);
    const latest = new Map<string, { at: number; cpu: number }>();
    let readings = 0;
    for (let now = start; now < start + 1500 * seconds; now = replay.nextChangeAt(now)) {
      for (const { series, life, at, cpu } of readingsOf(replay.textAt(now) ?? '')) {
        const before = latest.get(series + life);
        assert.ok(at <= now, `${series} is sampled after the answer was made`);
        assert.ok(before === undefined || cpu >= before.cpu, `${series}${life} fell from ${before?.cpu} to ${cpu}`);
        assert.ok(before === undefined || at >= before.at, `${series}${life} went back in time`);
        assert.ok(before === undefined || at > before.at || cpu === before.cpu, `${series} has two values at ${at}`);
        latest.set(series + life, { at, cpu });
        readings++;
      }
    }
    assert.ok(readings > 2500, `${readings} readings`);
  });

  it('never lets a container go back to an earlier life', () => {
    const replay = new Replay('rig', recording, start);
    const starts = new Map<string, number>();
    for (let now = start; now < start + 1500 * seconds; now = replay.nextChangeAt(now)) {
      for (const { series, life, at } of readingsOf(replay.textAt(now) ?? '').filter((each) => each.life !== '')) {
        const began = Number(life);
        assert.ok(began >= (starts.get(series) ?? 0), `${series} began at ${began} after ${starts.get(series)}`);
        assert.ok(began * 1000 <= at, `${series} was sampled before it began`);
        starts.set(series, began);
      }
    }
  });

  it('uses CPU in later loops as in the first', () => {
    const replay = new Replay('rig', recording, start);
    const burner = (from: number): number => {
      const samples = replay
        .samples(start + from * seconds, start + (from + 150) * seconds)
        .filter(({ container }) => container === 'burn');
      const [first, last] = [samples[0]!, samples.at(-1)!];
      return (last.cpu - first.cpu) / (last.sampledAt - first.sampledAt);
    };
    const recordedRate = burner(0);
    for (const from of [100, 400, 1000]) assert.ok(Math.abs(burner(from) / recordedRate - 1) < 0.1, `from ${from} s`);
  });

  it('gives the pod that a Deployment replaces a new name in each loop', () => {
    const replay = new Replay('rig', recording, start);
    const names = new Set<string>();
    const gone = new Set<string>();
    for (let now = start; now < start + 1500 * seconds; now = replay.nextChangeAt(now)) {
      const web = replay
        .podsAt(now)
        .map(({ name }) => name)
        .filter((name) => name.startsWith('web-'));
      assert.equal(web.length, 2);
      for (const name of web) assert.ok(!gone.has(name), `${name} came back`);
      for (const name of names) if (!web.includes(name)) gone.add(name);
      for (const name of web) names.add(name);
    }
    assert.equal(names.size, 10);
  });

  it('begins with the pods that the shape names', () => {
    const named = (
      pods: readonly { namespace: string; name: string; containers: readonly { name: string }[] }[],
    ): string[] =>
      pods
        .map(({ namespace, name, containers }) => `${namespace}/${name}/${containers.map((each) => each.name).sort()}`)
        .sort();
    assert.deepEqual(named(new Replay('rig', recording, start).podsAt(start)), named(recordedPods));
  });

  it('lists each sample once, as a reader of the answers would find them', () => {
    const replay = new Replay('rig', recording, start);
    const samples = replay.samples(start, start + 70 * seconds);
    const steady = samples.filter(({ pod, container }) => pod === 'crasher' && container === 'steady');
    assert.deepEqual(
      steady.map(({ cpu, sampledAt, memory }) => ({ cpu, at: sampledAt - start + recordedStart, memory })),
      readAll('container_cpu_usage_seconds_total{container="steady",namespace="default",pod="crasher"}'),
    );
    const own = samples.filter(({ pod }) => pod === undefined);
    assert.ok(own.length >= 3 && own.every(({ startedAt }) => startedAt === undefined));
  });
});

/** The distinct samples of one container in the first five recorded answers. */
function readAll(series: string): { cpu: number; at: number; memory: number }[] {
  const read = recording.slice(0, 5).map(({ families = [] }) => {
    const lines = families.flatMap((family) => family.lines);
    const labels = series.slice(series.indexOf('{') + 1, -1);
    const cpu = lines.find((line) => line.family.startsWith('container_cpu') && line.labels === labels);
    const memory = lines.find((line) => line.family.startsWith('container_memory') && line.labels === labels);
    return { cpu: Math.trunc(Number(cpu?.value) * 1e9), at: cpu?.sampledAt ?? 0, memory: Number(memory?.value) };
  });
  return read.filter((each, index) => read.findIndex(({ at }) => at === each.at) === index);
}

function readingsOf(text: string): { series: string; life: string; at: number; cpu: number }[] {
  const lines = parseFamilies(text).flatMap((family) => family.lines);
  const starts = new Map(
    lines.filter(({ family }) => family.includes('start_time')).map(({ labels, value }) => [labels, value]),
  );
  return (
    lines
      .filter(({ family }) => family.endsWith('_cpu_usage_seconds_total'))
      // A pod's counter has no start time; this pod is a new one in each loop, though it has the same name.
      .filter(({ family, labels }) => !(family.startsWith('pod_') && namedBy(labels).pod === 'newcomer'))
      .map(({ family, labels, value, sampledAt = 0 }) => ({
        series: `${family}{${labels}}`,
        life: starts.get(labels) ?? '',
        at: sampledAt,
        cpu: Number(value),
      }))
  );
}

/** Lines with times as distances from the shifted recording, start times to the microsecond. */
function withoutTimes(text: string, shift: number): string[] {
  return text
    .split('\n')
    .map((line) =>
      line
        .replace(/ (\d{13})$/, (_, at: string) => ` @${Number(at) - shift}`)
        .replace(
          /^(container_start_time_seconds\{.*\}) (\S+)$/,
          (_, series: string, began: string) => `${series} ${(Number(began) - shift / 1000).toFixed(5)}`,
        ),
    );
}

async function recordedText(name: string): Promise<string> {
  return readFile(join(recordingFolder(), `${name}.txt`), 'utf8');
}
