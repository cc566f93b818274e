import { readFile, writeFile } from 'node:fs/promises';

/** What a process has cost the machine so far. */
export interface Cost {
  /** Resident memory right now. */
  readonly rssMb: number;
  /** The most it was since it started, or since `forgetPeak`. */
  readonly peakMb: number;
  /** User and system time since it was started. */
  readonly cpuMs: number;
}

/** Linux counts CPU time in hundredths of a second. */
const msPerTick = 10;

/** Of a process of Linux, from /proc. */
export async function costOf(pid: number): Promise<Cost> {
  const [status, stat] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8'),
    readFile(`/proc/${pid}/stat`, 'utf8'),
  ]);
  const megabytes = (field: string): number =>
    (Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  // The second field is the name in brackets and may hold blanks; of what follows it, 12 and 13 are user and system time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    rssMb: megabytes('VmRSS'),
    peakMb: megabytes('VmHWM'),
    cpuMs: (Number(fields[11]) + Number(fields[12])) * msPerTick,
  };
}

/** From now on the peak is that of what follows. */
export async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${pid}/clear_refs`, '5');
}
