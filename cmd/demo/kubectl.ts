import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** The kubectl that a shell with this PATH would find. */
export function findKubectl(path: string): string | undefined {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'kubectl'))
    .find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    // Not there, or not for us: both mean "look further".
    return false;
  }
}

/** `kubectl top nodes` and `kubectl top pods -A`, what it complains of included. */
export async function topWithKubectl(kubectl: string, kubeconfig: string, signal: AbortSignal): Promise<string> {
  const run = async (...args: string[]): Promise<string> => {
    try {
      const { stdout, stderr } = await execute(kubectl, ['--kubeconfig', kubeconfig, ...args], { signal });
      return stdout + stderr;
    } catch (error) {
      return error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    }
  };
  const [nodes, pods] = await Promise.all([run('top', 'nodes'), run('top', 'pods', '-A')]);
  return `$ kubectl top nodes\n${nodes}\n$ kubectl top pods -A\n${pods}`;
}
