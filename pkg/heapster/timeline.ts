import type { Clock } from '../lifecycle/clock.ts';
import { as, type EpochMs, type MonotonicMs } from '../model/units.ts';

/** The wall clock may drift this far from ours, and be followed a step at a time, before it counts as having been set. */
const driftMs = 2_000;

/**
 * Which moment a beat was. Everything is remembered by a clock that never jumps; when somebody sets the wall clock, the
 * whole past moves with it, so that no two points ever change places or fall together. Between such jumps a beat is the
 * same moment each time it is asked for.
 */
export class Timeline {
  readonly #clock: Clock;
  #offset: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offset = clock.now() - clock.monotonic();
  }

  /** Looks at the wall clock; returns by how many milliseconds it was set since the last look, 0 where it was not. */
  follow(): number {
    const offset = this.#clock.now() - this.#clock.monotonic();
    const jump = offset - this.#offset;
    if (Math.abs(jump) < driftMs) return 0;
    this.#offset = offset;
    return jump;
  }

  /** The moment of a beat, to the millisecond. */
  momentOf(beat: MonotonicMs): EpochMs {
    return as<EpochMs>(Math.round(beat + this.#offset));
  }

  /** The first whole multiple of `periodMs` by the wall clock after `beat`. */
  nextBeat(beat: MonotonicMs, periodMs: number): MonotonicMs {
    const moment = this.momentOf(beat);
    const next = (Math.floor(moment / periodMs) + 1) * periodMs;
    return as<MonotonicMs>(next - this.#offset);
  }
}
