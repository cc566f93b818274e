import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { onPretendCluster, temporaryDirectory } from './cluster.ts';
import { ourNode, root, runToEnd, scripts } from './program.ts';

await onPretendCluster('the demo: it brings a cluster of its own', async () => {
  const directory = await temporaryDirectory();

  describe('the demo, once', { concurrency: true }, () => {
    test('make demo ONCE=1 prints what kubectl top prints, says what to try, and exits 0', async () => {
      // What make e2e was built from is what the demo shows: not built again under the feet of other tests.
      const { exitCode, stdout, stderr } = await runToEnd({
        command: 'make',
        args: ['-C', root, '--old-file=build', 'demo', 'ONCE=1'],
      });
      assert.equal(exitCode, 0, stderr);
      assertTables(stdout);
      assert.match(stdout, /\$ kubectl top nodes/);
      assert.match(stdout, /kubectl --kubeconfig \S+ get podmetrics -A/);
    });

    test('without kubectl the viewer prints the same, and says how to get kubectl', async () => {
      const { exitCode, stdout, stderr } = await runToEnd({
        command: ourNode,
        args: [scripts.demo],
        cwd: directory,
        env: { ONCE: '1', PATH: directory },
      });
      assert.equal(exitCode, 0, stderr);
      assertTables(stdout);
      assert.doesNotMatch(stdout, /\$ kubectl top/);
      assert.match(stdout, /No kubectl on the PATH/);
      assert.match(stdout, /apt-get install kubernetes-client/);
    });
  });
});

function assertTables(printed: string): void {
  for (const node of ['control-plane-1', 'worker-1', 'rig-node-1']) {
    assert.match(printed, new RegExp(`^${node} +\\d+m +(\\d+% +)?\\d+Mi`, 'm'), node);
  }
  const pods = printed.match(/^\S+ +\S+ +\d+m +\d+Mi *$/gm) ?? [];
  assert.ok(pods.length >= 15, `${pods.length} pods:\n${printed}`);
  assert.match(printed, /^shop +checkout-5b7f6d94c8-z4d7m +24\dm +374Mi/m);
}
