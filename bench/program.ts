import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A built program at work. Disposing of it asks it to stop, waits, and insists after a few seconds. */
export interface Program extends AsyncDisposable {
  /** Its first line on stdout, parsed as JSON; rejects when it ends without one. */
  readonly announcement: Promise<unknown>;
  /** Aborts when it ends, with a sentence on how. */
  readonly ended: AbortSignal;
  /** What it has cost so far. */
  cost(): Promise<Cost>;
}

/** What a process has cost the machine. */
export interface Cost {
  /** Resident memory right now. */
  readonly rssMiB: number;
  /** The most it ever was. */
  readonly peakMiB: number;
  /** User and system time since it was started. */
  readonly cpuSeconds: number;
}

const insistAfterMs = 5_000;

/** Linux counts CPU time in these. */
const ticksPerSecond = 100;

/** Starts `dist/cmd/<name>/main.js`; its stderr goes into `<directory>/<name>.log`. */
export function startProgram(name: string, args: readonly string[], directory: string): Program {
  const script = join(import.meta.dirname, '..', 'dist', 'cmd', name, 'main.js');
  const log = openSync(join(directory, `${name}.log`), 'a');
  // A Ctrl-C meant for us does not reach it: we end it ourselves, in order.
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', log], detached: true });
  closeSync(log);
  const lastResort = (): void => void child.kill('SIGKILL');
  process.once('exit', lastResort);
  const ended = new AbortController();
  child.once('error', (error) => ended.abort(new Error(`${name} could not be started`, { cause: error })));
  child.once('exit', (code, signal) => {
    process.off('exit', lastResort);
    ended.abort(new Error(`${name} ended (${signal ?? `exit code ${code}`}), see ${directory}/${name}.log`));
  });
  const announcement = firstLine(child, ended.signal);
  // Whoever waits for it hears of a failure; a server announces nothing.
  announcement.catch(() => undefined);
  return {
    announcement,
    ended: ended.signal,
    cost: () => costOf(child.pid ?? 0),
    [Symbol.asyncDispose]: () => stop(child, ended.signal),
  };
}

async function firstLine({ stdout }: ChildProcess, ended: AbortSignal): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  ended.addEventListener('abort', () => reject(ended.reason), { once: true });
  if (stdout !== null) createInterface({ input: stdout }).once('line', resolve);
  return JSON.parse(await promise);
}

async function stop(child: ChildProcess, ended: AbortSignal): Promise<void> {
  if (ended.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  ended.addEventListener('abort', () => resolve(), { once: true });
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), insistAfterMs);
  await promise;
  clearTimeout(insist);
}

async function costOf(pid: number): Promise<Cost> {
  const [status, stat] = await Promise.all([
    readFile(`/proc/${pid}/status`, 'utf8'),
    readFile(`/proc/${pid}/stat`, 'utf8'),
  ]);
  const kibibytes = (field: string): number => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]);
  // The second field is the name in brackets and may hold blanks; of what follows it, 12 and 13 are user and system time.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    rssMiB: kibibytes('VmRSS') / 1024,
    peakMiB: kibibytes('VmHWM') / 1024,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond,
  };
}
