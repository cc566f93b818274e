import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { Clock } from '../../lifecycle/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';

/** What is kept of files put aside. */
export interface KeepOptions {
  /** 0 = for ever. */
  readonly maxAgeDays: number;
  /** 0 = all. */
  readonly maxBackups: number;
  readonly compress: boolean;
}

/** Where a file is put aside at `epochMs`: `audit.log` becomes `audit-2026-11-21T10-25-22.123.log`, as Go programs name them. */
export function backupPath(path: string, epochMs: number): string {
  const { start, end } = nameAround(path);
  const time = new Date(epochMs).toISOString().slice(0, -1).replaceAll(':', '-');
  return join(dirname(path), `${start}${time}${end}`);
}

function nameAround(path: string): { readonly start: string; readonly end: string } {
  const end = extname(path);
  return { start: `${basename(path, end)}-`, end };
}

interface OldFile {
  readonly name: string;
  readonly isCompressed: boolean;
  /** When it was put aside, in epoch milliseconds. */
  readonly at: number;
}

const dayMs = 24 * 3600 * 1000;

/** The files put aside: removes what is too old or too many, compresses the rest when asked to. */
export class OldFiles {
  readonly #options: KeepOptions & { readonly path: string; readonly clock: Clock; readonly log: Logger };
  readonly #stop = new AbortController();
  #tidying: Promise<void> = Promise.resolve();
  #isTrouble = false;

  constructor(options: KeepOptions & { readonly path: string; readonly clock: Clock; readonly log: Logger }) {
    this.#options = options;
  }

  /** Tidies up in the background; nobody who writes waits for it. */
  tidy(): void {
    this.#tidying = this.#tidying.then(() => this.#tidyOnce());
  }

  /** Resolves when what was asked for so far is done. */
  async tidied(): Promise<void> {
    await this.#tidying;
  }

  /** Leaves what is under way; the next start goes on with it. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#tidying;
  }

  async #tidyOnce(): Promise<void> {
    const { maxAgeDays, maxBackups, compress, path, log } = this.#options;
    if (this.#stop.signal.aborted || (maxAgeDays === 0 && maxBackups === 0 && !compress)) return;
    try {
      const { kept, removed } = this.#sorted(await readdir(dirname(path)));
      for (const { name } of removed) await rm(join(dirname(path), name), { force: true });
      for (const { name, isCompressed } of kept) if (compress && !isCompressed) await this.#compress(name);
      this.#isTrouble = false;
    } catch (cause) {
      if (!this.#isTrouble && !this.#stop.signal.aborted)
        log.warn('Old audit logs cannot be tidied up', { path, cause });
      this.#isTrouble = true;
    }
  }

  #sorted(names: readonly string[]): { readonly kept: readonly OldFile[]; readonly removed: readonly OldFile[] } {
    const { maxAgeDays, maxBackups, path, clock } = this.#options;
    const oldest = maxAgeDays === 0 ? Number.NEGATIVE_INFINITY : clock.now() - maxAgeDays * dayMs;
    const files = names.flatMap((name) => oldFile(name, path) ?? []).sort((a, b) => b.at - a.at);
    // A file whose compression was cut short is there twice and counts once.
    const moments = [...new Set(files.map(({ at }) => at))];
    const wanted = new Set((maxBackups === 0 ? moments : moments.slice(0, maxBackups)).filter((at) => at >= oldest));
    return { kept: files.filter(({ at }) => wanted.has(at)), removed: files.filter(({ at }) => !wanted.has(at)) };
  }

  async #compress(name: string): Promise<void> {
    const source = join(dirname(this.#options.path), name);
    const target = `${source}.gz`;
    try {
      const { signal } = this.#stop;
      await pipeline(createReadStream(source), createGzip(), createWriteStream(target, { mode: 0o600 }), { signal });
      await rm(source);
    } catch (cause) {
      await rm(target, { force: true });
      throw cause;
    }
  }
}

function oldFile(name: string, path: string): OldFile | undefined {
  const { start, end } = nameAround(path);
  const isCompressed = name.endsWith(`${end}.gz`);
  const suffix = isCompressed ? `${end}.gz` : end;
  if (!name.startsWith(start) || !name.endsWith(suffix)) return undefined;
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3})$/.exec(
    name.slice(start.length, name.length - suffix.length),
  );
  if (parts === null) return undefined;
  const at = Date.parse(`${parts[1]}T${parts[2]}:${parts[3]}:${parts[4]}Z`);
  return Number.isNaN(at) ? undefined : { name, isCompressed, at };
}
