import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  advance,
  awayMs,
  type Course,
  earlyLooksPerPeriod,
  isAwaited,
  isBeginning,
  isEarlyLook,
  newcomer,
  nextAskAt,
  type Pace,
  paceOf,
} from './schedule.ts';

const pace = paceOf(15_000, 10);
const settled: Course = { kind: 'settled' };

describe('the rhythm', () => {
  it('asks a settled node once per period, at its own place in it', () => {
    assert.equal(next(settled, { startedAt: 4_000, now: 4_100, offsetMs: 4_000 }), 19_000);
    assert.equal(next(settled, { startedAt: 19_000, now: 19_001, offsetMs: 4_000 }), 34_000);
  });

  it('skips the beat that a late answer missed', () => {
    assert.equal(next(settled, { startedAt: 4_000, now: 20_000, offsetMs: 4_000 }), 34_000);
    assert.equal(next(settled, { startedAt: 4_000, now: 19_000, offsetMs: 4_000 }), 19_000);
  });

  it('does not ask twice for one beat when a timer rings a little early', () => {
    assert.equal(next(settled, { startedAt: 18_999.4, now: 18_999.6, offsetMs: 4_000 }), 34_000);
  });

  it('lets no more than a period pass after the last short beat, and no less than half of one', () => {
    for (let startedAt = 0; startedAt < 15_000; startedAt += 100) {
      const gaps: number[] = [];
      for (let at = startedAt; gaps.length < 3; ) {
        const due = next(settled, { startedAt: at, now: at + 50, offsetMs: 4_000 });
        gaps.push(due - at);
        at = due;
      }
      assert.ok(
        gaps.every((gap) => gap >= 7_500 && gap <= 15_150),
        `${startedAt}: ${gaps.join()}`,
      );
      assert.equal(gaps.at(-1), 15_000, 'and then it is in the rhythm');
    }
  });
});

describe('a new node', () => {
  it('is asked every half second until it has settled', () => {
    const settling = advance(newcomer, { answered: true, settled: false }, 0);
    assert.equal(next(settling, { startedAt: 0, now: 20, offsetMs: 9_000 }), 500);
    assert.deepEqual(advance(settling, { answered: true, settled: true }, 5_000), settled);
  });

  it('in a large cluster is asked for the second time when two samples give a rate, and then it takes its turn', () => {
    const at = (nodes: number): readonly number[] => {
      const first = advance(newcomer, { answered: true, settled: false }, 0);
      const second = advance(first, { answered: true, settled: false }, 3_600);
      return [first, second].map((course) =>
        next(course, { startedAt: 0, now: 20, offsetMs: 14_999 }, paceOf(15_000, nodes)),
      );
    };
    assert.deepEqual(at(300), [1_000, 1_000]);
    assert.deepEqual(at(1_200), [3_500, 4_000]);
    assert.deepEqual(at(5_000), [3_500, 7_500]);
  });

  it('that answers slowly is not asked again before it is due', () => {
    const settling = advance(newcomer, { answered: true, settled: false }, 0);
    assert.equal(next(settling, { startedAt: 0, now: 2_300, offsetMs: 9_000 }), 2_500);
  });

  it('that fails once while it settles is asked on', () => {
    const settling = advance(newcomer, { answered: true, settled: false }, 0);
    assert.deepEqual(advance(settling, { answered: false, settled: false }, 1_000), settling);
    assert.equal(isAwaited(settling), true);
  });

  it('asks on account of pods that came later once cAdvisor has renewed what was there at first', () => {
    const settling = advance(newcomer, { answered: true, settled: false }, 0);
    assert.ok(isBeginning(settling, 20_999) && !isEarlyLook(settling, 20_999));
    assert.ok(!isBeginning(settling, 21_000) && isEarlyLook(settling, 21_000));
  });

  it('whose samples never change falls into the rhythm after 45 s, or three short periods', () => {
    const settling: Course = { kind: 'settling', since: 0, again: false, once: false };
    assert.equal(next(settling, { startedAt: 44_000, now: 44_100, offsetMs: 8_000 }), 47_000);
    assert.equal(next(settling, { startedAt: 45_000, now: 45_100, offsetMs: 8_000 }), 53_000);
    assert.equal(paceOf(5_000, 1).patienceMs, 15_000);
    assert.equal(paceOf(60_000, 1).patienceMs, 45_000);
  });

  it('is asked at the shortest beats only while cAdvisor may not have renewed what was there at first', () => {
    const settling: Course = { kind: 'settling', since: 0, again: false, once: false };
    assert.equal(next(settling, { startedAt: 20_500, now: 20_600, offsetMs: 8_000 }), 21_000);
    assert.equal(next(settling, { startedAt: 21_000, now: 21_100, offsetMs: 8_000 }), 24_000);
  });

  it('that does not answer is asked after 0.5, 1, 2, 4 and 8 s, then in the rhythm', () => {
    let course = newcomer;
    const waits: number[] = [];
    for (let failure = 0; failure < 6; failure++) {
      course = advance(course, { answered: false, settled: false }, 0);
      waits.push(nextAskAt(course, { startedAt: 0, now: 10, offsetMs: 14_999 }, pace));
    }
    assert.deepEqual(waits, [500, 1_000, 2_000, 4_000, 8_000, 14_999]);
  });
});

