import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** What to run, and as whom it looks around. */
export interface Command {
  /** Names its log. */
  readonly name: string;
  readonly command: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** A program at work. Disposing of it asks it to stop, waits, and insists after a few seconds. */
export interface Program extends AsyncDisposable {
  readonly pid: number;
  /** Its first line on stdout, parsed as JSON; rejects when it ends without one. */
  readonly announcement: Promise<unknown>;
  /** Aborts when it ends, with a sentence on how. */
  readonly ended: AbortSignal;
}

const insistAfterMs = 10_000;

/** Starts it; its stderr goes into `<directory>/<name>.log`. */
export function startProgram({ name, command, environment = {} }: Command, directory: string): Program {
  const [file = '', ...args] = command;
  const log = openSync(join(directory, `${name}.log`), 'a');
  const env = { ...process.env, ...environment };
  // A Ctrl-C meant for us does not reach it: we end it ourselves, in order.
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', log], detached: true, env });
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
    pid: child.pid ?? 0,
    announcement,
    ended: ended.signal,
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
