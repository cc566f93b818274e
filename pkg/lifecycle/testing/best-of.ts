const batches = 15;

/**
 * Milliseconds of CPU that one of `times` works takes, in the cheapest of several batches. CPU of this thread: what others
 * do on the same machine, and V8 in its other threads, does not count.
 */
export async function bestOf(times: number, work: (turn: number) => unknown): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let batch = 0; batch < batches; batch++) {
    const since = spentMs();
    for (let turn = 0; turn < times; turn++) await work(batch * times + turn);
    best = Math.min(best, (spentMs() - since) / times);
  }
  return best;
}

/** The same for work that never waits, which then costs no turn of the event loop either. */
export function bestOfNow(times: number, work: (turn: number) => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let batch = 0; batch < batches; batch++) {
    const since = spentMs();
    for (let turn = 0; turn < times; turn++) work(batch * times + turn);
    best = Math.min(best, (spentMs() - since) / times);
  }
  return best;
}

function spentMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
