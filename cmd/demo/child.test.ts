import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { startChild } from './child.ts';
import { freePort } from './free-port.ts';

describe('a program that the demo starts', () => {
  it('announces itself with its first line, and stops when asked', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'demo-'));
    const script = join(folder.path, 'program.mjs');
    await writeFile(script, `console.log('{"port":1}'); setInterval(() => {}, 1e6);`);
    const child = startChild({ name: 'the program', script, args: [], logFile: join(folder.path, 'log') });
    assert.deepEqual(await child.announcement, { port: 1 });
    await child[Symbol.asyncDispose]();
    assert.match(await child.ended, /^the program ended \(SIGTERM\)/);
  });

  it('that fails leaves its exit code and its last words', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'demo-'));
    const script = join(folder.path, 'program.mjs');
    await writeFile(script, `for (let n = 1; n <= 9; n++) console.error('line ' + n); process.exitCode = 3;`);
    await using child = startChild({ name: 'the program', script, args: [], logFile: join(folder.path, 'log') });
    const how = /^the program ended \(exit code 3\)\. The end of .*log:\n {2}line 5\n(.*\n)*.*line 9$/;
    assert.match(await child.ended, how);
    await assert.rejects(child.announcement, /the program ended \(exit code 3\)/);
  });

  const nowhere = 'http://127.0.0.1:1';
  const programs: readonly [name: string, argsIn: (folder: string, port: number) => string[], ready: RegExp][] = [
    ['simulator', (folder) => [`--directory=${folder}`], /Pretend cluster is ready/],
    [
      'metrics-server',
      (folder, port) => [
        `--kubeconfig=${folder}/kubeconfig`,
        `--cert-dir=${folder}`,
        '--bind-address=127.0.0.1',
        `--secure-port=${port}`,
      ],
      /Waiting for the kube-apiserver/,
    ],
  ];
  for (const [name, argsIn, ready] of programs) {
    it(`ends when whoever started it was killed: ${name}`, async () => {
      await using folder = await mkdtempDisposable(join(tmpdir(), 'demo-'));
      await writeFile(join(folder.path, 'kubeconfig'), kubeconfigOf(nowhere));
      const script = join(import.meta.dirname, '..', name, 'main.ts');
      const child = spawn(process.execPath, [script, ...argsIn(folder.path, await freePort())], {
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      const ended = once(child, 'exit');
      let log = '';
      for await (const chunk of child.stderr ?? []) {
        log += String(chunk);
        // What a broken channel looks like to the program is the same, whether its parent was killed or let go.
        if (ready.test(log) && child.connected) child.disconnect();
      }
      assert.deepEqual(await ended, [0, null], log);
    });
  }
});

const kubeconfigOf = (server: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
    clusters: [{ name: 'c', cluster: { server } }],
    users: [{ name: 'u', user: {} }],
  });
