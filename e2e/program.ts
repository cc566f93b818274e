import { type ChildProcess, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Where the repository is. */
export const root = join(import.meta.dirname, '..');

/** The Node.js that comes with `npm ci`. */
export const ourNode = join(root, 'node_modules', '.bin', 'node');

/** The compiled programs. */
export const scripts = {
  /** METRICS_SERVER names another one, such as the bundle. */
  metricsServer: resolve(root, process.env['METRICS_SERVER'] ?? join('dist', 'cmd', 'metrics-server', 'main.js')),
  simulator: join(root, 'dist', 'cmd', 'simulator', 'main.js'),
  demo: join(root, 'dist', 'cmd', 'demo', 'main.js'),
} as const;

/** What to run, and where. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  /** The repository when absent. */
  readonly cwd?: string;
  /** Added to our own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** How a program ended: one of both is null. */
export interface Ending {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** One line a program printed to stderr, and when (by `performance.now()`). */
export interface LogLine {
  readonly at: number;
  readonly text: string;
}

/** Everything started here that still runs. */
const living = new Set<ChildProcess>();

/** How long a program that was asked to end may take before it is ended. */
const patienceMs = 15_000;
/** No program of ours says more in a test that is worth remembering. */
const linesKept = 10_000;

/** A program at work; disposing of it ends it, with force if need be. */
export class Program implements AsyncDisposable {
  readonly ended: Promise<Ending>;
  readonly stdout: string[] = [];
  readonly log: LogLine[] = [];
  readonly #child: ChildProcess;

  constructor({ command, args, cwd = root, env }: Command) {
    endWithUs();
    // Our own programs end when the channel to whoever started them breaks: even if we are killed, nothing stays.
    const stdio =
      command === ourNode ? (['ignore', 'pipe', 'pipe', 'ipc'] as const) : (['ignore', 'pipe', 'pipe'] as const);
    const child: ChildProcess = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: [...stdio] });
    living.add(child);
    this.#child = child;
    // 'close' comes after the last line, 'exit' may come before.
    this.ended = new Promise((resolve) => {
      child.once('close', (exitCode, signal) => resolve({ exitCode, signal }));
      child.once('error', (error) => this.log.push({ at: performance.now(), text: error.message }));
    });
    void this.ended.then(() => living.delete(child));
    eachLine(child.stdout, (line) => keep(this.stdout, line));
    eachLine(child.stderr, (text) => keep(this.log, { at: performance.now(), text }));
  }

  /** Whether it still runs. */
  get alive(): boolean {
    return living.has(this.#child);
  }

  /** All it has said on stderr so far. */
  get logText(): string {
    return this.log.map(({ text }) => text).join('\n');
  }

  /** All it has said on stdout so far. */
  get printed(): string {
    return this.stdout.join('\n');
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill('SIGTERM');
    const insist = setTimeout(() => this.#child.kill('SIGKILL'), patienceMs);
    await this.ended;
    clearTimeout(insist);
  }
}

/** Runs one of our scripts to its end. */
export async function runToEnd(
  command: Command,
): Promise<Ending & { readonly stdout: string; readonly stderr: string }> {
  await using program = new Program(command);
  const ending = await program.ended;
  return { ...ending, stdout: program.printed, stderr: program.logText };
}

function eachLine(stream: Readable | null, hear: (line: string) => void): void {
  if (stream !== null) createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', hear);
}

function keep<T>(kept: T[], one: T): void {
  if (kept.length < linesKept) kept.push(one);
}

let promised = false;

/** However this process ends, what it started ends with it. */
function endWithUs(): void {
  if (promised) return;
  promised = true;
  process.on('exit', () => {
    for (const child of living) child.kill('SIGKILL');
  });
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => process.exit(130));
}
