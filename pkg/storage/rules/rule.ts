import type { Limits } from './limits.ts';

/** What a sample means, given what is known: the names by which rules are counted and printed. */
export type Rule =
  /** A bad line: what is known stays as it is. */
  | 'unreadable'
  /** Nothing is known yet, and the container is no newborn: it waits for a second sample. */
  | 'first-sample'
  /** Nothing is known yet, but it started so lately that its start, at zero, is the baseline. */
  | 'fresh-container'
  /** The kubelet vouches for the sample it gave before. */
  | 'repeated'
  /** Older than the newest: ignored. */
  | 'from-the-past'
  /** Older than a newest that cannot be right: the clock was set back, or had been set forward by mistake. */
  | 'clock-set-back'
  /** A new life, too young or too old for its start to be the baseline. */
  | 'restarted'
  /** A new life that has its start for a baseline. */
  | 'restarted-fresh'
  /** Another start time while the counter went on: one life or two, the next sample decides. */
  | 'start-moved'
  | 'counter-fell'
  /** Much more time passed for the node than for us, or much less. */
  | 'clock-jumped'
  | 'baseline-too-old'
  /** So close to the newest that a rate would be noise: it vouches for the newest. */
  | 'too-soon'
  /** More than any machine can do. */
  | 'impossible-rate'
  /** The ordinary case: the rate since the newest sample, be there missed scrapes between or not. */
  | 'measured';

/**
 * The newest sample remembered of one container or node. Sample and start times are by the node's clock, the other two
 * by our monotonic one.
 */
export interface Known {
  /** Epoch milliseconds; NaN when nothing is known. */
  readonly sampledAt: number;
  /** Epoch nanoseconds; NaN where unknown. */
  readonly startedAt: number;
  /** Core-nanoseconds. */
  readonly cpu: number;
  /** When this sample came first. */
  readonly receivedAt: number;
  /** When the kubelet last spoke of this sample. */
  readonly confirmedAt: number;
  /** A usage that ends with this sample was computed. */
  readonly published: boolean;
}

/** A sample just received. Units as in `Known`; memory and swap in bytes. */
export interface Incoming {
  readonly sampledAt: number;
  readonly startedAt: number;
  readonly cpu: number;
  readonly memory: number;
  readonly swap: number;
  readonly receivedAt: number;
}

/**
 * The decision table: the first line that fits wins.
 *
 *                              life 1                    life 2
 *   start ├───────●──────────────●─────┤     start ├────────●────────────●───▶  the node's time
 *            first-sample     measured           restarted(-fresh)    measured
 */
export function decide(known: Known, next: Incoming, limits: Limits): Rule {
  if (!isReadable(next)) return 'unreadable';
  if (Number.isNaN(known.sampledAt)) return isFresh(next, limits) ? 'fresh-container' : 'first-sample';
  if (next.sampledAt === known.sampledAt) return 'repeated';
  if (next.sampledAt < known.sampledAt) return isDefended(known, next, limits) ? 'from-the-past' : 'clock-set-back';
  if (isNewLife(known, next)) return isFresh(next, limits) ? 'restarted-fresh' : 'restarted';
  return decideWithinLife(known, next, limits);
}

function decideWithinLife(known: Known, next: Incoming, limits: Limits): Rule {
  const apartMs = next.sampledAt - known.sampledAt;
  if (isAnotherStart(known, next) && known.published) return 'start-moved';
  if (next.cpu < known.cpu) return 'counter-fell';
  if (Math.abs(apartMs - (next.receivedAt - known.receivedAt)) > limits.clockJumpMs) return 'clock-jumped';
  if (apartMs > limits.baselineMs) return 'baseline-too-old';
  if (apartMs < limits.shortestMs) return 'too-soon';
  return isPossible(next.cpu - known.cpu, apartMs) ? 'measured' : 'impossible-rate';
}

/** 9999-12-31T23:59:59Z, the last moment that RFC 3339 can print. */
const latestMoment = 253_402_300_799_000;

/** A start time that moves less than this is the same start, read twice. */
const startWobbleNs = 1e9;

/** More than any machine has: a rate beyond it comes from counters that are not what they seem. */
const mostCores = 10_000;

/** Zero is a value; a number that is missing, negative or without end is a bad line. */
function isReadable({ sampledAt, cpu, memory }: Incoming): boolean {
  return sampledAt > 0 && sampledAt <= latestMoment && cpu >= 0 && Number.isFinite(cpu) && isBytes(memory);
}

/** Something that can be published as bytes. */
export const isBytes = (value: number): boolean => value >= 0 && value <= Number.MAX_SAFE_INTEGER;

/** Young enough that its start, when the counter was zero, is the baseline; old enough that the rate is no noise. */
function isFresh({ sampledAt, startedAt, cpu }: Incoming, { shortestMs, freshBelowMs }: Limits): boolean {
  const ageMs = sampledAt - startedAt / 1e6;
  return ageMs >= shortestMs && ageMs < freshBelowMs && isPossible(cpu, ageMs);
}

/** `used` core-nanoseconds within `ms` of real time. */
const isPossible = (used: number, ms: number): boolean => used <= ms * 1e6 * mostCores;

/** Against samples from the past the newest stands for a while, if it ever gave a usage; alone it proves nothing. */
function isDefended(known: Known, next: Incoming, { pastMs }: Limits): boolean {
  return known.published && next.receivedAt - known.confirmedAt < pastMs;
}

/** Started after the newest sample; or somewhat before it, when the counter began anew as well. */
function isNewLife(known: Known, next: Incoming): boolean {
  // The same start is the same life, even where a clock that was set makes it later than all samples.
  if (Math.abs(next.startedAt - known.startedAt) <= startWobbleNs) return false;
  return next.startedAt >= known.sampledAt * 1e6 || (next.startedAt > known.startedAt && next.cpu < known.cpu);
}

/** False where either start is unknown. */
const isAnotherStart = (known: Known, next: Incoming): boolean =>
  Math.abs(next.startedAt - known.startedAt) > startWobbleNs;
