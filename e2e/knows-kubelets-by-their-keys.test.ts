import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { allServed, onPretendCluster, openPretendCluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { root } from './program.ts';

interface Secret {
  readonly data: Readonly<Record<string, string>>;
}

await onPretendCluster('kubelets that show other keys: the cluster is not ours to break', async () => {
  const cluster = await openPretendCluster({
    simulator: { rights: join(root, 'manifests', 'components', 'kubelet-pins', 'rbac.yaml') },
    server: { 'kubelet-tls': 'pin' },
  });
  const { admin, control } = cluster;
  const [node = '', other = ''] = (await admin.print('get', 'nodes', '-o', 'name')).trim().split('\n').map(bare);
  const shows = (make: string) => control.fault(node, { kind: 'certificate', make });
  const secret = async (): Promise<Secret> =>
    JSON.parse(
      await admin.print('-n', 'kube-system', 'get', 'secret', 'metrics-server-kubelet-pins', '-o', 'json'),
    ) as Secret;

  await shows('self-signed');
  cluster.startServer();

  test('a kubelet that signed its certificate itself is served, and its key kept in a Secret', async () => {
    await allServed(admin);
    await eventually('a key for each node', 15, async () => {
      const keys = Object.values((await secret()).data).map((key) => Buffer.from(key, 'base64').toString());
      assert.equal(keys.length, 2);
      for (const key of keys) assert.match(key, /^sha256\/[A-Za-z0-9+/]{43}=$/);
    });
  });

  test('another key is refused, and the command in the answer of kubectl accepts it', async () => {
    await shows('self-signed-new-key');
    // The last good figures are served for three periods, so that one bad moment is none.
    const command = await eventually('the reason', 60, async () => {
      const { exitCode, stderr } = await admin.run(['top', 'node', node]);
      assert.notEqual(exitCode, 0, 'it is still served');
      const [found] = /kubectl -n kube-system patch secret .*'\{"data":\{"[^']*\}\}'/.exec(stderr) ?? [];
      assert.ok(found, stderr);
      return found;
    });
    assert.match(await admin.print('top', 'node', other), new RegExp(other));
    const [, patch = ''] = /-p '(.*)'$/.exec(command) ?? [];
    const words = command
      .replace(/ -p '.*$/, '')
      .split(' ')
      .slice(1);
    await admin.print(...words, '-p', patch);
    await eventually('the node to be served again', 60, async () => void (await admin.print('top', 'node', node)));
  });
});

function bare(name: string): string {
  return name.replace(/^node\//, '');
}
