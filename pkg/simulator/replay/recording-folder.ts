import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where the recorded answers lie: beside the sources, also for the built program, which does not carry test data of its own. */
export function recordingFolder(): string {
  const folders = ['..', '../../../../pkg/simulator'].map((way) =>
    join(import.meta.dirname, way, 'testdata/recorded-kubelet'),
  );
  const found = folders.find((folder) => existsSync(join(folder, 'moments.json')));
  if (found === undefined) throw new Error(`no recorded kubelet answers in ${folders.join(' or ')}`);
  return found;
}
