/** The last step of `npm run build`: puts what was compiled in its place, unless it would not run. */
import { globSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';

const made = join('node_modules', '.dist');

// TypeScript 6.0 leaves a dynamic import's .ts as it is in functions with `using` declarations: put such an import into a
// function of its own.
const broken = globSync(`${made}/**/*.js`).filter((file) =>
  /\bimport\(['"]\.[^'"]*\.ts['"]\)/.test(readFileSync(file, 'utf8')),
);
if (broken.length > 0) throw new Error(`these import .ts files, which are not there: ${broken.join(', ')}`);
renameSync(made, 'dist');
