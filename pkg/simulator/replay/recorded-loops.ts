import { dice } from '../shape/dice.ts';
import { namedBy, type RecordedLine, type RecordedMoment, type Recording } from './recording.ts';

/**
 * How a recording goes on after its end. Playing it backwards would make counters fall; starting over would too. So in
 * loop k every time is moved on by k times the length of a loop, and
 *
 *  - a life that lasted throughout keeps its start, and its counter is raised by what it grew in each loop before;
 *  - the life that runs at the beginning of a loop, of a container that was restarted during the recording, *is* the
 *    last life of the loop before: it has that life's start, and its counter goes on from that life's last value;
 *  - lives that begin during the recording begin anew in each loop, with the recorded counters;
 *  - a pod that a controller replaced during the recording is, in the next loop, the replacement of the loop before, by
 *    that one's name; and its own replacement gets a new name, as in a real cluster, where no name of a ReplicaSet's pod returns.
 *
 * Between the last sample of a loop and the first of the next a counter grows at the mean rate of its last life.
 */
export interface RecordedLoops {
  /** From the first moment of a loop to the first of the next, in milliseconds. */
  readonly lengthMs: number;
  /** The core-nanoseconds to add to a recorded counter. */
  addedTo(labels: string, moment: RecordedMoment, loop: number): number;
  /** Seconds, before the shift of the whole replay, at which the life of a container began. */
  startOf(labels: string, moment: RecordedMoment, loop: number): number | undefined;
  /** The name by which a pod of the recording goes in a loop. */
  nameOf(pod: string, loop: number): string;
}

/** One counter at one moment. */
interface Point {
  readonly sampledAt: number;
  readonly cpu: number;
  /** Epoch seconds; absent for pods and nodes. */
  readonly start: number | undefined;
}

/** A counter that runs when a loop begins, and what it goes on from. */
interface Continuation {
  readonly firstStart: number | undefined;
  /** The one life lasted throughout. */
  readonly through: boolean;
  readonly added: number;
  readonly previousStart: number | undefined;
}

/** At the least, a loop's first moment follows the last of the one before like one recorded moment another. */
const spacingMs = 15_000;

/** Works out how `recording` goes on after its end. */
export function loopsOf(recording: Recording): RecordedLoops {
  const first = recording[0];
  const last = recording.at(-1);
  if (first?.families === undefined || last?.families === undefined)
    throw new Error('a recording must begin and end with an answer');

  const replacements = replacementsIn(first, last);
  const tables = new Map(recording.map((moment) => [moment, pointsOf(moment)]));
  const from = tables.get(first) ?? new Map<string, Point>();
  const to = tables.get(last) ?? new Map<string, Point>();
  const heirOf = (labels: string): string =>
    to.has(labels) ? labels : renamed(labels, (pod) => replacements.get(pod) ?? pod);
  const lengthMs = lengthOf(
    first,
    last,
    [...from].map(([labels, point]) => (to.get(heirOf(labels))?.sampledAt ?? 0) - point.sampledAt),
  );

  const continuations = new Map<string, Continuation>();
  for (const [labels, point] of from) {
    const heir = heirOf(labels);
    const end = to.get(heir);
    if (end === undefined) continue;
    const grown = rateBefore(
      end,
      [...tables.values()].flatMap((points) => points.get(heir) ?? []),
    );
    continuations.set(labels, {
      firstStart: point.start,
      through: heir === labels && end.start === point.start,
      added: Math.round(end.cpu + grown * (point.sampledAt + lengthMs - end.sampledAt) - point.cpu),
      previousStart: end.start,
    });
  }
  return recordedLoops({ lengthMs, continuations, tables, replacements });
}

interface Findings {
  readonly lengthMs: number;
  readonly continuations: ReadonlyMap<string, Continuation>;
  readonly tables: ReadonlyMap<RecordedMoment, ReadonlyMap<string, Point>>;
  readonly replacements: ReadonlyMap<string, string>;
}

