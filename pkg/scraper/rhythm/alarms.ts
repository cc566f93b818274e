import type { Clock } from '../../lifecycle/clock.ts';

interface Alarm {
  readonly rings: Set<() => void>;
  timer: Disposable;
}

/** So many are woken in one turn of the event loop: asking a node takes half a millisecond, and others wait meanwhile. */
const wokenAtOnce = 8;

/** Wakes whoever is due, with one timer for all who are due at the same moment: nodes that share a place in the period. */
export class Alarms {
  readonly #clock: Pick<Clock, 'monotonic' | 'timer'>;
  readonly #alarms = new Map<number, Alarm>();

  constructor(clock: Pick<Clock, 'monotonic' | 'timer'>) {
    this.#clock = clock;
  }

  /** Calls `ring` once at `due`, by the monotonic clock, unless disposed before. */
  at(due: number, ring: () => void): Disposable {
    const alarm = this.#alarms.get(due) ?? this.#set(due);
    alarm.rings.add(ring);
    return {
      [Symbol.dispose]: () => {
        if (!alarm.rings.delete(ring) || alarm.rings.size > 0) return;
        alarm.timer[Symbol.dispose]();
        this.#forget(due, alarm);
      },
    };
  }

  #set(due: number): Alarm {
    const timer = this.#clock.timer(due - this.#clock.monotonic(), () => this.#ring(due, alarm));
    const alarm: Alarm = { rings: new Set(), timer };
    this.#alarms.set(due, alarm);
    return alarm;
  }

  #ring(due: number, alarm: Alarm): void {
    const { rings } = alarm;
    // Whoever comes now, late, gets an alarm of its own.
    this.#forget(due, alarm);
    for (const ring of rings.values().take(wokenAtOnce)) {
      rings.delete(ring);
      ring();
    }
    if (rings.size > 0) alarm.timer = this.#clock.timer(0, () => this.#ring(due, alarm));
  }

  #forget(due: number, alarm: Alarm): void {
    if (this.#alarms.get(due) === alarm) this.#alarms.delete(due);
  }
}
