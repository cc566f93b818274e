import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { plainCluster } from '../../pkg/simulator/shape/plain-cluster.ts';
import { RunningSystem } from './testing/running-system.ts';

/** Families the reference exposes and we do not, by their beginning, and why. Its `go_*` are not even in the file. */
const without: ReadonlyMap<string, string> = new Map([
  ['aggregator_discovery_', 'nobody here merges the discovery of others'],
  ['apiserver_envelope_encryption_', 'nothing is stored, so nothing is encrypted'],
  ['apiserver_storage_', 'there is no etcd behind this server'],
  ['apiserver_validation_', 'there are no writes to validate'],
  ['apiserver_webhooks_', 'no webhook is called by which Go would judge certificates'],
  ['apiserver_request_post_timeout_total', 'nothing goes on in the background after a request timed out'],
  ['field_validation_request_', 'there are no writes to validate'],
  ['cardinality_enforcement_', "of Kubernetes' own metrics library"],
  ['disabled_metrics_total', "of Kubernetes' own metrics library"],
  ['hidden_metrics_total', "of Kubernetes' own metrics library"],
  ['registered_metrics_total', "of Kubernetes' own metrics library"],
  ['rest_client_exec_plugin_', 'client-node runs credential plugins and does not say how long their answer is good'],
  ['rest_client_rate_limiter_', 'requests to the kube-apiserver wait for no limiter'],
  ['rest_client_transport_', 'there is one pool of connections for each kubeconfig, and no cache of them'],
  ['workqueue_', 'there are no work queues: files and catalogs are followed by one loop each'],
]);

/** Families that have no series before something rare happens, so that a scrape may not show them. */
const rare: ReadonlySet<string> = new Set(['apiserver_request_aborts_total', 'apiserver_request_terminations_total']);

/** Families we expose and the recorded answer does not, by their beginning, and why. */
const beyond: ReadonlyMap<string, string> = new Map([
  ['apiserver_delegated_authn_', 'the reference has it as well; no token was shown while it was recorded'],
  ['authentication_token_cache_', 'the same'],
  ['apiserver_audit_', 'the reference has them as well once it keeps an audit log'],
  ['kubernetes_build_info', 'every other component has it'],
  ['nodejs_', 'in place of go_*'],
  ['tacho_', 'our own'],
]);

interface FamilyShape {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  readonly bounds: readonly string[];
}

const reference = readFileSync(join(import.meta.dirname, 'testdata/reference-metric-families.txt'), 'utf8')
  .trimEnd()
  .split('\n')
  .map(shapeIn);

let system: RunningSystem;
let text = '';
let headers: Readonly<Record<string, unknown>> = {};
let ours: ReadonlyMap<string, FamilyShape>;

before(async () => {
  const housekeeping = { minMs: 10_000, maxMs: 10_000 };
  const shape = plainCluster({ nodes: 2, podsPerNode: 2, containersPerPod: 1, seed: 1, housekeeping });
  system = await RunningSystem.start({ shape, flags: () => ['--metric-resolution=15s'] });
  const { admin } = system.simulator.certificates;
  await system.until('both nodes have metrics', async () => (await system.items('nodes')).length === 2);
  await system.ask('/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/none', { certificate: admin });
  await system.until('it is Ready', async () => (await system.ask('/readyz')).status === 200);
  await system.ask('/apis', { token: system.simulator.certificates.tokens.viewer });
  await system.wind(30_000);
  await system.items('nodes');
  ({ text, headers } = await system.ask('/metrics', { certificate: admin }));
  ours = familiesIn(text);
});

after(() => system[Symbol.asyncDispose]());

