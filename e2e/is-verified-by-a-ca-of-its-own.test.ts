import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { allServed, onPretendCluster, openPretendCluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { root } from './program.ts';

interface ApiService {
  readonly spec: {
    readonly caBundle?: string;
    readonly insecureSkipTLSVerify?: boolean;
    readonly versionPriority: number;
  };
  readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
}

await onPretendCluster('a CA of its own: it would change the cluster', async () => {
  const cluster = await openPretendCluster({
    simulator: { rights: join(root, 'manifests', 'components', 'self-managed-ca', 'rbac.yaml') },
    server: { 'serving-ca': 'self-managed' },
  });
  const { admin } = cluster;
  const name = 'v1beta1.metrics.k8s.io';
  const apiService = async (): Promise<ApiService> =>
    (await admin.read(`/apis/apiregistration.k8s.io/v1/apiservices/${name}`)) as ApiService;
  const patching = (spec: object) => ['patch', 'apiservice', name, '--type=merge', '-p', JSON.stringify({ spec })];
  const patch = (spec: object) => admin.print(...patching(spec));
  const certificatesIn = ({ spec }: ApiService): number =>
    Buffer.from(spec.caBundle ?? '', 'base64')
      .toString()
      .match(/BEGIN CERTIFICATE/g)?.length ?? 0;

  // As the component's patch leaves the APIService: nobody says how to verify, so nobody can.
  await patch({ insecureSkipTLSVerify: null });
  cluster.startServer();

  test('an APIService that verifies becomes Available without anybody having made a certificate', async () => {
    await allServed(admin);
    const found = await apiService();
    assert.equal(found.status.conditions.find(({ type }) => type === 'Available')?.status, 'True');
    assert.equal(certificatesIn(found), 1);
    assert.notEqual(found.spec.insecureSkipTLSVerify, true);
    assert.match(await admin.print('top', 'nodes'), /CPU/);
  });

  test('nobody turns verification off by applying an old manifest, and every other field stays theirs to change', async () => {
    const { exitCode, stderr } = await admin.run(patching({ insecureSkipTLSVerify: true }));
    assert.equal(exitCode, 1);
    assert.match(stderr, /may not be true if caBundle is present/);
    await patch({ versionPriority: 101 });
    const { spec } = await apiService();
    assert.equal(spec.versionPriority, 101);
    assert.ok(spec.caBundle);
  });

  test('what somebody does to caBundle is put right within half a minute', async () => {
    const { caBundle } = (await apiService()).spec;
    await patch({ caBundle: null });
    await eventually('caBundle to be back', 45, async () => assert.equal((await apiService()).spec.caBundle, caBundle));
    await eventually('kubectl top to answer', 15, async () => void (await admin.print('top', 'nodes')));
  });

  test('deleting the Secret asks for a new CA: both are trusted before the new one signs, and kubectl top never fails', async () => {
    await admin.print('--namespace=kube-system', 'delete', 'secret', 'metrics-server-serving-ca');
    await eventually('two CAs in caBundle', 45, async () => {
      await admin.print('top', 'nodes');
      assert.equal(certificatesIn(await apiService()), 2);
    });
    await admin.print('--namespace=kube-system', 'get', 'secret', 'metrics-server-serving-ca');
  });
});
