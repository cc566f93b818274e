import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { explain } from './explain.ts';
import type { RunSubcommand } from './subcommand.ts';
import { usage } from './usage.ts';

for (const [name, run] of [
  ['usage', usage],
  ['explain', explain],
] as const) {
  it(`${name} teaches in its help; after a wanted change, write the output of ${name} --help to testdata/${name}-help.txt`, async () => {
    const { code, stdout } = await told(run, '--help');
    assert.equal(code, 0);
    assert.equal(stdout, readFileSync(join(import.meta.dirname, 'testdata', `${name}-help.txt`), 'utf8'));
  });
}

describe('usage and explain', () => {
  it('name every mistake in their flags at once, and exit with 2', async () => {
    const { code, stdout, stderr } = await told(usage, '--sort=size', '--since=1s', '-o', 'yaml');
    assert.deepEqual([code, stdout], [2, '']);
    assert.deepEqual(stderr.trimEnd().split('\n'), [
      'error: --sort must be one of name, cpu, memory, cpu-peak, memory-peak, got "size"',
      'error: --since must be at least 60s, got 1s',
      'error: --output must be one of table, json, got "yaml"',
      'See metrics-server usage --help.',
    ]);
  });

  it('say what there is to show when asked for something else', async () => {
    assert.match((await told(usage, 'jobs')).stderr, /must be one of nodes, pods, namespaces, cluster, got "jobs"/);
    assert.match((await told(explain, 'node', 'n1')).stderr, /must be pod NAME, got "node n1"/);
    assert.match((await told(explain)).stderr, /must be pod NAME, got ""/);
  });

  it('take a namespace for pods only', async () => {
    const { code, stderr } = await told(usage, 'nodes', '-n', 'shop');
    assert.equal(code, 2);
    assert.match(stderr, /^error: --namespace chooses pods, and nodes are not in one: usage pods -n shop/);
  });

  it('that find no kube-apiserver say where they looked', async () => {
    const { code, stderr } = await told(usage, '--kubeconfig=/nowhere/kubeconfig');
    assert.equal(code, 2);
    assert.match(stderr, /^error: kubeconfig \/nowhere\/kubeconfig/);
  });
});

async function told(run: RunSubcommand, ...args: string[]) {
  let stdout = '';
  let stderr = '';
  const code = await run(args, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    environment: { HOME: '/nowhere' },
    signal: new AbortController().signal,
  });
  return { code, stdout, stderr };
}
