import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { ourNode, Program, runToEnd, scripts } from './program.ts';

const serverWith = (...flags: readonly string[]) =>
  runToEnd({ command: ourNode, args: [scripts.metricsServer, ...flags] });

test('every problem is named at once, with the value given and what is allowed, and the exit code is 2', async () => {
  const { exitCode, stdout, stderr } = await serverWith(
    '--metric-resolution=5s',
    '--secure-port=70000',
    '--bind-address=everywhere',
    '--kubelet-preferred-adress-types=InternalIP',
  );
  assert.equal(exitCode, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /--metric-resolution must be at least 10s, got 5s/);
  assert.match(stderr, /--secure-port must be .*65535.*got "70000"/);
  assert.match(stderr, /--bind-address must be an IP address.*got "everywhere"/);
  assert.match(stderr, /--kubelet-preferred-adress-types.*did you mean --kubelet-preferred-address-types\?/);
});

test('flags that do not go together are named together', async () => {
  const { exitCode, stderr } = await serverWith('--metric-resolution=10s', '--kubelet-request-timeout=10s');
  assert.equal(exitCode, 2);
  assert.match(stderr, /--kubelet-request-timeout.*--metric-resolution=10s.*at most 9s/);
});

test('a kubeconfig that is not there is an error at once, not a server that waits', async () => {
  const { exitCode, stderr } = await serverWith('--kubeconfig=/nowhere/kubeconfig', '--cert-dir=/nowhere/certificates');
  assert.equal(exitCode, 2);
  assert.match(stderr, /\/nowhere\/kubeconfig/);
});

test('--help names every flag by section and exits 0', async () => {
  const { exitCode, stdout, stderr } = await serverWith('--help');
  assert.equal(exitCode, 0);
  assert.equal(stderr, '');
  for (const section of [
    'Metrics server:',
    'Kubelet client:',
    'Secure serving:',
    'Authentication:',
    'Authorization:',
  ]) {
    assert.ok(stdout.includes(section), section);
  }
  for (const flag of [
    '--metric-resolution',
    '--kubelet-insecure-tls',
    '--secure-port',
    '--requestheader-client-ca-file',
  ]) {
    assert.ok(stdout.includes(flag), flag);
  }
});

test('--version prints the version and exits 0', async () => {
  const { exitCode, stdout } = await serverWith('--version');
  assert.equal(exitCode, 0);
  assert.match(stdout, /^v?\d+\.\d+\.\d+/);
});

const systemNode = '/usr/bin/node';
if (await isOlder(systemNode)) {
  for (const script of [scripts.metricsServer, scripts.simulator]) {
    test(`on a Node.js that is too old, ${script.split('/').at(-2)} names the one to use`, async () => {
      const { exitCode, stderr } = await runToEnd({ command: systemNode, args: [script, '--version'] });
      assert.equal(exitCode, 2);
      assert.match(stderr, /needs Node\.js 24 or newer, this is \d+\.\d+\.\d+/);
      assert.match(stderr, /node_modules\/\.bin\/node/);
    });
  }
} else {
  console.log(`Not checked: what happens on an older Node.js; ${systemNode} is none.`);
}

async function isOlder(node: string): Promise<boolean> {
  if (!existsSync(node)) return false;
  await using program = new Program({ command: node, args: ['--version'] });
  await program.ended;
  return Number.parseInt(program.printed.replace('v', ''), 10) < 24;
}
