import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Makes a folder ours until disposed; rejects while another living process has it: two demos would mix their clusters up. */
export async function claim(directory: string): Promise<AsyncDisposable> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, 'pid');
  const owner = Number(await readFile(file, 'utf8').catch(() => ''));
  if (isAlive(owner)) {
    throw new Error(
      `Another demo (process ${owner}) is at work in ${directory}: end it first. If that is no demo, remove ${file}.`,
    );
  }
  await rm(file, { force: true });
  await writeFile(file, String(process.pid), { flag: 'wx' });
  return { [Symbol.asyncDispose]: () => rm(file, { force: true }) };
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process lives as well.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
