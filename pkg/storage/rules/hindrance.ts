import type { Known } from './rule.ts';

/** Why a container or node that was heard of has nothing to publish. */
export type Hindrance =
  /** Nothing of it could be read so far. */
  | 'unreadable'
  /** Its kubelet answers, and does not speak of it any more. */
  | 'not-named'
  /** There is a sample, and no second one to compute a rate with. */
  | 'first-sample'
  /** Its kubelet speaks of nothing newer than a sample that is too old by now. */
  | 'standing-still';

/** cAdvisor looks at an idle container every 30 s at the latest: a sample that stands for twice as long is stuck. */
const stuckMs = 60_000;

/** Why there is nothing to publish, given that there is nothing; `heardAt` is when the kubelet last answered. */
export function hindranceOf(known: Known, heardAt: number): Hindrance {
  if (Number.isNaN(known.sampledAt)) return 'unreadable';
  if (known.confirmedAt < heardAt) return 'not-named';
  const stands = known.published || known.confirmedAt - known.receivedAt > stuckMs;
  return stands ? 'standing-still' : 'first-sample';
}
