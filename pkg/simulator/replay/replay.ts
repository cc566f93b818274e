import { as, type EpochMs, type EpochNs } from '../../model/units.ts';
import { goFloat } from '../kubelets/go-float.ts';
import type { ServedSample } from '../kubelets/running-kubelets.ts';
import type { PodShape } from '../shape/cluster-shape.ts';
import { recordedPod } from '../shape/recorded-pods.ts';
import { loopsOf, type RecordedLoops, renamed } from './recorded-loops.ts';
import { namedBy, type RecordedFamily, type RecordedLine, type RecordedMoment, type Recording } from './recording.ts';

/** A moment of the recording in one of the loops. */
interface Position {
  readonly loop: number;
  readonly index: number;
}

/**
 * A node that answers what a real kubelet answered: the recording's first moment is the start of the replay, the others
 * follow as they did, each answer stays until the next, and after the last it goes on as `RecordedLoops` says.
 */
export class Replay {
  readonly #node: string;
  readonly #recording: Recording;
  readonly #loops: RecordedLoops;
  readonly #startedAt: number;
  /** From the times of the recording to those of the first loop, in milliseconds. */
  readonly #shiftMs: number;
  #latest: { readonly key: string; readonly text: string } | undefined;

  /** `startedAt`: epoch milliseconds of the recording's first moment in the replay. */
  constructor(node: string, recording: Recording, startedAt: number) {
    this.#node = node;
    this.#recording = recording;
    this.#loops = loopsOf(recording);
    this.#startedAt = startedAt;
    this.#shiftMs = startedAt - this.#moment(0).at;
  }

  /** False while the recorded kubelet refused connections. */
  listensAt(now: number): boolean {
    return this.#moment(this.#positionAt(now).index).families !== undefined;
  }

