import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { KubeletFault } from '../../pkg/simulator/kubelets/faults.ts';
import type { ClusterShape, PodShape } from '../../pkg/simulator/shape/cluster-shape.ts';
import { plainNode } from '../../pkg/simulator/shape/plain-cluster.ts';
import type { ApiAnswer } from '../../pkg/simulator/testing/api-client.ts';
import { RunningSystem } from './testing/running-system.ts';

const periodMs = 15_000;

/** Faults by which a node and its pods lose their metrics, and what is said of both. */
const silencing: Readonly<Record<string, readonly [fault: KubeletFault, says: RegExp]>> = {
  hang: [{ kind: 'hang' }, /did not answer within \d+ s/],
  refuse: [{ kind: 'refuse' }, /nothing listens at its address and port \(ECONNREFUSED\)/],
  reset: [{ kind: 'reset' }, /closed the connection before it had answered/],
  'status-401': [{ kind: 'status', status: 401 }, /401 Unauthorized, it does not accept our credentials/],
  'status-403': [{ kind: 'status', status: 403 }, /403 Forbidden, .*resources: \["nodes\/metrics"\], verbs: \["get"\]/],
  'status-404': [{ kind: 'status', status: 404 }, /404 Not Found, it has no resource metrics at this path/],
  'status-429': [{ kind: 'status', status: 429 }, /answered 429/],
  'status-500': [{ kind: 'status', status: 500 }, /answered 500/],
  'status-503': [{ kind: 'status', status: 503 }, /answered 503/],
  garbage: [{ kind: 'garbage' }, /lines could not be read/],
  'truncated-abrupt': [{ kind: 'truncated', abrupt: true }, /closed the connection before it had answered/],
  slow: [{ kind: 'slow', bytesPerSecond: 20 }, /did not answer within \d+ s/],
  html: [{ kind: 'html' }, /content type is text\/html/],
  empty: [{ kind: 'empty' }, /had measured nothing yet/],
  'gzip-bomb': [{ kind: 'gzip-bomb' }, /larger than 16 MiB/],
  endless: [{ kind: 'endless' }, /larger than 16 MiB/],
  redirect: [{ kind: 'redirect' }, /answered 302, a redirect, which is not followed/],
};

/** Other faults, what a node then says of itself, and what its pods do; undefined = there are metrics. */
const confusing: Readonly<
  Record<string, readonly [KubeletFault, RegExp | undefined, RegExp | undefined, promise: string]>
> = {
  frozen: [
    { kind: 'frozen' },
    /repeats an old sample: its housekeeping/,
    /repeats an old sample of its container/,
    'the node and its pods say that their kubelet is stuck',
  ],
  'missing-containers': [
    { kind: 'missing-containers' },
    undefined,
    /the kubelet of node missing-containers answers without any container: nothing comes from its container runtime/,
    'the node is measured, and its pods say that nothing comes from their runtime',
  ],
  'bad-lines': [{ kind: 'bad-lines' }, undefined, undefined, 'one bad line costs nothing but that line'],
};

const nodes = [...Object.keys(silencing), ...Object.keys(confusing), 'healthy'];
const shape = clusterOf(nodes);
const podsOf = (node: string) => podsIn(shape, node);

