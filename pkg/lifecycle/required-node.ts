const requiredMajor = 24;

/**
 * Why a program of ours cannot run on this Node.js, and which one can run it; undefined where all is well. A program's
 * door asks before it loads anything else, so nothing here may need a newer Node.js than the one that is too old.
 */
export function complaintAboutNode(program: string, version: string): string | undefined {
  if (Number.parseInt(version, 10) >= requiredMajor) return undefined;
  return (
    `${program} needs Node.js ${requiredMajor} or newer, this is ${version}. ` +
    `The right one comes with npm ci: node_modules/.bin/node dist/cmd/${program}/main.js`
  );
}
