import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import { parseFieldSelector } from '../model/field-selector.ts';
import { parseLabelSelector } from '../model/label-selector.ts';
import { Registry } from '../telemetry/exposition.ts';
import { apiInstruments } from './instruments.ts';
import { podMetrics } from './pods.ts';
import { PretendCluster, usageOf } from './pretend-cluster.ts';

describe('a list of pods', () => {
  it('holds the pods that have metrics, by namespace and name', () => {
    assert.deepEqual(listed({}), ['other/pod1', 'other/pod2', 'test/pod3']);
  });

  it('keeps to a namespace, and is empty for one that nobody knows', () => {
    assert.deepEqual(listed({ namespace: 'test' }), ['test/pod3']);
    assert.deepEqual(listed({ namespace: 'nosuch' }), []);
  });

  it('keeps to the field selector', () => {
    assert.deepEqual(listed({ fields: 'metadata.namespace=test' }), ['test/pod3']);
    assert.deepEqual(listed({ fields: 'metadata.namespace=nosuch' }), []);
    assert.deepEqual(listed({ fields: 'metadata.namespace=' }), []);
    assert.deepEqual(listed({ fields: 'metadata.namespace!=test' }), ['other/pod1', 'other/pod2']);
    assert.deepEqual(listed({ fields: 'metadata.name=pod2' }), ['other/pod2']);
    assert.deepEqual(listed({ fields: 'metadata.name=pod2', namespace: 'test' }), []);
    assert.deepEqual(listed({ fields: 'metadata.namespace=other', namespace: 'test' }), []);
    assert.deepEqual(listed({ fields: 'metadata.name=pod2,metadata.namespace=other' }), ['other/pod2']);
  });

  it('keeps to the label selector', () => {
    assert.deepEqual(listed({ labels: 'labelKey=labelValue' }), ['other/pod1']);
    assert.deepEqual(listed({ labels: 'labelKey=otherValue', fields: 'metadata.name=pod3' }), ['test/pod3']);
    assert.deepEqual(listed({ labels: '!labelKey' }), ['other/pod2']);
  });

  it('looks at one pod when one is named, and at one namespace when that is named', () => {
    const { cluster, resource } = world();
    assert.equal([...resource.list(queryOf({ fields: 'metadata.name=pod2', namespace: 'other' }))].length, 1);
    assert.deepEqual([cluster.listed, cluster.asked], [0, 1]);
    assert.equal([...resource.list(queryOf({ fields: 'metadata.namespace=test' }))].length, 1);
    assert.deepEqual([cluster.listed, cluster.asked], [1, 2]);
  });

  it('is drawn object by object, and an abandoned one draws no more', () => {
    const { cluster, resource } = world();
    for (const _ of resource.list({})) break;
    assert.deepEqual([cluster.listed, cluster.asked], [1, 1]);
  });

  it('observes the freshness of what it sends, once per pod', () => {
    const { clock, registry, resource } = world();
    clock.jump(10_000);
    assert.equal([...resource.list({})].length, 3);
    assert.match(registry.expose(), /_sum 30\n.*_count 3\n/);
  });
});

describe('a pod', () => {
  it('is found with its namespace, its labels and the time of the answer', () => {
    const { clock, resource } = world();
    const found = resource.get('pod1', 'other');
    assert.ok(found.kind === 'found');
    assert.deepEqual(resource.wire.metadata(found.object), {
      name: 'pod1',
      namespace: 'other',
      labels: { labelKey: 'labelValue' },
      creationTimestamp: clock.now(),
    });
  });

  it('without metrics is told from one that does not run', () => {
    const { resource } = world();
    assert.deepEqual(resource.get('pod4', 'other'), {
      kind: 'not-found',
      message: 'podmetrics.metrics.k8s.io "other/pod4" not found',
      details: { name: 'other/pod4', group: 'metrics.k8s.io', kind: 'podmetrics' },
    });
    assert.deepEqual(resource.get('pod1', 'test'), {
      kind: 'not-found',
      message: 'pods "pod1" not found',
      details: { name: 'pod1', kind: 'pods' },
    });
  });

  it('names its containers safely, whatever a kubelet called them', () => {
    const { cluster, resource, clock } = world();
    const usage = usageOf({ cpu: 1, memory: 1024 }, clock.now(), 1000);
    cluster.addPod('ns/odd', {}, [{ name: '<"é\\', usage }]);
    const found = resource.get('odd', 'ns');
    assert.ok(found.kind === 'found');
    assert.equal(
      resource.wire.jsonMembers(found.object),
      '"timestamp":"2026-11-21T12:00:00Z","window":"1s",' +
        '"containers":[{"name":"\\u003c\\"é\\\\","usage":{"cpu":"1n","memory":"1Ki"}}]',
    );
  });
});

describe('the cells of a pod', () => {
  it('are sums over its containers', () => {
    const { cluster, resource } = world();
    cluster.addPod('ns/sum', {}, [
      { name: 'a', usage: usageOf({ cpu: 5_000_000, memory: 1024 ** 2 }, 0, 60_000) },
      { name: 'b', usage: usageOf({ cpu: 5_000_000, memory: 1024 ** 2, swap: 4096 }, 0, 50_000) },
    ]);
    const found = resource.get('sum', 'ns');
    assert.ok(found.kind === 'found');
    const columns = resource.wire.columns(found.object);
    assert.deepEqual(
      columns.map(({ name, type, format }) => `${name} ${type} ${format}`),
      ['cpu string quantity', 'memory string quantity', 'swap string quantity', 'Window string duration'],
    );
    assert.deepEqual(resource.wire.cells(found.object, columns), ['10m', '2Mi', '4Ki', '1m0s']);
  });
});

interface Texts {
  readonly namespace?: string;
  readonly labels?: string;
  readonly fields?: string;
}

function listed(texts: Texts): readonly string[] {
  return [...world().resource.list(queryOf(texts))].map(({ record }) => `${record.namespace}/${record.name}`);
}

function queryOf({ namespace, labels = '', fields = '' }: Texts) {
  const labelResult = parseLabelSelector(labels);
  const fieldResult = parseFieldSelector(fields, ['metadata.name', 'metadata.namespace']);
  assert.ok(labelResult.kind === 'selector' && fieldResult.kind === 'selector');
  return { labels: labelResult.selector, fields: fieldResult.selector, ...(namespace !== undefined && { namespace }) };
}

function world() {
  const clock = new WoundClock();
  const cluster = new PretendCluster();
  const containers = [{ name: 'main', usage: usageOf({ cpu: 1, memory: 1 }, clock.now(), 15_000) }];
  cluster.addPod('test/pod3', { labelKey: 'otherValue' }, containers);
  cluster.addPod('other/pod2', {}, containers);
  cluster.addPod('other/pod1', { labelKey: 'labelValue' }, containers);
  cluster.addPod('other/pod4', {});
  const registry = new Registry();
  const instruments = apiInstruments(registry);
  return { clock, cluster, registry, resource: podMetrics({ usage: cluster, pods: cluster.pods, clock, instruments }) };
}