describe('/metrics, as dashboards made for the reference find it', () => {
  for (const { name, type, labels, bounds } of reference.filter(({ name }) => !startsWithOne(name, without))) {
    it(`has ${name}`, () => {
      const family = ours.get(name);
      if (family === undefined && rare.has(name)) return;
      assert.deepEqual(family, { name, type, labels, bounds });
    });
  }

  it('has no family beyond those with a reason', () => {
    const known = new Set(reference.map(({ name }) => name));
    const unexplained = [...ours.keys()].filter((name) => !known.has(name) && !startsWithOne(name, beyond));
    assert.deepEqual(unexplained, []);
  });

  it('gives no reason for a family that is missing there as well, or not missing here', () => {
    for (const start of without.keys()) {
      assert.ok(
        reference.some(({ name }) => name.startsWith(start)),
        `the reference has no ${start}`,
      );
      assert.ok(![...ours.keys()].some((name) => name.startsWith(start)), `we have ${start}`);
    }
  });

  it('has exactly the six families of metrics-server, with a sample each', () => {
    const six = [...ours.keys()].filter((name) => name.startsWith('metrics_server_'));
    assert.deepEqual(
      six,
      reference.map(({ name }) => name).filter((name) => name.startsWith('metrics_server_')),
    );
    for (const name of six) assert.match(text, new RegExp(`^${name}(_count)?(\\{.*\\})? [1-9]`, 'm'));
  });

  it("has the families of every component first, then metrics-server's, then ours, each by name", () => {
    const names = [...ours.keys()];
    const own = names.filter((name) => name.startsWith('tacho_'));
    const theirs = names.filter((name) => name.startsWith('metrics_server_'));
    const all = names.filter((name) => !own.includes(name) && !theirs.includes(name));
    assert.deepEqual(names, [...all.sort(), ...theirs.sort(), ...own.sort()]);
  });

  it('is the text format that Prometheus asks for', () => {
    assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores');
    for (const line of text.trimEnd().split('\n'))
      assert.match(
        line,
        /^(# (HELP|TYPE) \S+ .+|[a-z_0-9]+(\{([a-z_]+="([^"\\]|\\.)*",?)+\})? (NaN|[+-]Inf|[-+.e0-9]+))$/,
      );
  });

  it('tells of requests by what they ask for', () => {
    const count = 'apiserver_request_total{code="200",component="apiserver",dry_run=""';
    const list = 'group="metrics.k8s.io",resource="nodes",scope="cluster",subresource=""';
    assert.match(text, lineStarting(`${count},${list},system_client="",verb="LIST",version="v1beta1"} `));
    assert.match(text, /^apiserver_request_total\{code="404",.*resource="pods",scope="resource",.*\} 1$/m);
    assert.match(text, /^apiserver_request_total\{code="200",component="",.*subresource="\/readyz",.*\} 1$/m);
    assert.match(text, /^apiserver_delegated_authn_request_total\{code="201"\} 1$/m);
    assert.match(text, /^rest_client_requests_total\{code="200",host="[^"]+",method="GET"\} \d+$/m);
  });

  it('has no label with the name of whoever asks, or with a path that nobody serves', async () => {
    const { admin } = system.simulator.certificates;
    await system.ask('/no/such/path', { certificate: admin });
    await system.ask('/apis/metrics.k8s.io/v1beta1/no-such-things/odd-name', { certificate: admin });
    const { text: later } = await system.ask('/metrics', { certificate: admin });
    assert.doesNotMatch(later, /such|odd-name/);
  });
});

const lineStarting = (start: string): RegExp => new RegExp(`^${start.replaceAll(/[{}.]/g, '\\$&')}`, 'm');

function startsWithOne(name: string, starts: ReadonlyMap<string, string>): boolean {
  return [...starts.keys()].some((start) => name.startsWith(start));
}

/** `name type {label,label} bound bound`. */
function shapeIn(line: string): FamilyShape {
  const [name = '', type = '', labels = '{}', ...bounds] = line.split(' ');
  return { name, type, labels: labels.slice(1, -1).split(',').filter(Boolean), bounds };
}

/** Families in the order of their TYPE lines, with the labels and bounds their samples have. */
function familiesIn(exposed: string): Map<string, FamilyShape> {
  const families = new Map<string, FamilyShape>();
  for (const block of exposed.split(/^# HELP /m).slice(1)) {
    const [, name = '', type = ''] = /^# TYPE (\S+) (\S+)$/m.exec(block) ?? [];
    const pairs = [...block.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"[,}]/g)];
    const labels = new Set(pairs.map(([, label = '']) => label).filter((label) => label !== 'le'));
    const bounds = new Set(pairs.filter(([, label]) => label === 'le').map(([, , bound = '']) => bound));
    bounds.delete('+Inf');
    families.set(name, { name, type, labels: [...labels].sort(), bounds: [...bounds] });
  }
  return families;
}
