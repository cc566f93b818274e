import assert from 'node:assert/strict';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { WoundClock } from '../../../lifecycle/wound-clock.ts';
import { KeptLog } from '../../testing/kept-log.ts';
import { openConnection } from '../connection.ts';
import { problemOfFailure } from '../problem.ts';

const secret = 'eyJhbGciOi';

describe('what is said about a kubeconfig that cannot be used', () => {
  const plugin = (command: string) =>
    `{exec: {apiVersion: client.authentication.k8s.io/v1, command: sh, args: [-c, '${command}'], interactiveMode: Never}}`;
  const rows: readonly [title: string, kubeconfig: string, says: RegExp][] = [
    ['YAML cut short', kubeconfigWith(`{token: "${secret}`), /not a kubeconfig: .* at line \d+/],
    ['YAML with a colon too many', kubeconfigWith(`\n    token: ${secret}: x`), /not a kubeconfig: .* at line 9$/],
    [
      'a plugin that prints a bare token',
      kubeconfigWith(plugin(`echo ${secret}`)),
      /plugin of user u failed: .*no JSON/,
    ],
    ['a plugin that prints half an answer', kubeconfigWith(plugin(`echo {x ${secret}`)), /plugin of user u failed/],
    [
      'a password in the address',
      kubeconfigWith('{}', `https://me:${secret}@127.0.0.1`),
      /server carries a user name or password: put them under users/,
    ],
  ];
  for (const [title, text, says] of rows) {
    it(`names the trouble and no secret: ${title}`, async () => {
      await using folder = await mkdtempDisposable(join(tmpdir(), 'kube-'));
      const kubeconfig = join(folder.path, 'config');
      await writeFile(kubeconfig, text);
      const outcome = await openConnection({
        kubeconfig,
        environment: {},
        clock: new WoundClock(),
        log: new KeptLog(),
      });
      assert.ok(outcome.kind === 'failed');
      assert.match(outcome.message, says);
      assert.doesNotMatch(outcome.message, new RegExp(secret));
    });
  }

  it('tells what a plugin complains of, cut to a line', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'kube-'));
    const kubeconfig = join(folder.path, 'config');
    await writeFile(kubeconfig, kubeconfigWith(plugin('echo log in again >&2; seq 100000 >&2; exit 1')));
    const outcome = await openConnection({ kubeconfig, environment: {}, clock: new WoundClock(), log: new KeptLog() });
    assert.ok(outcome.kind === 'failed');
    assert.match(outcome.message, /failed: log in again 1 2 3/);
    assert.ok(outcome.message.length < 700);
  });
});

it('the namespace of the context is ours', async () => {
  await using folder = await mkdtempDisposable(join(tmpdir(), 'kube-'));
  const kubeconfig = join(folder.path, 'config');
  await writeFile(kubeconfig, kubeconfigWith('{}').replace('cluster: c,', 'cluster: c, namespace: monitoring,'));
  const outcome = await openConnection({ kubeconfig, environment: {}, clock: new WoundClock(), log: new KeptLog() });
  assert.ok(outcome.kind === 'opened');
  await using connection = outcome.connection;
  assert.equal(connection.namespace, 'monitoring');
});

it('an answer that is no JSON is not quoted, it may repeat a token', () => {
  const failure = JSON.parse.bind(JSON, `{"token": ${secret}`);
  assert.throws(failure, (cause) => {
    const { message } = problemOfFailure(cause, { server: 'https://apiserver.test' });
    assert.match(message, /cannot be read: it is no JSON/);
    assert.doesNotMatch(message, new RegExp(secret.slice(0, 3)));
    return true;
  });
});

function kubeconfigWith(user: string, server = 'https://127.0.0.1:1'): string {
  return `apiVersion: v1
kind: Config
current-context: here
contexts: [{name: here, context: {cluster: c, user: u}}]
clusters: [{name: c, cluster: {server: "${server}"}}]
users:
- name: u
  user: ${user}
`;
}
