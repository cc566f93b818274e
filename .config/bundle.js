/** `make bundle`: the server as one script with V8's code cache beside it, in dist/bundle/. */
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { nodeEnvironment, nodeFlags } from './node-flags.js';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'dist', 'bundle');

/** Of express we use the Router, a package of its own: body parsers and the character sets of all languages stay behind. */
const routerAlone = {
  name: 'router-alone',
  setup(bundling) {
    bundling.onLoad({ filter: /node_modules\/express\/index\.js$/ }, () => ({
      contents: "exports.Router = require('router');",
      resolveDir: root,
    }));
  },
};

/**
 * Of a text's width we need the number of letters: help is ASCII. What knows the width of every script's letters reads the
 * tables for it when it is loaded, which takes an eighth of a second.
 */
const lettersAsWidth = {
  name: 'letters-as-width',
  setup(bundling) {
    bundling.onLoad({ filter: /node_modules\/string-width\/index\.js$/ }, () => ({
      contents: 'export default (text) => text.length;',
    }));
  },
};

/** What is large and most servers never need lies in files of its own, so that nobody reads it in vain. */
const apart = [
  // For kubeconfigs; in a cluster there is none.
  { name: 'client-node', entry: '@kubernetes/client-node/dist/config.js' },
  // For subcommands; the server asks by Node.js's own client.
  { name: 'undici', entry: 'undici' },
];

const loadedApart = {
  name: 'loaded-apart',
  setup(bundling) {
    for (const { name, entry } of apart) {
      bundling.onResolve({ filter: new RegExp(`^${entry.replaceAll('.', '\\.')}$`) }, ({ kind }) =>
        kind === 'entry-point' ? undefined : { path: `./${name}.cjs`, external: true },
      );
    }
  },
};

const options = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  // Names of errors and functions are part of what the log says, so they stay as they are. esbuild's `keepNames` would give
  // them back after shortening them, to each function whenever it is made: half of what `deadline` takes, on every path.
  minifyWhitespace: true,
  minifySyntax: true,
  // Loaded lazily stays loaded lazily, from the same script.
  supported: { 'dynamic-import': false },
  // yargs looks for its translations beside itself, and does without.
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: "const moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
  plugins: [routerAlone, lettersAsWidth, loadedApart],
  absWorkingDir: root,
};

rmSync(folder, { recursive: true, force: true });
// A function already, so that whoever loads it need not put one text together of three.
const wrapped = {
  banner: { js: `(function (require, module, __filename) {${options.banner.js}` },
  footer: { js: '})' },
};
await build({
  ...options,
  ...wrapped,
  entryPoints: ['cmd/metrics-server/run.ts'],
  outfile: join(folder, 'server.cjs'),
});
for (const entry of ['main', 'warm-up']) {
  const outfile = join(folder, `${entry}.cjs`);
  await build({ ...options, entryPoints: [`cmd/metrics-server/bundle/${entry}.ts`], outfile });
}
for (const { name, entry } of apart) {
  await build({ ...options, entryPoints: [entry], outfile: join(folder, `${name}.cjs`) });
}
// Beside them lies no package.json that would make modules of them.
writeFileSync(join(folder, 'node-flags'), `${nodeFlags.join(' ')}\n`);
const environment = Object.entries(nodeEnvironment).map(([name, value]) => `${name}=${value}\n`);
writeFileSync(join(folder, 'node-environment'), environment.join(''));
execFileSync(process.execPath, [...nodeFlags, join(folder, 'warm-up.cjs')], { stdio: ['ignore', 'ignore', 'ignore'] });
rmSync(join(folder, 'warm-up.cjs'));