function recordedLoops({ lengthMs, continuations, tables, replacements }: Findings): RecordedLoops {
  /** The continuation, if what the moment shows is still the life that ran when the loop began. */
  const continuing = (labels: string, moment: RecordedMoment): Continuation | undefined => {
    const continuation = continuations.get(labels);
    return continuation?.firstStart === tables.get(moment)?.get(labels)?.start ? continuation : undefined;
  };
  const replaced = new Map([...replacements].map(([old, heir]) => [heir, old]));
  const nameOf = (pod: string, loop: number): string => {
    if (loop === 0) return pod;
    if (replaced.has(pod)) return newName(pod, loop);
    const heir = replacements.get(pod);
    return heir === undefined ? pod : nameOf(heir, loop - 1);
  };
  return {
    lengthMs,
    nameOf,
    addedTo(labels, moment, loop) {
      const continuation = continuing(labels, moment);
      if (continuation === undefined || loop === 0) return 0;
      return continuation.through ? loop * continuation.added : continuation.added;
    },
    startOf(labels, moment, loop) {
      const start = tables.get(moment)?.get(labels)?.start;
      if (start === undefined) return undefined;
      const continuation = continuing(labels, moment);
      if (continuation === undefined || loop === 0) return start + (loop * lengthMs) / 1000;
      if (continuation.through || continuation.previousStart === undefined) return start;
      return continuation.previousStart + ((loop - 1) * lengthMs) / 1000;
    },
  };
}

/** Long enough that each counter's first sample in a loop comes after its last in the loop before. */
function lengthOf(first: RecordedMoment, last: RecordedMoment, spans: readonly number[]): number {
  return Math.max(last.at - first.at + spacingMs, ...spans.map((span) => span + 1_000));
}

/** Which pod of the first moment was replaced by which of the last: same namespace and same name up to the last dash. */
function replacementsIn(first: RecordedMoment, last: RecordedMoment): Map<string, string> {
  const before = podsOf(first);
  const after = podsOf(last);
  const heirs = [...after].filter((pod) => !before.has(pod));
  const replacements = new Map<string, string>();
  for (const gone of [...before].filter((pod) => !after.has(pod))) {
    const heir = heirs.find((pod) => setOf(pod) === setOf(gone) && ![...replacements.values()].includes(pod));
    if (heir !== undefined) replacements.set(gone, heir);
  }
  return replacements;
}

function podsOf({ families = [] }: RecordedMoment): Set<string> {
  return new Set(families.flatMap(({ lines }) => lines.map(({ labels }) => namedBy(labels).pod ?? '')));
}

const setOf = (pod: string): string => pod.slice(0, pod.lastIndexOf('-') + 1);

/** Five letters of those that Kubernetes uses for generated names. */
function newName(pod: string, loop: number): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  const random = dice(`${pod}/${loop}`);
  return setOf(pod) + Array.from({ length: 5 }, () => letters[Math.floor(random() * letters.length)]).join('');
}

/** The labels with another pod's name in them. */
export function renamed(labels: string, nameOf: (pod: string) => string): string {
  return labels.replace(/pod="([^"]*)"/, (_, pod: string) => `pod="${nameOf(pod)}"`);
}

function pointsOf({ families = [] }: RecordedMoment): Map<string, Point> {
  const linesOf = (ending: string): readonly RecordedLine[] =>
    families.flatMap(({ lines }) => lines).filter(({ family }) => family.endsWith(ending));
  const starts = new Map(linesOf('_start_time_seconds').map(({ labels, value }) => [labels, Number(value)]));
  return new Map(
    linesOf('_cpu_usage_seconds_total').map(({ labels, value, sampledAt = 0 }) => [
      labels,
      { sampledAt, cpu: Math.round(Number(value) * 1e9), start: starts.get(labels) },
    ]),
  );
}

/** Core-nanoseconds a millisecond over the life that `end` belongs to. */
function rateBefore(end: Point, points: readonly Point[]): number {
  const begin = points.find(({ start }) => start === end.start);
  if (begin === undefined || begin.sampledAt >= end.sampledAt) return 0;
  return (end.cpu - begin.cpu) / (end.sampledAt - begin.sampledAt);
}
