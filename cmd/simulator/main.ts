/**
 * The door. Nothing here may need a newer Node.js than the one that complains about being too old, so everything else is
 * loaded only afterwards.
 */
const requiredMajor = 24;

if (Number.parseInt(process.versions.node, 10) < requiredMajor) {
  console.error(
    `the simulator needs Node.js ${requiredMajor} or newer, this is ${process.versions.node}. ` +
      'The right one comes with npm ci: node_modules/.bin/node dist/cmd/simulator/main.js',
  );
  process.exitCode = 2;
} else {
  const { run } = await import('./run.ts');
  process.exitCode = await run(process.argv.slice(2));
}
