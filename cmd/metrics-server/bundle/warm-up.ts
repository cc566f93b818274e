/**
 * Lets the bundled server start as far as it comes outside of a cluster, so that V8 compiles what a start needs, and keeps
 * what came of it. Run it with the flags of Node.js that the server will run with: a cache made under others is not taken.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadBundle } from './load.ts';

// In a cluster it would stay.
delete process.env['KUBERNETES_SERVICE_HOST'];
const { script, run } = loadBundle(__dirname);
const certificates = mkdtempSync(join(tmpdir(), 'tacho-warm-up-'));
void run([`--cert-dir=${certificates}`]).then(() => {
  writeFileSync(join(__dirname, 'server.cache'), script.createCachedData());
  rmSync(certificates, { recursive: true });
});
