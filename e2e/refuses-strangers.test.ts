import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onPretendCluster, openCluster } from './cluster.ts';
import type { Answer } from './https.ts';
import { metricsPath } from './metrics-api.ts';

const { admin, pretend } = await openCluster();

test('a user without the right is told that it is forbidden, and to whom', async () => {
  const { exitCode, stdout, stderr } = await admin.run(['top', 'nodes', '--as=tacho-e2e-stranger']);
  assert.equal(exitCode, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /^Error from server \(Forbidden\): .*User "tacho-e2e-stranger" cannot list resource "nodes"/);
});

test('nobody reads metrics without saying who it is', async () => {
  const { exitCode, stdout, stderr } = await admin.run([
    'get',
    '--raw',
    `${metricsPath}/nodes`,
    '--as=system:anonymous',
    '--as-group=system:unauthenticated',
  ]);
  assert.equal(exitCode, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /Forbidden/);
});

await onPretendCluster('callers that come around the kube-apiserver: the server cannot be reached there', () => {
  assert.ok(pretend);
  const proxied = { 'X-Remote-User': 'admin', 'X-Remote-Group': 'system:masters' };
  const nodes = `${metricsPath}/nodes`;

  test('the viewer may read metrics, and nothing else of the server', async () => {
    assert.ok((await pretend.viewer.rows('top', 'nodes')).length > 0);
    const { status, body } = await pretend.visitServer('/metrics', {
      certificate: await pretend.certificate('front-proxy-client'),
      headers: { 'X-Remote-User': 'viewer', 'X-Remote-Group': 'system:authenticated' },
    });
    assert.equal(status, 403);
    assert.match(body, /User \\"viewer\\" cannot get path/);
  });

  test('a known user without rights is refused through kubectl', async () => {
    for (const args of [
      ['top', 'nodes'],
      ['top', 'pods', '-A'],
      ['get', 'podmetrics', '-A'],
    ]) {
      const { exitCode, stderr } = await pretend.nobody.run(args);
      assert.equal(exitCode, 1, args.join(' '));
      assert.match(stderr, /Forbidden\): .*User "nobody" cannot list/, args.join(' '));
    }
  });

  test('the front proxy is believed, as the control for what follows', async () => {
    const certificate = await pretend.certificate('front-proxy-client');
    const { status } = await pretend.visitServer(nodes, { certificate, headers: proxied });
    assert.equal(status, 200);
  });

  test('without credentials there is nothing to read', async () => {
    assertRefused(
      await pretend.visitServer(nodes),
      403,
      /User \\"system:anonymous\\" cannot list resource \\"nodes\\"/,
    );
    assertRefused(await pretend.visitServer('/metrics'), 403, /system:anonymous/);
  });

  test('headers without the certificate of the front proxy are not believed', async () => {
    assertRefused(await pretend.visitServer(nodes, { headers: proxied }), 403, /system:anonymous/);
  });

  for (const name of ['other-ca', 'other-name', 'expired']) {
    test(`headers with the certificate "${name}" are not believed`, async () => {
      const certificate = await pretend.certificate(`front-proxy-client-${name}`);
      const answer = await pretend.visitServer(nodes, { certificate, headers: proxied });
      assertRefused(answer, 401, /Unauthorized/);
    });
  }

  test('a token of somebody unknown is not believed', async () => {
    const headers = { Authorization: 'Bearer made-up' };
    assertRefused(await pretend.visitServer(nodes, { headers }), 401, /Unauthorized/);
  });

  test('probes are for everybody', async () => {
    for (const path of ['/livez', '/readyz', '/healthz']) {
      assert.equal((await pretend.visitServer(path)).status, 200, path);
    }
  });
});

function assertRefused({ status, body }: Answer, wanted: number, message: RegExp): void {
  assert.equal(status, wanted, body);
  assert.match(body, message);
  const { kind, code } = JSON.parse(body) as { readonly kind: string; readonly code: number };
  assert.deepEqual({ kind, code }, { kind: 'Status', code: wanted });
  assert.doesNotMatch(body, /"usage"/);
}
