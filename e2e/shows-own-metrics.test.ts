import assert from 'node:assert/strict';
import { test } from 'node:test';
import { onPretendCluster, openCluster } from './cluster.ts';
import { metricsPath } from './metrics-api.ts';

await onPretendCluster("the server's own metrics: they cannot be reached through the kube-apiserver", async () => {
  const { pretend } = await openCluster();
  assert.ok(pretend);
  const certificate = await pretend.certificate('admin');
  await pretend.admin.read(`${metricsPath}/nodes`);
  const { status, headers, body } = await pretend.visitServer('/metrics', { certificate });

  test('an administrator reads them as Prometheus text', () => {
    assert.equal(status, 200, body);
    assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/);
  });

  test('the families of metrics-server are there under their names, and no other of that name', () => {
    const families = [...body.matchAll(/^# TYPE (metrics_server_\S+) (\S+)$/gm)].map(
      ([, name, type]) => `${name} ${type}`,
    );
    assert.deepEqual(families.sort(), [
      'metrics_server_api_metric_freshness_seconds histogram',
      'metrics_server_kubelet_last_request_time_seconds gauge',
      'metrics_server_kubelet_request_duration_seconds histogram',
      'metrics_server_kubelet_request_total counter',
      'metrics_server_manager_tick_duration_seconds histogram',
      'metrics_server_storage_points gauge',
    ]);
  });

  test('requests to kubelets are counted, all of them good', () => {
    assert.ok(Number(valueOf('metrics_server_kubelet_request_total{success="true"}')) >= 4, body);
    assert.equal(Number(valueOf('metrics_server_kubelet_request_total{success="false"}') ?? 0), 0);
  });

  test('stored points are counted by kind', () => {
    assert.equal(Number(valueOf('metrics_server_storage_points{type="node"}')), 2);
    assert.equal(Number(valueOf('metrics_server_storage_points{type="container"}')), 24);
  });

  test('the last request of each node is dated', () => {
    for (const node of ['node-00000', 'node-00001']) {
      const at = Number(valueOf(`metrics_server_kubelet_last_request_time_seconds{node="${node}"}`));
      assert.ok(Math.abs(Date.now() / 1000 - at) < 30, `${node}: ${at}`);
    }
  });

  function valueOf(series: string): string | undefined {
    const line = body.split('\n').find((one) => one.startsWith(`${series} `));
    return line?.slice(series.length + 1);
  }
});
