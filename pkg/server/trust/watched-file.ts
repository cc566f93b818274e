import { readFile } from 'node:fs/promises';
import type { Clock } from '../../lifecycle/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';

/** Secrets mounted into a pod change within a minute or two; looking once a minute is soon enough and costs nothing. */
const lookEveryMs = 60_000;

/** What looking again takes. */
export interface WatchingMeans {
  readonly clock: Clock;
  readonly log: Logger;
}

/** What is wrong with a text, in words that fit behind the path of its file; undefined = nothing. */
export type Trouble = (text: string) => string | undefined;

/** The text of a file that may be replaced while we run. The last text that was good stays. */
export class WatchedFile {
  readonly #path: string;
  readonly #trouble: Trouble;
  readonly #means: WatchingMeans;
  #text: string;

  private constructor(path: string, text: string, trouble: Trouble, means: WatchingMeans) {
    this.#path = path;
    this.#text = text;
    this.#trouble = trouble;
    this.#means = means;
  }

  /** Reads it once; a file that cannot be read, or is not what it should be, is a problem that names it. */
  static async open(
    path: string,
    means: WatchingMeans,
    trouble: Trouble = () => undefined,
  ): Promise<{ kind: 'opened'; file: WatchedFile } | { kind: 'failed'; message: string }> {
    try {
      const text = await readFile(path, 'utf8');
      const problem = trouble(text);
      if (problem !== undefined) return { kind: 'failed', message: `${path} ${problem}` };
      return { kind: 'opened', file: new WatchedFile(path, text, trouble, means) };
    } catch (cause) {
      return { kind: 'failed', message: `cannot read ${path}: ${reasonOf(cause)}` };
    }
  }

  get text(): string {
    return this.#text;
  }

  /** Looks again once a minute until `signal` aborts. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#means;
    let told: string | undefined;
    for (;;) {
      await clock.sleep(lookEveryMs, signal);
      if (signal.aborted) return;
      const problem = await this.#look();
      if (problem !== undefined && problem !== told) {
        log.warn('File cannot be used, its last good content stays', { path: this.#path, problem });
      }
      if (problem === undefined && told !== undefined) log.info('File can be used again', { path: this.#path });
      told = problem;
    }
  }

  /** Takes what there is now, or says why not. */
  async #look(): Promise<string | undefined> {
    try {
      const text = await readFile(this.#path, 'utf8');
      if (text === this.#text) return undefined;
      const problem = this.#trouble(text);
      if (problem !== undefined) return problem;
      this.#text = text;
      this.#means.log.info('File has changed and is used from now on', { path: this.#path });
      return undefined;
    } catch (cause) {
      return reasonOf(cause);
    }
  }
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'permission denied';
  return cause instanceof Error ? cause.message : String(cause);
}