describe('a settled node', () => {
  it('stays so when an asking fails', () => {
    assert.deepEqual(advance(settled, { answered: false, settled: false }, 0), settled);
  });

  it('on which a container is new is asked every three seconds, for 30 s at most, until that one has usage as well', () => {
    const again = advance(settled, { answered: true, settled: false }, 0);
    assert.ok(isEarlyLook(again, 0) && !isBeginning(again, 0));
    assert.equal(next(again, { startedAt: 0, now: 20, offsetMs: 14_000 }), 3_000);
    assert.equal(next(again, { startedAt: 30_000, now: 30_020, offsetMs: 14_000 }), 44_000);
    assert.deepEqual(advance(again, { answered: false, settled: false }, 4_000), again);
    assert.deepEqual(advance(again, { answered: true, settled: true }, 6_000), settled);
  });

  it('gets few such early looks: each period a twentieth of the ordinary askings, and ten', () => {
    assert.deepEqual(
      [0, 1, 100, 1_000, 5_000].map((nodes) => Math.round(earlyLooksPerPeriod(nodes))),
      [10, 10, 15, 60, 260],
    );
  });
});

describe('the first usage of a node', () => {
  it('is waited for until it came, or until the node was asked in vain', () => {
    assert.ok(isAwaited(newcomer));
    assert.ok(isAwaited(advance(newcomer, { answered: true, settled: false }, 0)));
    assert.ok(!isAwaited(advance(newcomer, { answered: false, settled: false }, 0)));
    assert.ok(!isAwaited(settled));
    assert.ok(!isAwaited(advance(settled, { answered: true, settled: false }, 0)));
  });
});

describe('a node that is not Ready and does not answer', () => {
  const waits = (known: boolean, dice = 0.5): number[] =>
    [1, 2, 3, 4, 5, 50].map((failures) => Math.round(awayMs(failures, known, 15_000, dice) / 1000));

  it('is asked less and less, but at least every four periods', () => {
    assert.deepEqual(waits(true), [15, 30, 50, 50, 50, 50]);
    assert.deepEqual(waits(false), [3, 6, 12, 24, 48, 50]);
  });

  it('is not asked together with the others that fell silent with it', () => {
    assert.deepEqual(waits(true, 0), [12, 24, 40, 40, 40, 40]);
    assert.deepEqual(waits(true, 1), [18, 36, 60, 60, 60, 60]);
  });
});

describe('short beats', () => {
  it('grow with the cluster, up to half a period, and never are longer than a period', () => {
    assert.deepEqual(
      [1, 150, 300, 1_200, 2_250, 5_000, 50_000].map((nodes) => paceOf(15_000, nodes).stepMs),
      [500, 500, 1_000, 4_000, 7_500, 7_500, 7_500],
    );
    assert.deepEqual([paceOf(400, 1).stepMs, paceOf(3_000, 5_000).secondMs], [400, 3_000]);
  });

  it('ask for a second answer soon in small clusters, and in larger ones when its samples are sure to give a rate', () => {
    assert.deepEqual(
      [1, 150, 300, 301, 500, 1_000, 5_000].map((nodes) => paceOf(15_000, nodes).secondMs),
      [500, 500, 1_000, 3_500, 3_500, 3_500, 3_500],
    );
  });
});

function next(course: Course, asking: Parameters<typeof nextAskAt>[1], at: Pace = pace): number {
  return nextAskAt(course, asking, at);
}
