import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** How one run of kubectl ended. */
export interface KubectlOutcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** kubectl said no; the message carries what it printed. */
export class KubectlError extends Error {
  override readonly name = 'KubectlError';
  readonly outcome: KubectlOutcome;

  constructor(args: readonly string[], outcome: KubectlOutcome) {
    super(`kubectl ${args.join(' ')} ended with exit code ${outcome.exitCode}: ${outcome.stderr || outcome.stdout}`);
    this.outcome = outcome;
  }
}

/** Longer than any request of ours may take, shorter than the patience of whoever runs the suite. */
const timeoutMs = 30_000;

/** The real kubectl, as one user of one cluster. The only place that runs it. */
export class Kubectl {
  readonly #binary = process.env['KUBECTL'] ?? 'kubectl';
  readonly #flags: readonly string[];

  /** What kubectl remembers of a cluster goes into a folder of its own: ports, and so cluster addresses, come again. */
  constructor({ kubeconfig, cacheDirectory }: { readonly kubeconfig: string; readonly cacheDirectory: string }) {
    this.#flags = [`--kubeconfig=${kubeconfig}`, `--cache-dir=${cacheDirectory}`];
  }

  /** Runs it, whatever comes of it. */
  async run(args: readonly string[], stdin = ''): Promise<KubectlOutcome> {
    const child = spawn(this.#binary, [...this.#flags, ...args], { timeout: timeoutMs, stdio: 'pipe' });
    const ended = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    // kubectl may end without reading; its exit code tells then.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
    const [exitCode, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
    return { exitCode, stdout, stderr };
  }

  /** What it prints; throws when it fails. */
  async print(...args: readonly string[]): Promise<string> {
    return await this.#succeed(args);
  }

  /** The rows of the table it prints, heading first, cell by cell; throws when it fails. */
  async table(...args: readonly string[]): Promise<readonly (readonly string[])[]> {
    return rowsOf(await this.#succeed(args));
  }

  /** The lines of the table it prints, without the heading. */
  async rows(...args: readonly string[]): Promise<readonly (readonly string[])[]> {
    return (await this.table(...args)).slice(1);
  }

  /** `get --raw`, parsed. */
  async read(path: string): Promise<unknown> {
    return JSON.parse(await this.#succeed(['get', '--raw', path]));
  }

  /** `create --raw` with a JSON body, which is a POST. */
  async post(path: string, body: unknown): Promise<void> {
    await this.#succeed(['create', '--raw', path, '-f', '-'], JSON.stringify(body));
  }

  /** `delete --raw`. */
  async remove(path: string): Promise<void> {
    await this.#succeed(['delete', '--raw', path]);
  }

  async #succeed(args: readonly string[], stdin?: string): Promise<string> {
    const outcome = await this.run(args, stdin);
    if (outcome.exitCode !== 0) throw new KubectlError(args, outcome);
    return outcome.stdout;
  }
}

/** Columns stand at least two spaces apart, whatever the version of kubectl. */
function rowsOf(printed: string): readonly (readonly string[])[] {
  const lines = printed.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => line.trim().split(/\s{2,}/));
}
