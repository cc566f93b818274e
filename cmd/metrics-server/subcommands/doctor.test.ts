import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { doctor } from './doctor.ts';

const golden = join(import.meta.dirname, 'testdata', 'doctor-help.txt');

describe('doctor', () => {
  it('teaches in its help; after a wanted change, write the output of doctor --help to testdata/doctor-help.txt', async () => {
    const { code, stdout } = await told('--help');
    assert.equal(code, 0);
    assert.equal(stdout, readFileSync(golden, 'utf8'));
  });

  it('names every mistake in its flags at once, and exits with 2', async () => {
    const { code, stdout, stderr } = await told('--kubconfig=x', '--only=node', '-o', 'yaml', '--timeout=1');
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.deepEqual(stderr.split('\n'), [
      'error: unknown flag --kubconfig: did you mean --kubeconfig?',
      'error: --output must be one of text, json, got "yaml"',
      'error: --only has no area "node": did you mean nodes?',
      'error: --timeout must be a duration such as 500ms, 15s or 1m30s, got "1"',
      'See metrics-server doctor --help.',
      '',
    ]);
    assert.match((await told('now')).stderr, /"now" belongs to no flag/);
  });

  it('that finds no kube-apiserver could not look: exit code 2, and why', async () => {
    const missing = await told('--kubeconfig=/nowhere/kubeconfig');
    assert.deepEqual([missing.code, missing.stdout], [2, '']);
    assert.match(missing.stderr, /^error: could not look: kubeconfig \/nowhere\/kubeconfig/);
    const homeless = await told();
    assert.equal(homeless.code, 2);
    assert.match(homeless.stderr, /no pod of a cluster: name a kubeconfig file with --kubeconfig/);
  });
});

async function told(...args: string[]) {
  let stdout = '';
  let stderr = '';
  const code = await doctor(args, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    environment: { HOME: import.meta.filename },
    signal: new AbortController().signal,
  });
  return { code, stdout, stderr };
}
