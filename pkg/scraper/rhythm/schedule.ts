import { backoffMs } from '../../lifecycle/backoff.ts';

/** How often nodes are asked. */
export interface Pace {
  readonly periodMs: number;
  /** From a node's first answer to its second. */
  readonly secondMs: number;
  /** Between two askings of a node that has not answered, at first. */
  readonly stepMs: number;
  /**
   * Between two askings of a node that has answered twice and not settled: kubelets renew their samples every 10 to 20 s, at
   * any moment.
   */
  readonly lateStepMs: number;
  /** A node whose samples do not change for so long falls into the rhythm all the same. */
  readonly patienceMs: number;
  /** The same two where a node that had settled runs a container that has no usage yet. */
  readonly earlyStepMs: number;
  readonly earlyPatienceMs: number;
}

/** Where a node stands between being new and being one of many. All times are of one monotonic clock. */
export type Course =
  /** It has not answered yet; `failures` in a row. */
  | { readonly kind: 'silent'; readonly failures: number }
  /**
   * It answers, and some of its containers have no usage yet; `again` where it had settled before: a pod is new on it.
   * `once` until the second answer.
   */
  | { readonly kind: 'settling'; readonly since: number; readonly again: boolean; readonly once: boolean }
  | { readonly kind: 'settled' };

/** How every node begins. */
export const newcomer: Course = { kind: 'silent', failures: 0 };

/** At the start nobody waits for less than everything, and yet kubelets and we have other things to do. */
const startAskingsPerSecond = 300;

/** However few are left: nobody renews its samples more often. */
const renewedMs = 1_000;

/**
 * Two samples less than 2 s apart give no rate, and where they are renewed all the time the first may have been new and the
 * second 1.5 s old. A node that is asked again sooner than this, but not so soon that it costs nothing, was mostly asked in
 * vain: at 3 s, one container in sixty was enough for a third asking of nearly every node. The few for which it was too soon
 * are asked once more before long, as the pace is that of few then.
 */
const rateMs = 3_500;

/**
 * The pace for a cluster of `nodes`, `late` of which have answered twice and not settled. Short beats grow with their number,
 * so that start-up asks at most 300 times a second, or twice as often as the rhythm does where that is more; they never are
 * longer than the period. Few that are left over do not wait as long as all of them would have to.
 */
export function paceOf(periodMs: number, nodes: number, late: number = nodes): Pace {
  const stepFor = (count: number): number => {
    const unhurriedMs = Math.min((count / startAskingsPerSecond) * 1000, periodMs / 2);
    return Math.min(Math.max(500, unhurriedMs), periodMs);
  };
  const stepMs = stepFor(nodes);
  return {
    periodMs,
    secondMs: stepMs <= renewedMs ? stepMs : Math.min(rateMs, periodMs),
    stepMs,
    lateStepMs: Math.min(stepMs, Math.max(renewedMs, stepFor(late))),
    patienceMs: Math.min(45_000, 3 * periodMs),
    earlyStepMs: Math.min(3_000, periodMs),
    earlyPatienceMs: Math.min(30_000, 2 * periodMs),
  };
}

/** The course after an asking that ended at `now`. `answered` says whether usage came; `settled` what the store said of it. */
export function advance(
  course: Course,
  answer: { readonly answered: boolean; readonly settled: boolean },
  now: number,
): Course {
  if (answer.settled) return { kind: 'settled' };
  if (course.kind === 'settling') return course.once && answer.answered ? { ...course, once: false } : course;
  if (course.kind === 'settled' && !answer.answered) return course;
  if (answer.answered) return { kind: 'settling', since: now, again: course.kind === 'settled', once: true };
  return { kind: 'silent', failures: course.kind === 'silent' ? course.failures + 1 : 1 };
}

/**
 * When to ask next, after an asking that began at `startedAt` and ended at `now`. A late answer skips its beat: the node
 * is busy enough.
 */
