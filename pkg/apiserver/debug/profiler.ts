import type { Session } from 'node:inspector/promises';
import type { Clock } from '../../lifecycle/clock.ts';

/** What can be recorded of the running program. */
export type ProfileKind = 'cpu' | 'heap';

/** What came of a recording. */
export type Recording =
  /** JSON as the developer tools of browsers and editors open it: `.cpuprofile`, `.heapprofile`. */
  | { readonly kind: 'recorded'; readonly json: string }
  /** One at a time: two would see each other. */
  | { readonly kind: 'busy' };

/** Records what the program spends its time on, or what allocates the memory it keeps. */
export class Profiler {
  readonly #clock: Clock;
  #isRecording = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Records for `ms`, or until `signal` aborts. */
  async record(kind: ProfileKind, ms: number, signal: AbortSignal): Promise<Recording> {
    if (this.#isRecording) return { kind: 'busy' };
    this.#isRecording = true;
    try {
      // Loaded only where somebody looks: others need not have it in memory.
      const inspector = await import('node:inspector/promises');
      const session = new inspector.Session();
      session.connect();
      try {
        const record = kind === 'cpu' ? recordCpu : recordHeap;
        const profile = await record(session, () => this.#clock.sleep(ms, signal));
        return { kind: 'recorded', json: JSON.stringify(profile) };
      } finally {
        session.disconnect();
      }
    } finally {
      this.#isRecording = false;
    }
  }
}

async function recordCpu(session: Session, pass: () => Promise<void>): Promise<object> {
  await session.post('Profiler.enable');
  await session.post('Profiler.start');
  await pass();
  const { profile } = await session.post('Profiler.stop');
  return profile;
}

/** Samples allocations that are still alive at the end: a snapshot of the whole heap would stop everybody for seconds. */
async function recordHeap(session: Session, pass: () => Promise<void>): Promise<object> {
  await session.post('HeapProfiler.enable');
  await session.post('HeapProfiler.startSampling');
  await pass();
  const { profile } = await session.post('HeapProfiler.stopSampling');
  return profile;
}
