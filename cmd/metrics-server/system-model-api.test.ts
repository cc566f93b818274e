import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { legacyApi } from '../../pkg/heapster/model-api/legacy-api.ts';
import { ToldModel } from '../../pkg/heapster/testing/told-model.ts';
import { rightsInManifest } from '../../pkg/simulator/kube-apiserver/manifest-rights.ts';
import { plainCluster } from '../../pkg/simulator/shape/plain-cluster.ts';
import { RunningSystem } from './testing/running-system.ts';

const shape = plainCluster({
  nodes: 2,
  podsPerNode: 2,
  containersPerPod: 1,
  seed: 1,
  housekeeping: { minMs: 10_000, maxMs: 10_000 },
});
/** The role for readers, and somebody who has it. */
const bound = `${readFileSync(join(import.meta.dirname, '../../manifests/components/catalogue/reader.yaml'), 'utf8')}
---
kind: ClusterRoleBinding
metadata: {name: readers}
roleRef: {kind: ClusterRole, name: system:metrics-model-reader}
subjects: [{kind: User, name: nobody}]
`;
const pods = shape.nodes.flatMap((node) => node.pods);

describe("Heapster's API on the secure port", () => {
  let system: RunningSystem;

  before(async () => {
    const flags = ['--catalogue', '--catalogue-resolution=15s'];
    system = await RunningSystem.start({ shape, flags: () => flags, moreRights: rightsInManifest(bound) });
    await system.until('a rate of every node', async () => {
      const rates = await Promise.all(
        shape.nodes.map(({ name }) => pointsOf(`/api/v1/model/nodes/${name}/metrics/cpu/usage_rate`)),
      );
      return rates.every((points) => points.length > 0);
    });
  });
  after(() => system[Symbol.asyncDispose]());

  const ask = (path: string) => system.ask(path, { certificate: system.simulator.certificates.admin });
  const pointsOf = async (path: string): Promise<readonly { readonly value: number }[]> =>
    ((await ask(path)).json as { metrics: { value: number }[] }).metrics;

  it('knows the nodes and pods of the cluster', async () => {
    const names = JSON.parse((await ask('/api/v1/model/nodes')).text);
    assert.deepEqual(
      names,
      shape.nodes.map(({ name }) => name),
    );
    for (const { namespace, name } of pods) {
      const listed = JSON.parse((await ask(`/api/v1/model/namespaces/${namespace}/pods/`)).text);
      assert.ok(listed.includes(name), name);
    }
  });

  it('tells of each pod the working set that the Metrics API tells', async () => {
    for (const { namespace, name, containers } of pods) {
      const path = `/api/v1/model/namespaces/${namespace}/pods/${name}/containers/${containers[0]?.name}`;
      const points = await pointsOf(`${path}/metrics/memory/working_set`);
      assert.ok((points.at(-1)?.value ?? 0) > 0, path);
    }
  });

  it('is for those who may list its paths: that everybody may get whatever lies below /api is no right to it', async () => {
    const { tokens } = system.simulator.certificates;
    const [pod] = pods;
    const paths = [
      '/api/v1/model/nodes',
      `/api/v1/model/namespaces/${pod?.namespace}/pods/${pod?.name}/metrics/memory/working_set`,
      '/api/v1/historical/nodes',
      '/api/v1/metric-export',
      '/api/v1/metric-export-schema',
      '/api/v1/dashboard/nodes/node-00000/metrics/cpu/usage_rate',
      '/apis/metrics/v1alpha1/nodes',
      '/apis/metrics.k8s.io/v1alpha1/pods',
    ];
    for (const path of paths) {
      const denied = await system.ask(path, { token: tokens.viewer });
      assert.equal(denied.status, 403, path);
      const { message, reason, details } = denied.json as { message: string; reason: string; details: object };
      assert.deepEqual(
        [message, reason, details],
        [`forbidden: User "viewer" cannot list path "${path}"`, 'Forbidden', {}],
      );
      assert.equal((await system.ask(path)).status, 403, `${path}, asked by nobody in particular`);
      const allowed = await system.ask(path, { token: tokens.nobody });
      assert.equal(allowed.status, 200, `${path}, asked by a bound reader: ${allowed.text}`);
    }
  });

  it('is the resource model where a kube-apiserver passes it on, for the same readers', async () => {
    const { tokens } = system.simulator.certificates;
    const path = '/apis/metrics.k8s.io/v1beta1/model?path=/api/v1/model/nodes';
    const denied = await system.ask(path, { token: tokens.viewer });
    assert.equal(denied.status, 403);
    assert.match(denied.text, /User \\"viewer\\" cannot list resource \\"model\\" in API group \\"metrics.k8s.io\\"/);
    assert.equal((await system.ask(path, { token: tokens.nobody })).status, 200);
  });

  it('stands in OpenAPI, and changes no discovery', async () => {
    const { paths } = (await ask('/openapi/v2')).json as { paths: Record<string, unknown> };
    const index = (await ask('/openapi/v3')).json as { paths: Record<string, { serverRelativeURL: string }> };
    const { operations } = legacyApi({
      source: new ToldModel(),
      labels: { nodeLabels: () => ({}), podLabels: () => ({}) },
      resolutionMs: 60_000,
      clock: { now: () => 0 },
    });
    const described = new Set<string>();
    for (const document of new Set(operations.map((operation) => operation.document))) {
      const url = index.paths[document]?.serverRelativeURL ?? '';
      const { paths: some } = (await ask(url)).json as { paths: Record<string, unknown> };
      for (const path of Object.keys(some)) described.add(path);
    }
    assert.ok(operations.length > 60);
    for (const { path } of operations) assert.ok(paths[path] !== undefined && described.has(path), path);
    const { groups } = (await ask('/apis')).json as { groups: { name: string; versions: { version: string }[] }[] };
    assert.deepEqual(
      groups.map(({ name, versions }) => `${name} ${versions.map(({ version }) => version).join()}`),
      ['metrics.k8s.io v1beta1'],
    );
  });

  it('serves the metrics API of old, which kubectl top asked through the service proxy', async () => {
    const { items } = (await ask('/apis/metrics/v1alpha1/nodes/')).json as { items: { metadata: { name: string } }[] };
    assert.deepEqual(
      items.map(({ metadata }) => metadata.name),
      shape.nodes.map(({ name }) => name),
    );
    const served = async () => ((await ask('/apis/metrics/v1alpha1/pods')).json as { items: unknown[] }).items.length;
    await system.until('both figures of every container', async () => (await served()) === pods.length);
  });
});

it("Heapster's API, and all that it takes, is not there where nobody asked for the catalogue", async () => {
  await using system = await RunningSystem.start({ shape });
  await system.wind(90_000);
  const { admin } = system.simulator.certificates;
  for (const path of ['/api/v1/model/nodes', '/apis/metrics/v1alpha1/nodes', '/apis/metrics.k8s.io/v1beta1/model'])
    assert.equal((await system.ask(path, { certificate: admin })).status, 404, path);
  const { text } = await system.ask('/metrics', { certificate: admin });
  assert.doesNotMatch(text, /^tacho_(catalogue|history)/m, 'no kubelet is asked for more, and nothing is kept');
  const watched = system.log.lines.filter(({ message }) => message === 'Synced').map(({ facts }) => facts['what']);
  assert.ok(watched.includes('pods') && !watched.includes('namespaces'), watched.join());
});