  /** The answer at `now`; undefined while the recorded kubelet refused connections. */
  textAt(now: number): string | undefined {
    const position = this.#positionAt(now);
    const families = this.#moment(position.index).families;
    if (families === undefined) return undefined;
    const key = `${position.loop}/${position.index}`;
    if (this.#latest?.key !== key) this.#latest = { key, text: this.#textOf(families, position) };
    return this.#latest.text;
  }

  /** When the answer after the one of `now` begins. */
  nextChangeAt(now: number): number {
    return this.#timeOf(this.#after(this.#positionAt(now)));
  }

  /** The pods that ran, by the last answer at or before `now`. */
  podsAt(now: number): PodShape[] {
    const { loop, index } = this.#positionAt(now);
    const answered = this.#recording.slice(0, index + 1).findLast(({ families }) => families !== undefined);
    const containers = new Map<string, { namespace: string; pod: string; containers: string[] }>();
    for (const { labels } of linesOf(answered, 'container_cpu_usage_seconds_total')) {
      const { namespace = '', pod: recorded = '', container = '' } = namedBy(labels);
      const pod = this.#loops.nameOf(recorded, loop);
      const known = containers.get(`${namespace}/${pod}`) ?? { namespace, pod, containers: [] };
      known.containers.push(container);
      containers.set(`${namespace}/${pod}`, known);
    }
    return [...containers.values()].map(({ namespace, pod, containers: names }) => recordedPod(namespace, pod, names));
  }

  /** Every sample that the answers of [since, now] held, series by series, oldest first. */
  samples(since: number, now: number): ServedSample[] {
    const found = new Map<string, ServedSample>();
    for (let position = this.#positionAt(since); this.#timeOf(position) <= now; position = this.#after(position))
      for (const sample of this.#samplesOf(position)) found.set(identity(sample), sample);
    return [...found.values()].sort(bySeriesThenTime);
  }

  #samplesOf({ loop, index }: Position): ServedSample[] {
    const moment = this.#moment(index);
    const lines = ['container', 'node'].flatMap((of) => linesOf(moment, `${of}_cpu_usage_seconds_total`));
    const memory = new Map(
      ['container', 'node']
        .flatMap((of) => linesOf(moment, `${of}_memory_working_set_bytes`))
        .map((line) => [line.labels, line.value]),
    );
    return lines.map((line) => {
      const { pod, ...named } = namedBy(line.labels);
      const start = this.#startText(line.labels, { loop, index });
      return {
        node: this.#node,
        ...named,
        ...(pod === undefined ? {} : { pod: this.#loops.nameOf(pod, loop) }),
        sampledAt: as<EpochMs>(this.#shifted(line.sampledAt ?? 0, loop)),
        ...(start === undefined ? {} : { startedAt: as<EpochNs>(Math.trunc(Number(start) * 1e9)) }),
        cpu: Math.trunc(Number(this.#valueText(line, { loop, index })) * 1e9),
        memory: Math.trunc(Number(memory.get(line.labels) ?? 0)),
      };
    });
  }

  #textOf(families: readonly RecordedFamily[], position: Position): string {
    return families
      .map(({ head, lines }) => {
        const printed = lines.map((line) => this.#lineText(line, position));
        // Names of other loops stand elsewhere in the alphabet.
        return head + (position.loop === 0 ? printed : printed.sort()).join('');
      })
      .join('');
  }

  #lineText(line: RecordedLine, position: Position): string {
    const labels = renamed(line.labels, (pod) => this.#loops.nameOf(pod, position.loop));
    const series = labels === '' ? line.family : `${line.family}{${labels}}`;
    const time = line.sampledAt === undefined ? '' : ` ${this.#shifted(line.sampledAt, position.loop)}`;
    return `${series} ${this.#valueText(line, position)}${time}\n`;
  }

  #valueText(line: RecordedLine, position: Position): string {
    if (line.family === 'container_start_time_seconds') return this.#startText(line.labels, position) ?? line.value;
    if (!line.family.endsWith('_cpu_usage_seconds_total')) return line.value;
    const added = this.#loops.addedTo(line.labels, this.#moment(position.index), position.loop);
    return added === 0 ? line.value : goFloat((Math.round(Number(line.value) * 1e9) + added) / 1e9);
  }

  #startText(labels: string, { loop, index }: Position): string | undefined {
    const start = this.#loops.startOf(labels, this.#moment(index), loop);
    return start === undefined ? undefined : goFloat(start + this.#shiftMs / 1000);
  }

  #shifted(recordedMs: number, loop: number): number {
    return recordedMs + this.#shiftMs + loop * this.#loops.lengthMs;
  }

  #positionAt(now: number): Position {
    const passed = Math.max(0, now - this.#startedAt);
    const loop = Math.floor(passed / this.#loops.lengthMs);
    const recordedAt = this.#moment(0).at + (passed - loop * this.#loops.lengthMs);
    return { loop, index: this.#recording.findLastIndex(({ at }) => at <= recordedAt) };
  }

  #after({ loop, index }: Position): Position {
    return index + 1 < this.#recording.length ? { loop, index: index + 1 } : { loop: loop + 1, index: 0 };
  }

  #timeOf({ loop, index }: Position): number {
    return this.#shifted(this.#moment(index).at, loop);
  }

  #moment(index: number): RecordedMoment {
    const moment = this.#recording[index];
    if (moment === undefined) throw new RangeError(`the recording has no moment ${index}`);
    return moment;
  }
}

function linesOf(moment: RecordedMoment | undefined, family: string): readonly RecordedLine[] {
  return moment?.families?.find(({ lines }) => lines[0]?.family === family)?.lines ?? [];
}

const seriesOf = ({ namespace = '', pod = '', container = '' }: ServedSample): string =>
  `${namespace}/${pod}/${container}`;

const identity = (sample: ServedSample): string => `${seriesOf(sample)} ${sample.sampledAt} ${sample.startedAt}`;

function bySeriesThenTime(a: ServedSample, b: ServedSample): number {
  const [left, right] = [seriesOf(a), seriesOf(b)];
  if (left !== right) return left < right ? -1 : 1;
  return a.sampledAt - b.sampledAt;
}
