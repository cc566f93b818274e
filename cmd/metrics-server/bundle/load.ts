import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';

/** The whole server as one script, and what V8 made of it when it was last compiled. */
export interface Loaded {
  readonly script: Script;
  /** False where there is nothing yet, or V8 has other flags or another version: it compiles then, and all is well. */
  readonly fromCache: boolean;
  /** The program; returns its exit code. */
  readonly run: (args: readonly string[]) => Promise<number>;
}

type Wrapper = (require: NodeJS.Require, module: { exports: object }, filename: string) => void;

/** Reads `server.cjs`, with `server.cache` where that is of use. */
export function loadBundle(folder: string): Loaded {
  const filename = join(folder, 'server.cjs');
  const text = readFileSync(filename);
  const cachedData = readIfThere(join(folder, 'server.cache'));
  // It is ASCII, of which V8 keeps a byte each.
  const script = new Script(text.toString('latin1'), { filename, ...(cachedData && { cachedData }) });
  for (const file of [text, cachedData]) free(file);
  const module = { exports: {} as { run: Loaded['run'] } };
  const wrapper = script.runInThisContext() as Wrapper;
  wrapper(createRequire(filename), module, filename);
  return { script, fromCache: cachedData !== undefined && script.cachedDataRejected !== true, run: module.exports.run };
}

function readIfThere(path: string): Buffer<ArrayBuffer> | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

/** What was read has been used up: 3 MB that the garbage collector would not look for in the first minutes. */
function free(file: Buffer<ArrayBuffer> | undefined): void {
  file?.buffer.transfer(0);
}