describe('when kubelets fall ill in every way', () => {
  let system: RunningSystem;

  before(async () => {
    system = await RunningSystem.start({ shape });
    await system.until('everything has metrics', async () => (await system.items('pods')).length === 2 * nodes.length);
    for (const [node, [fault]] of Object.entries({ ...silencing, ...confusing })) await system.fault(node, fault);
    await system.wind(7 * periodMs);
  });

  after(() => system[Symbol.asyncDispose]());

  for (const [node, [, says]] of Object.entries(silencing)) {
    it(`the node and its pods say why there is nothing of them: ${node}`, async () => {
      const ofNode = await refusal(system, `nodes/${node}`);
      const since = `node ${node} was not scraped for \\d+m?\\d*s: `;
      assert.match(ofNode.message, new RegExp(`^nodemetrics\\.metrics\\.k8s\\.io "${node}" not found: ${since}`));
      assert.match(ofNode.message, says);
      assert.deepEqual(ofNode.details, { name: node, group: 'metrics.k8s.io', kind: 'nodemetrics' });
      for (const { namespace, name: pod } of podsOf(node)) {
        const ofPod = await refusal(system, `namespaces/${namespace}/pods/${pod}`);
        const words = `^podmetrics\\.metrics\\.k8s\\.io "${namespace}/${pod}" not found: ${since}`;
        assert.match(ofPod.message, new RegExp(words));
        assert.match(ofPod.message, says);
        assert.deepEqual(ofPod.details, { name: `${namespace}/${pod}`, group: 'metrics.k8s.io', kind: 'podmetrics' });
      }
    });
  }

  for (const [node, [, nodeSays, podSays, promise]] of Object.entries(confusing)) {
    it(promise, async () => {
      if (nodeSays === undefined) assert.equal((await get(system, `nodes/${node}`)).status, 200);
      else assert.match((await refusal(system, `nodes/${node}`)).message, nodeSays);
      for (const { namespace, name: pod } of podsOf(node)) {
        const path = `namespaces/${namespace}/pods/${pod}`;
        if (podSays === undefined) assert.equal((await get(system, path)).status, 200);
        else assert.match((await refusal(system, path)).message, podSays);
      }
    });
  }

  it('a list says in at most two warnings of 256 bytes how many it leaves out, which first, and why', async () => {
    const ofNodes = warnings(await get(system, 'nodes'));
    const ofPods = warnings(await get(system, 'pods'));
    for (const lines of [ofNodes, ofPods]) {
      assert.equal(lines.length, 2);
      for (const line of lines) assert.ok(Buffer.byteLength(line) <= 256 && line.startsWith('299 - "'), line);
    }
    assert.match(
      String(ofNodes[0]),
      /^299 - "\d+ nodes have no metrics, the first is \S+: node \S+ was not scraped for /,
    );
    assert.match(String(ofNodes[1]), /^299 - "another \d+ nodes have no metrics, the first is /);
    const counts = ofNodes.map((line) => Number(/\d+(?= nodes)/.exec(line)?.[0]));
    assert.equal(counts[0] === undefined ? 0 : counts[0] + (counts[1] ?? 0), Object.keys(silencing).length + 1);
  });

  it('a list warns alike as a table, as YAML, as protobuf, and of one namespace, and not of what is healthy', async () => {
    const [{ namespace, name: pod } = nobody] = podsOf('refuse');
    for (const accept of [
      'application/json;as=Table;v=v1;g=meta.k8s.io',
      'application/yaml',
      'application/vnd.kubernetes.protobuf',
    ]) {
      const answer = await get(system, `namespaces/${namespace}/pods?fieldSelector=metadata.name%3D${pod}`, accept);
      assert.deepEqual(
        warnings(answer).map((line) => line.slice(0, 60)),
        [`299 - "pod ${namespace}/${pod} has no metrics: node refuse was not scraped`.slice(0, 60)],
      );
    }
    const [{ namespace: space, name } = nobody] = podsOf('healthy');
    assert.deepEqual(warnings(await get(system, `namespaces/${space}/pods?fieldSelector=metadata.name%3D${name}`)), []);
    assert.deepEqual(warnings(await get(system, 'nodes?labelSelector=kubernetes.io/hostname%3Dhealthy')), []);
  });

  it('readyz is green, and says in words what is degraded', async () => {
    const { status, text } = await system.ask('/readyz?verbose');
    assert.equal(status, 200);
    const lost = Object.keys(silencing).length + 1;
    assert.match(text, new RegExp(`^degraded: ${lost} of ${nodes.length} nodes have no metrics \\(.*refused: 1`, 'm'));
    assert.match(text, /^degraded: \d+ of \d+ running pods have no metrics \(/m);
  });

  it('our own metrics count nodes and pods by reason, and name the nodes', async () => {
    const { text } = await system.ask('/metrics', { certificate: system.simulator.certificates.admin });
    assert.match(text, /^tacho_nodes_without_metrics\{reason="forbidden"\} 1$/m);
    assert.match(text, /^tacho_pods_without_metrics\{reason="no-containers"\} 2$/m);
    assert.match(text, /^tacho_node_without_metrics\{node="status-401",reason="unauthorized"\} 1$/m);
  });

  it('Events are few, about the API where many nodes are lost at once, and written with the rights of the manifest', () => {
    const events = system.simulator.store.list('events.events.k8s.io');
    assert.ok(events.length >= 1 && events.length <= 10, `${events.length} events`);
    const shared = events.find(({ regarding }) => (regarding as { kind: string }).kind === 'APIService');
    assert.match(String(shared?.['note']), /^\d+ of \d+ nodes have no metrics \(.*; the first of them is /);
  });
});

describe('when one node loses its metrics', () => {
  it('it is told once: a line in the log, an Event, a metric by reason, and readyz?verbose in words', async () => {
    await using system = await RunningSystem.start({ shape: clusterOf(['n1', 'n2', 'n3']) });
    await system.until('everything has metrics', async () => (await system.items('pods')).length === 6);
    await system.fault('n2', { kind: 'status', status: 403 });
    await system.wind(10 * periodMs);
    assert.deepEqual(told(system, 'n2'), ['warn Node could not be scraped']);
    assert.deepEqual(eventsOf(system), ['Warning NodeMetricsMissing Node n2']);
    assert.match(
      (await system.ask('/readyz?verbose')).text,
      /^degraded: 1 of 3 nodes have no metrics \(forbidden: 1\)$/m,
    );
    const { text } = await system.ask('/metrics', { certificate: system.simulator.certificates.admin });
    assert.match(text, /^tacho_nodes_without_metrics\{reason="forbidden"\} 1$/m);

    await system.fault('n2', undefined);
    await system.wind(5 * periodMs);
    assert.deepEqual(told(system, 'n2'), ['warn Node could not be scraped', 'info Node is scraped again']);
    assert.deepEqual(eventsOf(system).toSorted(), [
      'Normal NodeMetricsAvailable Node n2',
      'Warning NodeMetricsMissing Node n2',
    ]);
    assert.doesNotMatch((await system.ask('/readyz?verbose')).text, /degraded/);
  });
});

describe('what is asked for and has no metrics', () => {
  it('is told in the words of the reference alone where there is no such thing', async () => {
    await using system = await RunningSystem.start({ shape: clusterOf(['n1']) });
    await system.until('the node is measured', async () => (await system.items('nodes')).length === 1);
    assert.equal((await refusal(system, 'nodes/nosuch')).message, 'node "nosuch" not found');
    const path = 'namespaces/default/pods/nosuch';
    assert.deepEqual(await refusal(system, path), {
      message: 'pods "nosuch" not found',
      details: { name: 'nosuch', kind: 'pods' },
    });
    system.simulator.store.put('pods', {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'waiting', namespace: 'default' },
      spec: { containers: [] },
      status: { phase: 'Pending' },
    });
    const waiting = await refusal(system, 'namespaces/default/pods/waiting');
    assert.equal(waiting.message, 'pods "waiting" not found: it is Pending, and only Running pods are measured');
  });

  it('has a reason from the first moment on: not asked yet, measured once', async () => {
    const faults = new Map([['n2', { kind: 'hang' } as const]]);
    await using system = await RunningSystem.start({ shape: clusterOf(['n1', 'n2']), faults });
    const message = async () => (await refusal(system, 'nodes/n2')).message;
    await system.until('the node is known', async () => (await get(system, 'nodes/n2')).text.includes('n2 has'));
    assert.match(await message(), /not found: node n2 has not been asked yet$/);
    const first = new Set<string>();
    await system.until('the other node is measured', async () => {
      const { status, text } = await get(system, 'nodes/n1');
      if (status !== 200) first.add(text);
      return status === 200;
    });
    assert.ok(
      [...first].some((text) => text.includes('node n1 was measured once so far, and a rate takes two samples')),
    );
  });

  it('a node that --node-selector leaves out says so, and so do its pods', async () => {
    const flags = () => ['--node-selector=kubernetes.io/hostname=n1'];
    await using system = await RunningSystem.start({ shape: clusterOf(['n1', 'n2']), flags });
    await system.until('the node is measured', async () => (await system.items('nodes')).length === 1);
    assert.match((await refusal(system, 'nodes/n2')).message, /node n2 is not scraped: --node-selector leaves it out$/);
    const [{ namespace, name: pod } = nobody] = podsIn(clusterOf(['n1', 'n2']), 'n2');
    const ofPod = await refusal(system, `namespaces/${namespace}/pods/${pod}`);
    assert.match(ofPod.message, /node n2 is not scraped: --node-selector leaves it out$/);
  });

  it('is not warned of with --api-warnings=false, nor told in Events with --events=false', async () => {
    const flags = () => ['--api-warnings=false', '--events=false'];
    const faults = new Map([['n2', { kind: 'refuse' } as const]]);
    await using system = await RunningSystem.start({ shape: clusterOf(['n1', 'n2']), flags, faults });
    await system.until('the node is measured', async () => (await system.items('nodes')).length === 1);
    await system.wind(3 * periodMs);
    assert.deepEqual(warnings(await get(system, 'nodes')), []);
    assert.deepEqual(system.simulator.store.list('events.events.k8s.io'), []);
    assert.match((await refusal(system, 'nodes/n2')).message, /ECONNREFUSED/);
  });

  it('is explained without the kube-apiserver, as far as that goes, when it is away', async () => {
    const faults = new Map([['n2', { kind: 'refuse' } as const]]);
    await using system = await RunningSystem.start({ shape: clusterOf(['n1', 'n2']), faults });
    await system.until('the node is measured', async () => (await system.items('nodes')).length === 1);
    await system.simulator.apiServer.down();
    const [{ namespace, name: pod } = nobody] = podsIn(clusterOf(['n1', 'n2']), 'n2');
    const { message } = await refusal(system, `namespaces/${namespace}/pods/${pod}`);
    assert.match(
      message,
      /not found: no kubelet has spoken of it, and where it runs is not known: the kube-apiserver did/,
    );
  });
});

interface Refusal {
  readonly message: string;
  readonly details: object;
}

async function get(system: RunningSystem, path: string, accept = 'application/json'): Promise<ApiAnswer> {
  const certificate = system.simulator.certificates.admin;
  return await system.meanwhile(system.ask(`/apis/metrics.k8s.io/v1beta1/${path}`, { certificate }, { accept }));
}

async function refusal(system: RunningSystem, path: string): Promise<Refusal> {
  const { status, json, text } = await get(system, path);
  assert.equal(status, 404, text);
  const { message, details, reason } = json as Refusal & { readonly reason: string };
  assert.equal(reason, 'NotFound');
  return { message, details };
}

const warnings = ({ lines }: ApiAnswer): readonly string[] => lines['warning'] ?? [];

/** What the log says of a node, but for details. */
const told = ({ log }: RunningSystem, node: string): readonly string[] =>
  log.lines
    .filter(({ level, facts }) => level !== 'detail' && facts['node'] === node)
    .map(({ level, message }) => `${level} ${message}`);

const eventsOf = ({ simulator }: RunningSystem): readonly string[] =>
  simulator.store.list('events.events.k8s.io').map(({ type, reason, regarding }) => {
    const { kind, name } = regarding as { readonly kind: string; readonly name: string };
    return `${String(type)} ${String(reason)} ${kind} ${name}`;
  });

const nobody = { namespace: '', name: '' };

function podsIn(cluster: ClusterShape, node: string): readonly PodShape[] {
  return cluster.nodes.find(({ name }) => name === node)?.pods ?? [];
}

function clusterOf(names: readonly string[]): ClusterShape {
  const housekeeping = { minMs: 10_000, maxMs: 10_000 };
  const size = { nodes: names.length, podsPerNode: 2, containersPerPod: 2, seed: 5, housekeeping };
  return {
    seed: size.seed,
    nodes: names.map((name, index) => {
      const node = plainNode(size, index);
      return { ...node, name, labels: { ...node.labels, 'kubernetes.io/hostname': name } };
    }),
  };
}
