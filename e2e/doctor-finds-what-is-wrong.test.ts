import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { onPretendCluster, openCluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { ourNode, runToEnd, scripts } from './program.ts';

interface Report {
  readonly schemaVersion: number;
  readonly result: string;
  readonly areas: readonly { readonly findings: readonly Finding[] }[];
}

interface Finding {
  readonly code: string;
  readonly about: string;
  readonly why: string;
  readonly cure: { readonly commands: readonly string[] };
}

await onPretendCluster('doctor: what it finds there is nobody’s to say', async () => {
  const { admin, pretend } = await openCluster();
  assert.ok(pretend);
  const kubeconfigs = {
    admin: join(pretend.directory, 'admin.kubeconfig'),
    server: join(pretend.directory, 'metrics-server.kubeconfig'),
  };

  const doctor = (account: keyof typeof kubeconfigs, ...flags: readonly string[]) => {
    const args = [scripts.metricsServer, 'doctor', `--kubeconfig=${kubeconfigs[account]}`, ...flags];
    return runToEnd({ command: ourNode, args });
  };
  const findings = async (account: keyof typeof kubeconfigs): Promise<readonly Finding[]> => {
    const { stdout, stderr } = await doctor(account, '-o', 'json');
    assert.notEqual(stdout, '', stderr);
    const report = JSON.parse(stdout) as Report;
    assert.equal(report.schemaVersion, 1);
    return report.areas.flatMap((area) => area.findings);
  };
  const codes = async (account: keyof typeof kubeconfigs) => (await findings(account)).map(({ code }) => code);
  const misconfigure = (name: string | null) => admin.post('/simulator/misconfigurations', { name });

  test('a healthy cluster has nothing wrong, seen from a laptop and as the server itself', async () => {
    for (const account of ['admin', 'server'] as const) {
      const { exitCode, stdout, stderr } = await doctor(account);
      assert.equal(exitCode, 0, stdout);
      assert.equal(stderr, '', 'no progress where there is no terminal');
      assert.match(stdout, /v1beta1\.metrics\.k8s\.io is (Available|registered)/);
      assert.match(stdout, /2 of 2 kubelets/);
      assert.ok(!stdout.includes('\u001b'));
    }
  });

  test('a kubelet that fell silent is found by the server’s account, and told of by the server to an administrator', async () => {
    await misconfigure('kubelet-refuses');
    assert.deepEqual(await codes('server'), ['kubelet-unreachable']);
    await eventually('the server to miss the node', 90, async () => {
      const [finding, ...others] = await findings('admin');
      assert.deepEqual([finding?.code, others], ['node-without-metrics', []]);
      assert.match(finding?.why ?? '', /The server says: node node-00001 was not scraped for .*ECONNREFUSED/);
    });
    await misconfigure(null);
  });

  test('a certificate that waits for approval comes with the command, and exit code 1', async () => {
    await misconfigure('csr-pending');
    const [finding] = await findings('admin');
    assert.deepEqual(finding?.cure.commands, ['kubectl certificate approve csr-newer']);
    assert.equal((await doctor('admin', '--only=certificates')).exitCode, 1);
    await misconfigure(null);
  });

  test('who may see nothing, or reaches nobody, is told so with exit code 2', async () => {
    const blind = await runToEnd({
      command: ourNode,
      args: [scripts.metricsServer, 'doctor', `--kubeconfig=${join(pretend.directory, 'nobody.kubeconfig')}`],
    });
    assert.equal(blind.exitCode, 2);
    assert.match(blind.stdout, /could not look at nodes: we may not list nodes\n/);
    const { exitCode, stderr } = await runToEnd({
      command: ourNode,
      args: [scripts.metricsServer, 'doctor', '--kubeconfig=/nowhere/kubeconfig'],
    });
    assert.deepEqual([exitCode, /^error: could not look: /.test(stderr)], [2, true]);
  });
});
