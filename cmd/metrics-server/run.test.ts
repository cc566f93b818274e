import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tacho-'));
});

after(() => rm(folder, { recursive: true, force: true }));

describe('the program', () => {
  it('names flags without effect once, and doubts one by one', async () => {
    const { code, stderr } = await program(
      '--contention-profiling',
      '--min-request-timeout=60',
      '--tls-min-version=VersionTLS11',
      '--audit-log-path=-',
    );
    assert.equal(code, 2, 'there is no such kubeconfig');
    const warnings = stderr.split('\n').filter((line) => line.startsWith('W'));
    assert.deepEqual(
      warnings.map((line) => line.replace(/^.*?\] /, '')),
      [
        '"Flags are set that have no effect" flags=["--min-request-timeout: it bounds watches, and metrics cannot be watched","--contention-profiling: JavaScript has no locks to wait for"]',
        '"A flag may not do what was meant" doubt="--tls-min-version allows VersionTLS11, which is broken: VersionTLS12 is safe"',
        '"A flag may not do what was meant" doubt="--audit-log-path without --audit-policy-file records nothing"',
      ],
    );
  });

  it('tells every problem of its flags and ends', async () => {
    assert.deepEqual(await program('--feature-gates=A=true', '--goaway-chance=1'), {
      code: 2,
      stdout: '',
      stderr: [
        'error: --feature-gates must be left out: no component here emulates other versions or has feature gates',
        'error: --goaway-chance must be a number from 0 to 0.02, got "1"',
        'See --help for every flag.',
        '',
      ].join('\n'),
    });
  });
});

/** What the program does that may read no kubeconfig, and so ends by itself. */
function program(...flags: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const main = join(import.meta.dirname, 'main.ts');
  const args = [main, `--kubeconfig=${join(folder, 'none')}`, `--cert-dir=${join(folder, 'serving')}`, ...flags];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}
