import { type FileHandle, mkdir, open, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../../lifecycle/clock.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { LineSink } from './log-backend.ts';
import { backupPath, type KeepOptions, OldFiles } from './old-files.ts';

/** Where to write, when to begin a new file, and what to keep of the old ones. */
export interface LogFileOptions extends KeepOptions {
  readonly path: string;
  /** 0 = no new file is ever begun. */
  readonly maxSizeBytes: number;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Nobody else needs to read who asked for what. */
const fileMode = 0o600;

/** Opens the file for appending, folders included; or says why that is not possible. */
export async function openLogFile(
  options: LogFileOptions,
): Promise<
  { readonly kind: 'opened'; readonly file: LogFile } | { readonly kind: 'failed'; readonly message: string }
> {
  const file = new LogFile(options);
  try {
    await file.write('');
    return { kind: 'opened', file };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return {
      kind: 'failed',
      message: `cannot write to ${options.path}: ${reason}; choose a file in a writable folder`,
    };
  }
}

/** A file that lines are appended to; one that has grown too large is put aside and a new one begun. */
export class LogFile implements LineSink {
  readonly #options: LogFileOptions;
  readonly #old: OldFiles;
  #handle: FileHandle | undefined;
  #size = 0;
  /** A pipe or a terminal has no size and cannot be put aside. */
  #isRegular = true;
  #rotates = true;

  constructor(options: LogFileOptions) {
    this.#options = options;
    this.#old = new OldFiles(options);
  }

  async write(text: string): Promise<void> {
    const bytes = Buffer.byteLength(text);
    const { maxSizeBytes } = this.#options;
    let handle = await this.#opened();
    if (this.#isRegular && maxSizeBytes > 0 && this.#size > 0 && this.#size + bytes > maxSizeBytes) {
      await this.#putAside(handle);
      handle = await this.#opened();
    }
    try {
      await handle.appendFile(text);
      this.#size += bytes;
    } catch (cause) {
      await this.#undo(handle);
      throw cause;
    }
  }

  /** Resolves when old files are as they should be. */
  async tidied(): Promise<void> {
    await this.#old.tidied();
  }

  async close(): Promise<void> {
    await this.#old.close();
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #opened(): Promise<FileHandle> {
    if (this.#handle !== undefined) return this.#handle;
    const { path } = this.#options;
    await makeFolder(dirname(path));
    const handle = await open(path, 'a', fileMode);
    const found = await handle.stat();
    this.#size = found.size;
    this.#isRegular = found.isFile();
    this.#handle = handle;
    this.#old.tidy();
    return handle;
  }

  /** A file that cannot be put aside is written on: too large is better than lost. */
  async #putAside(handle: FileHandle): Promise<void> {
    const { path, clock, log } = this.#options;
    this.#handle = undefined;
    await handle.close();
    try {
      await rename(path, await freePath(path, clock.now()));
      this.#rotates = true;
    } catch (cause) {
      if (this.#rotates) log.warn('The audit log cannot be put aside and grows on', { path, cause });
      this.#rotates = false;
    }
  }

  /** Half a line must not be the beginning of the next; the file is opened anew, which may help. */
  async #undo(handle: FileHandle): Promise<void> {
    this.#handle = undefined;
    await handle.truncate(this.#size).catch(() => undefined); // The disk is in trouble, which the caller is about to say.
    await handle.close().catch(() => undefined);
  }
}

/**
 * Step by step: Node's own recursive mkdir (24.21) never ends where a file system answers ENOENT below a folder that is
 * there, as /proc does.
 */
async function makeFolder(path: string): Promise<void> {
  const failure = await mkdir(path).then(() => undefined, codeOf);
  if (failure === undefined || failure === 'EEXIST') return;
  if (failure === 'ENOENT' && dirname(path) !== path) await makeFolder(dirname(path));
  if ((await stat(path).catch(() => undefined)) === undefined) await mkdir(path);
}

const codeOf = (cause: unknown): string => (cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown');

/** Two files put aside in one millisecond get two names. */
async function freePath(path: string, epochMs: number): Promise<string> {
  for (let at = epochMs; ; at++) {
    const candidate = backupPath(path, at);
    const isTaken = await Promise.any([stat(candidate), stat(`${candidate}.gz`)]).catch(() => undefined);
    if (isTaken === undefined) return candidate;
  }
}
