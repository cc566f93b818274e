/** The door of the bundle, which `make bundle` puts beside the server's script. */
import { loadBundle } from './load.ts';

const { run } = loadBundle(__dirname);
void run(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});