export function nextAskAt(course: Course, asking: Asking, pace: Pace): number {
  const beat = nextBeat(asking, pace.periodMs);
  const step = shortStep(course, asking.now, pace);
  if (step === undefined) return beat;
  const missed = Math.floor((asking.now - asking.startedAt) / step);
  return Math.min(beat, asking.startedAt + (missed + 1) * step);
}

/** One asking of one node, and the node's place in the period. */
export interface Asking {
  readonly startedAt: number;
  readonly now: number;
  readonly offsetMs: number;
}

/** Between two samples of a container: cAdvisor's 20 s, and a little. */
const longestGapMs = 21_000;

/**
 * How many early looks a period earns: a twentieth of its ordinary askings, so that pods which come and go all over a large
 * cluster do not multiply its load, and ten, so that a small cluster, or a large one at rest, hears of a new pod at once.
 */
export const earlyLooksPerPeriod = (nodes: number): number => nodes / 20 + 10;

/** Its first usage is still to come; one that does not answer is not waited for. */
export const isAwaited = (course: Course): boolean =>
  (course.kind === 'silent' && course.failures === 0) || (course.kind === 'settling' && !course.again);

/** Two answers did not settle it: it is asked at the short beats of the start. */
export const isLate = (course: Course): boolean => course.kind === 'settling' && !course.again && !course.once;

/** It answers, and what was on it when it first did may still be without usage. */
export const isBeginning = (course: Course, now: number): boolean =>
  course.kind === 'settling' && !isEarlyLook(course, now);

/** Whoever asks between two beats now does so for a pod that has come since the node was first met. */
export const isEarlyLook = (course: Course, now: number): boolean =>
  course.kind === 'settling' && (course.again || now - course.since >= longestGapMs);

/**
 * The first beat of the node from now on; not one within half a period of the last asking, as when short beats end. Where
 * that would be more than a period away, one asking in the middle keeps what is served fresh. Gaps after quick answers are
 * therefore between half a period and a whole one.
 */
export function nextBeat({ startedAt, now, offsetMs }: Asking, periodMs: number): number {
  const earliest = Math.max(now, startedAt + periodMs / 2);
  const beat = offsetMs + Math.ceil((earliest - offsetMs) / periodMs) * periodMs;
  const gap = beat - startedAt;
  // A timer that rings a little early makes no gap, and a late answer comes from a node that is busy enough.
  if (gap <= periodMs * 1.01 || now - startedAt > gap / 2) return beat;
  return startedAt + gap / 2;
}

/** Nodes that never answered are asked less and less: a large part of a cluster may be down when we start. */
function shortStep(course: Course, now: number, pace: Pace): number | undefined {
  const { secondMs, stepMs, lateStepMs, periodMs, patienceMs, earlyStepMs, earlyPatienceMs } = pace;
  switch (course.kind) {
    case 'settled':
      return undefined;
    case 'settling':
      if (course.again) return now - course.since < earlyPatienceMs ? earlyStepMs : undefined;
      if (now - course.since >= patienceMs) return undefined;
      if (course.once) return secondMs;
      // Whatever was there at first has been renewed by now: who still waits has come since, and more will come.
      return now - course.since < longestGapMs ? lateStepMs : Math.max(lateStepMs, earlyStepMs);
    case 'silent': {
      const step = stepMs * 2 ** Math.max(0, course.failures - 1);
      return step < periodMs ? step : undefined;
    }
    default:
      return course satisfies never;
  }
}

/**
 * How long after an asking to ask a node again that is not Ready and does not answer, `failures` in a row: less and less
 * often, but at least every four periods. `known` = it has answered before. `dice` gives [0, 1).
 */
export function awayMs(failures: number, known: boolean, periodMs: number, dice: number): number {
  const jitter = 0.2;
  const firstMs = known ? periodMs : Math.min(headStartMs, periodMs);
  const policy = { firstMs, factor: 2, maxMs: (4 * periodMs) / (1 + jitter), jitter };
  return backoffMs(policy, failures, () => dice);
}

/** A new node that is not Ready gets so much time to start its kubelet, or to become Ready, before it is asked. */
export const headStartMs = 3_000;
