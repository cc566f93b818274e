import type { Clock } from '../../lifecycle/clock.ts';

interface Alarm {
  readonly rings: Set<() => void>;
  readonly timer: Disposable;
}

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
        if (alarm.rings.delete(ring) && alarm.rings.size === 0) this.#unset(due, alarm);
      },
    };
  }

  #set(due: number): Alarm {
    const timer = this.#clock.timer(due - this.#clock.monotonic(), () => {
      this.#alarms.delete(due);
      for (const ring of alarm.rings) ring();
      alarm.rings.clear();
    });
    const alarm: Alarm = { rings: new Set(), timer };
    this.#alarms.set(due, alarm);
    return alarm;
  }

  #unset(due: number, alarm: Alarm): void {
    alarm.timer[Symbol.dispose]();
    if (this.#alarms.get(due) === alarm) this.#alarms.delete(due);
  }
}
