import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { onPretendCluster, openPretendCluster, periodSeconds } from './cluster.ts';
import { eventually } from './eventually.ts';
import { metricsPath } from './metrics-api.ts';

/** Two periods of grace, a probe of the aggregator, and a bit. */
const patienceSeconds = 2 * periodSeconds + 30;
const nodes = ['node-00000', 'node-00001'];

await onPretendCluster('a cluster without a living kubelet: the nodes there are not ours to kill', async () => {
  const pretend = await openPretendCluster({ simulator: { nodes: nodes.length, 'pods-per-node': 2 } });
  const { admin } = pretend;
  for (const node of nodes) await pretend.control.fault(node, { kind: 'refuse' });
  pretend.startServer();

  describe('the API stays Available, so that namespaces can be deleted and discovery finds every API', () => {
    test('although no kubelet answers, from the start', async () => {
      await eventually('the APIService to be Available', patienceSeconds, async () => {
        const { status } = (await admin.read('/apis/apiregistration.k8s.io/v1/apiservices/v1beta1.metrics.k8s.io')) as {
          readonly status: { readonly conditions: readonly { readonly type: string; readonly status: string }[] };
        };
        const available = status.conditions.find(({ type }) => type === 'Available');
        assert.equal(available?.status, 'True', JSON.stringify(available));
      });
      await eventually('readyz to be green', 2 * periodSeconds, async () => {
        assert.equal((await pretend.visitServer('/readyz')).status, 200);
      });
    });

    test('discovery finds every API, as kubectl and helm need it', async () => {
      const { exitCode, stdout, stderr } = await admin.run(['api-resources', '--cached=false']);
      assert.deepEqual([exitCode, stderr], [0, '']);
      assert.match(stdout, /metrics\.k8s\.io\/v1beta1 +false +NodeMetrics/);
      // What helm asks for before it does anything.
      const group = (await admin.read(metricsPath)) as { readonly resources: readonly unknown[] };
      assert.equal(group.resources.length, 2);
    });

    test('a namespace can be deleted', async () => {
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'tacho-e2e-leaving' } };
      await admin.post('/api/v1/namespaces', namespace);
      const { exitCode, stderr } = await admin.run(['delete', 'namespace', 'tacho-e2e-leaving', '--timeout=20s']);
      assert.equal(exitCode, 0, stderr);
      const gone = await admin.run(['get', 'namespace', 'tacho-e2e-leaving']);
      assert.match(gone.stderr, /NotFound/);
    });
  });

  test('readyz?verbose says in words what is degraded, and names nobody', async () => {
    const { status, body } = await pretend.visitServer('/readyz?verbose');
    assert.equal(status, 200);
    assert.match(body, /^degraded: 2 of 2 nodes have no metrics \(refused: 2\)$/m);
    assert.ok(body.endsWith('readyz check passed\n'), body);
    for (const node of nodes) assert.ok(!body.includes(node));
  });

  test('kubectl says why: which node, since when, and what would help', async () => {
    const ofNode = await admin.run(['get', 'nodemetrics', 'node-00000']);
    assert.equal(ofNode.exitCode, 1);
    assert.match(
      ofNode.stderr,
      /^Error from server \(NotFound\): nodemetrics\.metrics\.k8s\.io "node-00000" not found: node node-00000 was never scraped: .*ECONNREFUSED/,
    );
    const [[namespace = '', pod = ''] = []] = await admin.rows('get', 'pods', '-A', '--no-headers');
    const ofPod = await admin.run(['get', 'podmetrics', pod, '-n', namespace]);
    const named = `podmetrics\\.metrics\\.k8s\\.io "${namespace}/${pod}" not found: node node-0000\\d was never scraped: `;
    assert.match(ofPod.stderr, new RegExp(`^Error from server \\(NotFound\\): ${named}`));
    const top = await admin.run(['top', 'pod', pod, '-n', namespace]);
    assert.match(top.stderr, new RegExp(named));
  });

  test('kubectl warns how many, which first, and why', async () => {
    for (const command of [
      ['get', 'nodemetrics'],
      ['get', 'nodemetrics', '-o', 'yaml'],
      ['top', 'nodes'],
      ['top', 'nodes', '--use-protocol-buffers=false'],
    ]) {
      const { stderr } = await admin.run(command);
      assert.match(
        stderr,
        /^Warning: 2 nodes have no metrics, the first is node-00000: node node-00000 was never scraped: /m,
        command.join(' '),
      );
    }
    for (const command of [
      ['get', 'podmetrics', '-A'],
      ['top', 'pods', '-A'],
    ]) {
      const { stderr } = await admin.run(command);
      assert.match(stderr, /^Warning: .*pods? .*no metrics/m, command.join(' '));
      assert.ok(stderr.split('\n').filter((line) => line.startsWith('Warning:')).length <= 2, stderr);
    }
  });

  test('readyz?verbose tells of pods that no kubelet spoke of for a minute', async () => {
    await eventually('readyz to tell of the pods', 70, async () => {
      const { body } = await pretend.visitServer('/readyz?verbose');
      assert.match(body, /^degraded: 4 of 4 running pods have no metrics \(unknown: 4\)$/m);
    });
  });

  test('each node gets an Event that says why, once', async () => {
    const events = async () => {
      const list = (await admin.read('/apis/events.k8s.io/v1/events')) as { readonly items: readonly KeptEvent[] };
      return list.items.filter(({ reason }) => reason === 'NodeMetricsMissing');
    };
    await eventually('an Event for each node', 2 * periodSeconds, async () => {
      assert.deepEqual((await events()).map(({ regarding }) => regarding.name).sort(), nodes);
    });
    for (const { note, type } of await events())
      assert.match(`${type}: ${note}`, /^Warning: It has no metrics: .*ECONN/);
  });

  test('when kubelets answer again, nothing of it is left', async () => {
    for (const node of nodes) await pretend.control.fault(node, null);
    await eventually('kubectl top to print every node without a warning', 6 * periodSeconds, async () => {
      const { stdout, stderr } = await admin.run(['top', 'nodes']);
      assert.equal(stderr, '');
      for (const node of nodes) assert.match(stdout, new RegExp(`^${node} +\\d+m`, 'm'));
      assert.equal((await admin.run(['top', 'pods', '-A'])).stderr, '');
    });
    assert.doesNotMatch((await pretend.visitServer('/readyz?verbose')).body, /degraded/);
  });
});

interface KeptEvent {
  readonly reason: string;
  readonly type: string;
  readonly note: string;
  readonly regarding: { readonly name: string };
}
