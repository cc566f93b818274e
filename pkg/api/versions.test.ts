import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ApiServer } from '../apiserver/api-server.ts';
import { madeRequest } from '../apiserver/made-request.ts';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import { Registry } from '../telemetry/exposition.ts';
import { silentLogger } from '../telemetry/logger.ts';
import { type MetricsVersion, metricsApi } from './group.ts';
import { PretendCluster, usageOf } from './pretend-cluster.ts';

const both: readonly MetricsVersion[] = ['v1beta1', 'v1'];
const paths = ['nodes', 'nodes/n', 'pods', 'namespaces/ns/pods', 'namespaces/ns/pods/p', 'pods?labelSelector=a%3Db'];
const types = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
  table: 'application/json;as=Table;v=v1;g=meta.k8s.io',
  metadata: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io',
};

describe('metrics.k8s.io/v1 beside v1beta1', () => {
  for (const path of paths) {
    for (const [form, accept] of Object.entries(types)) {
      it(`answers ${path} as ${form} like v1beta1, but for the name of the version`, async () => {
        const { text } = serve(both);
        const [beta, stable] = await Promise.all([text(`v1beta1/${path}`, accept), text(`v1/${path}`, accept)]);
        assert.equal(stable.status, beta.status);
        assert.equal(withoutVersion(stable.body, 'v1', form), withoutVersion(beta.body, 'v1beta1', form));
      });
    }
  }

  it('says the same of what is not there', async () => {
    const { text } = serve(both);
    for (const path of ['nodes/nosuch', 'namespaces/ns/pods/nosuch', 'namespaces/ns/pods/p/log', 'pods?limit=x']) {
      const [beta, stable] = await Promise.all([text(`v1beta1/${path}`), text(`v1/${path}`)]);
      assert.deepEqual(stable, beta, path);
    }
  });

  it('has the freshness of what it sends observed in the family of v1beta1', async () => {
    const { text, registry } = serve(both);
    await text('v1beta1/nodes');
    await text('v1/nodes');
    assert.match(registry.expose(), /metric_freshness_seconds_count 2\n/);
  });

  it('is found by whoever walks discovery: both versions in the group, nodes and pods in each', async () => {
    const { ask } = serve(both);
    const group = JSON.parse((await ask('/apis/metrics.k8s.io')).body);
    assert.deepEqual(
      group.versions.map(({ version }: { version: string }) => version),
      ['v1beta1', 'v1'],
    );
    for (const version of both) {
      const { groupVersion, resources } = JSON.parse((await ask(`/apis/metrics.k8s.io/${version}`)).body);
      assert.equal(groupVersion, `metrics.k8s.io/${version}`);
      assert.deepEqual(
        resources.map(({ name, kind }: { name: string; kind: string }) => `${name} ${kind}`),
        ['nodes NodeMetrics', 'pods PodMetrics'],
      );
    }
  });

  it('is described in OpenAPI under names of its own', async () => {
    const { ask } = serve(both);
    for (const version of both) {
      const { body } = await ask(`/openapi/v3/apis/metrics.k8s.io/${version}`);
      const { components } = JSON.parse(body);
      assert.ok(`io.k8s.metrics.pkg.apis.metrics.${version}.NodeMetrics` in components.schemas, version);
    }
  });

  it('leaves v1beta1 preferred where versions are listed one by one: every released client knows it', async () => {
    const { ask } = serve(both);
    const { preferredVersion } = JSON.parse((await ask('/apis/metrics.k8s.io')).body);
    assert.equal(preferredVersion.version, 'v1beta1');
  });
});

describe('a server without v1', () => {
  it('does not know the path', async () => {
    const { ask } = serve(['v1beta1']);
    for (const path of ['/apis/metrics.k8s.io/v1', '/apis/metrics.k8s.io/v1/nodes', '/apis/metrics.k8s.io/v1/pods'])
      assert.equal((await ask(path)).status, 404, path);
  });

  it('does not speak of it in discovery', async () => {
    const { ask } = serve(['v1beta1']);
    for (const path of ['/apis', '/apis/metrics.k8s.io'])
      assert.doesNotMatch((await ask(path)).body, /metrics\.k8s\.io\/v1"/, path);
  });
});

/** The body with every mention of its own version taken out. In protobuf, lengths before the name change with it. */
function withoutVersion(body: string, version: string, form: string): string {
  const name = `metrics.k8s.io/${version}`;
  if (form !== 'protobuf') return body.replaceAll(name, 'metrics.k8s.io/');
  const at = body.indexOf(name);
  assert.ok(at > 0, 'the envelope names the version');
  return body.slice(at + name.length);
}

const build = {
  major: '',
  minor: '',
  gitVersion: '',
  gitCommit: '',
  gitTreeState: '',
  buildDate: '',
  goVersion: '',
  compiler: '',
  platform: '',
};

function serve(versions: readonly MetricsVersion[]) {
  const clock = new WoundClock();
  const cluster = new PretendCluster();
  const usage = usageOf({ cpu: 1_500_001, memory: 1024 }, clock.now() - 1000, 15_000);
  cluster.addNode('n', { a: 'b' }, usage);
  cluster.addPod('ns/p', { a: 'b' }, [{ name: 'c', usage }]);
  cluster.addPod('other/q', {}, [{ name: 'c', usage }]);
  const registry = new Registry();
  const parts = { ...cluster.parts, clock, registry };
  const server = new ApiServer({
    groups: metricsApi(parts, versions),
    authenticator: {
      authenticate: async () => ({ kind: 'user', user: { name: 'u', groups: ['system:masters'], extra: {} } }),
    },
    authorizer: { authorize: async () => ({ kind: 'allowed', reason: '' }) },
    health: { livez: [], readyz: [], healthz: [] },
    expose: () => '',
    version: build,
    openapi: { title: 'Kubernetes metrics-server', clock },
    newId: () => 'id',
    serverAddress: ':10250',
    log: silentLogger,
  });
  const ask = async (path: string, accept = 'application/json') => {
    const { status, body } = await server.handle(madeRequest(path, { headers: { accept } }));
    const chunks = typeof body === 'string' || body instanceof Uint8Array ? [body] : await Array.fromAsync(body);
    return { status, body: Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))).toString('latin1') };
  };
  return { registry, ask, text: (path: string, accept?: string) => ask(`/apis/metrics.k8s.io/${path}`, accept) };
}
