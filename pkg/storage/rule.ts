import type { Limits } from './limits.ts';

/** What a sample means, given what is known: the names by which rules are counted and printed. */
export type Rule =
  | 'unreadable'
  | 'first-sample'
  | 'fresh-container'
  | 'repeated'
  | 'from-the-past'
  | 'clock-set-back'
  | 'restarted'
  | 'restarted-fresh'
  | 'start-moved'
  | 'counter-fell'
  | 'clock-jumped'
  | 'baseline-too-old'
  | 'too-soon'
  | 'impossible-rate'
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
  if (next.sampledAt < known.sampledAt)
    return isPastFor(known, next, limits.pastMs) ? 'clock-set-back' : 'from-the-past';
  if (isNewLife(known, next)) return isFresh(next, limits) ? 'restarted-fresh' : 'restarted';
  return decideWithinLife(known, next, limits);
}

function decideWithinLife(known: Known, next: Incoming, limits: Limits): Rule {
  const apartMs = next.sampledAt - known.sampledAt;
  if (Math.abs(next.startedAt - known.startedAt) > startWobbleNs) return 'start-moved';
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

/** Samples older than the newest have come for so long that the newest must have been the wrong one. */
function isPastFor(known: Known, next: Incoming, ms: number): boolean {
  return next.receivedAt - known.confirmedAt >= ms;
}

/** Started after the newest sample; or somewhat before it, when the counter began anew as well. */
function isNewLife(known: Known, next: Incoming): boolean {
  if (next.startedAt >= known.sampledAt * 1e6) return true;
  return next.startedAt - known.startedAt > startWobbleNs && next.cpu < known.cpu;
}
