import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFlags, type SimulatorFlags } from './options.ts';

test('a directory is all it needs: the demo cluster on any port', async () => {
  const { shape, apiServerPort, metricsServer, metricsVersions } = await flagsOf('--directory=/d');
  assert.equal(shape.nodes.length, 3);
  assert.deepEqual([apiServerPort, metricsServer, metricsVersions], [0, undefined, ['v1beta1']]);
});

test('a plain cluster has the size it is told', async () => {
  const { shape } = await flagsOf(
    '--directory=/d',
    '--shape=plain',
    '--nodes=4',
    '--pods-per-node=2',
    '--containers-per-pod=3',
  );
  assert.equal(shape.nodes.length, 4);
  assert.equal(shape.nodes[0]?.pods.length, 2);
  assert.equal(shape.nodes[0]?.pods[0]?.containers.length, 3);
});

test('housekeeping is a rhythm or a span', async () => {
  for (const [text, expected] of [
    ['10s', { minMs: 10_000, maxMs: 10_000 }],
    ['0.5s-2s', { minMs: 500, maxMs: 2000 }],
  ] as const) {
    const { shape } = await flagsOf('--directory=/d', `--housekeeping=${text}`);
    assert.deepEqual(shape.nodes[0]?.housekeeping, expected);
  }
});

test('churn is a part of all pods in a span', async () => {
  assert.deepEqual((await flagsOf('--directory=/d', '--churn=5%/15s')).churn, { fraction: 0.05, perMs: 15_000 });
  assert.equal((await parseFlags(['--directory=/d', '--churn=500%/15s'])).kind, 'problems');
});

test('the address and the versions of the server are understood', async () => {
  const { metricsServer, metricsVersions } = await flagsOf(
    '--directory=/d',
    '--metrics-server-address=127.0.0.1:4443',
    '--metrics-versions=v1,v1beta1',
  );
  assert.deepEqual(metricsServer, { host: '127.0.0.1', port: 4443 });
  assert.deepEqual(metricsVersions, ['v1', 'v1beta1']);
});

test('everything that is wrong is said at once, with the flag and what is allowed', async () => {
  const parsed = await parseFlags([
    '--directory=/d',
    '--housekeeping=soon',
    '--nodes=-1',
    '--metrics-server-address=here',
  ]);
  assert.ok(parsed.kind === 'problems');
  assert.equal(parsed.problems.length, 3);
  for (const problem of parsed.problems) assert.match(problem, /^--[a-z-]+ must be .* got /);
});

test('an unknown flag and a missing directory are problems', async () => {
  assert.equal((await parseFlags(['--directory=/d', '--colour=red'])).kind, 'problems');
  assert.equal((await parseFlags([])).kind, 'problems');
});

test('--help tells every flag', async () => {
  const parsed = await parseFlags(['--help']);
  assert.ok(parsed.kind === 'text');
  assert.match(parsed.text, /--metrics-server-address/);
});

async function flagsOf(...args: string[]): Promise<SimulatorFlags> {
  const parsed = await parseFlags(args);
  assert.ok(parsed.kind === 'flags', JSON.stringify(parsed));
  return parsed.flags;
}
