import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

/** A program of ours at work. Disposing asks it to stop, waits, and insists after a few seconds. */
export interface Child extends AsyncDisposable {
  readonly name: string;
  /** Its first line on stdout, parsed as JSON; rejects when it ends without one. */
  readonly announcement: Promise<unknown>;
  /** Resolves when it has ended, with how it did and the last lines of its log. */
  readonly ended: Promise<string>;
}

/** Which program to start, and where its log goes. */
export interface ChildOptions {
  readonly name: string;
  /** The compiled entry point, run by the Node.js that runs us. */
  readonly script: string;
  readonly args: readonly string[];
  /** Receives its stderr. */
  readonly logFile: string;
}

const insistAfterMs = 5_000;

/**
 * Starts a program of ours. A Ctrl-C meant for us does not reach it: we end it ourselves, in order. Should we be killed,
 * the channel to it breaks, and it ends by itself.
 */
export function startChild({ name, script, args, logFile }: ChildOptions): Child {
  const log = openSync(logFile, 'w');
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', log, 'ipc'], detached: true });
  closeSync(log);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`${name} could not be started: ${error.message}`));
    child.once('exit', (code, signal) =>
      resolve(`${name} ended (${signal ?? `exit code ${code}`}). The end of ${logFile}:\n${lastLines(logFile)}`),
    );
  });
  const announcement = firstLine(child, ended);
  // Whoever waits for it sees the failure; a server that announces nothing is nobody's surprise.
  announcement.catch(() => undefined);
  return { name, announcement, ended, [Symbol.asyncDispose]: () => stop(child, ended) };
}

async function firstLine({ stdout }: ChildProcess, ended: Promise<string>): Promise<unknown> {
  const { promise, resolve } = Promise.withResolvers<string>();
  if (stdout !== null) createInterface({ input: stdout }).once('line', resolve);
  const line = await Promise.race([promise, ended.then((how) => Promise.reject(new Error(how)))]);
  return JSON.parse(line);
}

function lastLines(file: string): string {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return lines
    .slice(-5)
    .map((line) => `  ${line}`)
    .join('\n');
}

async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), insistAfterMs);
  await ended;
  clearTimeout(insist);
}
