import { readFile } from 'node:fs/promises';
import type { Clock } from '../lifecycle/clock.ts';
import type { Logger } from '../telemetry/logger.ts';

/** Secrets mounted into a pod change within a minute or two; looking once a minute is soon enough and costs nothing. */
const lookEveryMs = 60_000;

/** What looking again takes. */
export interface WatchingMeans {
  readonly clock: Clock;
  readonly log: Logger;
}

/** The text of a file that may be replaced while we run. The last text that could be read stays. */
export class WatchedFile {
  readonly #path: string;
  readonly #means: WatchingMeans;
  #text: string;

  private constructor(path: string, text: string, means: WatchingMeans) {
    this.#path = path;
    this.#text = text;
    this.#means = means;
  }

  /** Reads it once; a file that cannot be read is a problem that names it. */
  static async open(
    path: string,
    means: WatchingMeans,
  ): Promise<{ kind: 'opened'; file: WatchedFile } | { kind: 'failed'; message: string }> {
    try {
      return { kind: 'opened', file: new WatchedFile(path, await readFile(path, 'utf8'), means) };
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
    let readable = true;
    for (;;) {
      await clock.sleep(lookEveryMs, signal);
      if (signal.aborted) return;
      try {
        const text = await readFile(this.#path, 'utf8');
        if (text !== this.#text) log.info('File has changed and is used from now on', { path: this.#path });
        this.#text = text;
        readable = true;
      } catch (cause) {
        if (readable)
          log.warn('File cannot be read any more, its last content stays in use', { path: this.#path, cause });
        readable = false;
      }
    }
  }
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  if (code === 'ENOENT') return 'there is no such file';
  if (code === 'EACCES') return 'permission denied';
  return cause instanceof Error ? cause.message : String(cause);
}
