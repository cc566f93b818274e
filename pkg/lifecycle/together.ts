/** Something that works until its signal aborts, then returns. Throws when it broke. */
export type Runner = (signal: AbortSignal) => Promise<void>;

/** Runs all until the first returns or fails; then stops the rest, waits for every one, and throws what failed. */
export async function runTogether(signal: AbortSignal, runners: readonly Runner[]): Promise<void> {
  const stop = new AbortController();
  const until = AbortSignal.any([signal, stop.signal]);

  const endings = await Promise.allSettled(
    runners.map(async (run) => {
      try {
        await run(until);
      } finally {
        stop.abort();
      }
    }),
  );

  const failures = endings.filter((ending) => ending.status === 'rejected').map((ending): unknown => ending.reason);
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures, 'several parts stopped working');
}
