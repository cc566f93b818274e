import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { WoundClock } from '../../lifecycle/wound-clock.ts';
import { as, type EpochMs } from '../../model/units.ts';
import type { ClusterChange } from '../shape/cluster-shape.ts';
import { demoCluster } from '../shape/demo-cluster.ts';
import { plainCluster, plainNode, plainPod } from '../shape/plain-cluster.ts';
import { ask, startTestKubelets } from '../testing/kubelet-client.ts';

const size = { nodes: 2, podsPerNode: 3, containersPerPod: 2, seed: 1 };
const shape = plainCluster(size);
const [first, second] = shape.nodes;
const seconds = 1000;

describe('pretend kubelets', () => {
  it('answer like a kubelet: text, chunked, each its own node', async () => {
    await using kubelets = await startTestKubelets(shape);
    const answer = await ask(kubelets, 'node-00000');
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores');
    assert.equal(answer.headers['transfer-encoding'], 'chunked');
    for (const { name } of first!.pods) assert.match(answer.body, new RegExp(`pod="${name}"`));
    for (const { name } of second!.pods) assert.doesNotMatch(answer.body, new RegExp(`pod="${name}"`));
    assert.match(answer.body, /\nresource_scrape_error 0\n$/);
    assert.notEqual(kubelets.portOf('node-00000'), kubelets.portOf('node-00001'));
  });

  it('pack the answer for those who accept gzip', async () => {
    await using kubelets = await startTestKubelets(shape);
    const packed = await ask(kubelets, 'node-00000', { headers: { 'accept-encoding': 'gzip' } });
    assert.equal(packed.headers['content-encoding'], 'gzip');
    assert.equal(gunzipSync(packed.raw).toString(), (await ask(kubelets, 'node-00000')).body);
  });

  it('let in only whom they are told to, on every path', async () => {
    const acceptToken = async (token: string) => (token === 'guest' ? { forbiddenFor: 'guest' } : token === 'good');
    await using kubelets = await startTestKubelets(shape, { acceptToken });
    const cases: readonly (readonly [object, number, string])[] = [
      [{ token: 'unknown' }, 401, 'Unauthorized'],
      [{ token: undefined }, 401, 'Unauthorized'],
      [{ token: 'unknown', path: '/healthz' }, 401, 'Unauthorized'],
      [{ token: 'guest' }, 403, 'Forbidden (user=guest, verb=get, resource=nodes, subresource(s)=[metrics])'],
      [{ path: '/healthz' }, 200, 'ok'],
      [{ path: '/spec' }, 404, '404: Page Not Found'],
    ];
    for (const [how, status, body] of cases) {
      const answer = await ask(kubelets, 'node-00000', how);
      assert.deepEqual({ status: answer.status, body: answer.body }, { status, body }, JSON.stringify(how));
    }
  });

  it('keep a connection for the next request', async () => {
    await using kubelets = await startTestKubelets(shape);
    assert.equal((await ask(kubelets, 'node-00000', { twice: true })).reused, true);
  });

  it('know what was truly used between two served samples', async () => {
    const clock = new WoundClock();
    await using kubelets = await startTestKubelets(shape, { clock });
    await clock.wind(60 * seconds);
    const { namespace, name, containers } = first!.pods[0]!;
    const samples = kubelets.served('node-00000').filter(({ pod, container }) => pod === name && container === 'app');
    const [earlier, later] = samples.slice(-2);
    const subject = { kind: 'container', namespace, pod: name, container: 'app' } as const;
    const truth = kubelets.truth(subject, earlier!.sampledAt, later!.sampledAt);
    const slope = (later!.cpu - earlier!.cpu) / ((later!.sampledAt - earlier!.sampledAt) * 1e6);
    assert.ok(Math.abs((truth?.cpuCores ?? 0) - slope) < 1e-7);
    assert.ok(Math.abs((truth?.cpuCores ?? 0) - Number(containers[0]!.cpuCores)) < 1e-9);
    const text = (await ask(kubelets, 'node-00000')).body;
    assert.ok(text.includes(` ${later!.sampledAt}\n`), 'the newest sample listed is the one that is served');
    assert.notEqual(kubelets.truth({ kind: 'node', node: 'node-00000' }, clock.now(), later1s(clock)), undefined);
    assert.notEqual(kubelets.truth({ kind: 'pod', namespace, pod: name }, clock.now(), later1s(clock)), undefined);
  });

  it('tell of nodes and pods that come and go, and answer for them', async () => {
    const clock = new WoundClock();
    await using kubelets = await startTestKubelets(shape, { clock });
    const changes: ClusterChange[] = [];
    using _watch = kubelets.watch((change) => changes.push(change));
    const pod = { ...plainPod(size, 99), startedAgoMs: 0 };
    kubelets.addPod('node-00001', pod);
    await kubelets.addNode(plainNode(size, 2));
    assert.match((await ask(kubelets, 'node-00001')).body, new RegExp(pod.name));
    assert.equal((await ask(kubelets, 'node-00002')).status, 200);
    assert.equal(kubelets.shape().nodes[1]!.pods.length, 4);
    const port = kubelets.portOf('node-00002');
    kubelets.removePod({ namespace: pod.namespace, pod: pod.name });
    await kubelets.removeNode('node-00002');
    assert.doesNotMatch((await ask(kubelets, 'node-00001')).body, new RegExp(pod.name));
    await assert.rejects(ask(kubelets, port), { code: 'ECONNREFUSED' });
    assert.deepEqual(
      changes.map(({ kind }) => kind),
      ['pod-added', 'node-added', 'pod-removed', 'node-removed'],
    );
    assert.throws(() => kubelets.portOf('node-00002'), /no node named node-00002/);
  });

  it('restart a container so that its counter begins anew', async () => {
    const clock = new WoundClock();
    await using kubelets = await startTestKubelets(shape, { clock });
    const { namespace, name } = first!.pods[0]!;
    kubelets.restartContainer({ namespace, pod: name, container: 'app' });
    const { body } = await ask(kubelets, 'node-00000');
    const labels = `{container="app",namespace="${namespace}",pod="${name}"}`;
    assert.ok(body.includes(`container_cpu_usage_seconds_total${labels} 0 ${clock.now()}\n`));
  });

  it('close the door of the replayed node while the recorded kubelet restarted, and open it again', async () => {
    const clock = new WoundClock();
    await using kubelets = await startTestKubelets(demoCluster(), { clock });
    const changes: ClusterChange[] = [];
    using _watch = kubelets.watch((change) => changes.push(change));
    assert.match((await ask(kubelets, 'rig-node-1')).body, /pod="burner"/);
    await clock.wind(137.5 * seconds);
    await kubelets.fault('rig-node-1', undefined);
    await assert.rejects(ask(kubelets, 'rig-node-1'), { code: 'ECONNREFUSED' });
    await clock.wind(5 * seconds);
    await kubelets.fault('rig-node-1', undefined);
    assert.match((await ask(kubelets, 'rig-node-1')).body, /pod="web-7ccbfb78fd-t9w5v"/);
    assert.deepEqual(
      changes.map(
        (change) =>
          `${change.kind} ${'pod' in change ? ('name' in change.pod ? change.pod.name : change.pod.pod) : ''}`,
      ),
      [
        'pod-added newcomer',
        'pod-removed newcomer',
        'pod-removed web-7ccbfb78fd-ffgpr',
        'pod-added web-7ccbfb78fd-t9w5v',
      ],
    );
  });

  it('leave nothing behind', async () => {
    const clock = new WoundClock();
    const kubelets = await startTestKubelets(demoCluster(), { clock });
    const port = kubelets.portOf('worker-1');
    await ask(kubelets, port);
    await kubelets[Symbol.asyncDispose]();
    assert.equal(clock.waiting, 0);
    await assert.rejects(ask(kubelets, port), { code: 'ECONNREFUSED' });
  });
});

const later1s = (clock: WoundClock): EpochMs => as<EpochMs>(clock.now() + 1000);
