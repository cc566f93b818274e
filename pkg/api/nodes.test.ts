import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { textOf } from '../apiserver/encode/json/json.ts';
import type { JsonWriter } from '../apiserver/encode/json/json-writer.ts';
import { tableJson } from '../apiserver/encode/json/table.ts';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import { parseFieldSelector } from '../model/field-selector.ts';
import { parseLabelSelector } from '../model/label-selector.ts';
import { Registry } from '../telemetry/exposition.ts';
import type { MissingNode } from './absence/survey.ts';
import { apiInstruments } from './instruments.ts';
import { nodeMetrics } from './nodes.ts';
import { PretendCluster, usageOf } from './pretend-cluster.ts';

describe('a list of nodes', () => {
  it('holds the nodes that have metrics, by name', () => {
    assert.deepEqual(listed({}), ['node1', 'node2', 'node3']);
  });

  it('keeps to the field selector', () => {
    assert.deepEqual(listed({ fields: 'metadata.name=node2' }), ['node2']);
    assert.deepEqual(listed({ fields: 'metadata.name!=node2' }), ['node1', 'node3']);
    assert.deepEqual(listed({ fields: 'metadata.name=node4' }), []);
    assert.deepEqual(listed({ fields: 'metadata.name=nosuch' }), []);
    assert.deepEqual(listed({ fields: 'metadata.name=node1,metadata.name=node2' }), []);
  });

  it('is empty for a selector that demands a namespace, as nodes have none', () => {
    assert.deepEqual(listed({ fields: 'metadata.namespace=default' }), []);
  });

  it('keeps to the label selector', () => {
    assert.deepEqual(listed({ labels: 'labelKey=labelValue' }), ['node1']);
    assert.deepEqual(listed({ labels: 'labelKey=otherValue', fields: 'metadata.name=node3' }), ['node3']);
    assert.deepEqual(listed({ labels: 'labelKey=labelValue', fields: 'metadata.name=node3' }), []);
  });

  it('leaves out what the server was told to leave out', () => {
    assert.equal(listed({}).includes('skipped'), false);
    assert.deepEqual(listed({ fields: 'metadata.name=skipped' }), []);
  });

  it('looks at one node when one is named', () => {
    const { cluster, resource } = world();
    assert.equal([...resource.list(queryOf({ fields: 'metadata.name=node2' }))].length, 1);
    assert.deepEqual([cluster.listed, cluster.asked], [0, 1]);
  });

  it('is drawn object by object', () => {
    const { cluster, resource } = world();
    const objects = resource.list({})[Symbol.iterator]();
    assert.equal(cluster.asked, 0);
    objects.next();
    assert.equal(cluster.asked, 1);
  });

  it('observes the freshness of what it sends', () => {
    const { clock, registry, resource } = world();
    clock.jump(10_000);
    assert.equal([...resource.list({})].length, 3);
    const text = registry.expose();
    for (const line of [
      '_count 3',
      '_sum 30',
      '_bucket{le="11.981604021913647"} 3',
      '_bucket{le="8.784167171490942"} 0',
    ]) {
      assert.ok(text.includes(`metrics_server_api_metric_freshness_seconds${line}\n`), line);
    }
  });
});

describe('a node whose clock is ahead of ours', () => {
  it('counts as fresh', () => {
    const { clock, registry, resource } = world();
    clock.jump(-3_600_000);
    assert.equal([...resource.list({})].length, 3);
    for (const line of ['_count 3', '_sum 0']) {
      assert.ok(registry.expose().includes(`metrics_server_api_metric_freshness_seconds${line}\n`), line);
    }
  });
});

describe('what a list of nodes leaves out', () => {
  it('is told with how many, the first, and why', () => {
    const { cluster, warnings } = warningWorld(['node4', 'node5']);
    cluster.reasons.set('node4', { kind: 'refused', text: 'nothing listens there' });
    assert.deepEqual(warnings({}), ['2 nodes have no metrics, the first is node4: nothing listens there']);
    assert.deepEqual(warnings({ fields: 'metadata.name=node5' }), ['node node5 has no metrics: nobody knows why']);
  });

  it('is none of what the list would not hold, of what has metrics by now, and of what is gone', () => {
    const { warnings } = warningWorld(['node1', 'node4', 'gone']);
    assert.deepEqual(warnings({ labels: 'labelKey' }), []);
    assert.deepEqual(warnings({}), ['node node4 has no metrics: nobody knows why']);
  });

  it('is not told where nobody keeps count', () => {
    assert.equal(world().resource.warnings, undefined);
  });
});

describe('a node', () => {
  it('is found with its labels and the time of the answer', () => {
    const { clock, resource } = world();
    const found = resource.get('node1', undefined);
    assert.ok(found.kind === 'found');
    assert.deepEqual(resource.wire.metadata(found.object), {
      name: 'node1',
      labels: { labelKey: 'labelValue' },
      creationTimestamp: clock.now(),
    });
  });

  it('is found by name even where lists leave it out', () => {
    assert.equal(world().resource.get('skipped', undefined).kind, 'found');
  });

  it('without metrics is told from one that does not exist, and why', () => {
    const { cluster, resource } = world();
    cluster.reasons.set('node4', { kind: 'refused', text: 'nothing listens there' });
    assert.deepEqual(resource.get('node4', undefined), {
      kind: 'not-found',
      message: 'nodemetrics.metrics.k8s.io "node4" not found: nothing listens there',
      details: { name: 'node4', group: 'metrics.k8s.io', kind: 'nodemetrics' },
    });
    assert.deepEqual(resource.get('nosuch', undefined), {
      kind: 'not-found',
      message: 'node "nosuch" not found',
      details: { name: 'nosuch', kind: 'node' },
    });
  });

  it('shows swap where its kubelet reports it, zero included', () => {
    const { cluster, clock, resource } = world();
    cluster.addNode('swapper', {}, usageOf({ cpu: 0, memory: 500, swap: 0 }, clock.now(), 60_000));
    const found = resource.get('swapper', undefined);
    assert.ok(found.kind === 'found');
    assert.equal(
      textOf((out) => resource.wire.jsonMembers(found.object, out)),
      '"timestamp":"2026-11-21T12:00:00Z","window":"1m0s","usage":{"cpu":"0","memory":"500","swap":"0"}',
    );
  });
});

describe('a table of nodes', () => {
  it('has the columns of its first row, and an empty cell where a later row has nothing to say', () => {
    const cluster = new PretendCluster();
    cluster.addNode('a', {}, usageOf({ cpu: 10_000_000, memory: 5 * 1024 ** 2, swap: 2048 }, 0, 1000));
    cluster.addNode('b', {}, usageOf({ cpu: 1e9, memory: 0 }, 0, 2000));
    const { columns, rows } = tableOf(cluster);
    assert.deepEqual(columns, ['Name', 'cpu', 'memory', 'swap', 'Window']);
    assert.deepEqual(rows, [
      ['a', '10m', '5Mi', '2Ki', '1s'],
      ['b', '1', '0', '', '2s'],
    ]);
  });

  it('stays aligned when only a later row has a resource', () => {
    const cluster = new PretendCluster();
    cluster.addNode('a', {}, usageOf({ cpu: 1, memory: 1 }, 0, 1000));
    cluster.addNode('b', {}, usageOf({ cpu: 2, memory: 2, swap: 2 }, 0, 2000));
    assert.deepEqual(tableOf(cluster).rows, [
      ['a', '1n', '1', '1s'],
      ['b', '2n', '2', '2s'],
    ]);
  });
});

interface Texts {
  readonly labels?: string;
  readonly fields?: string;
}

function listed(texts: Texts): readonly string[] {
  return [...world().resource.list(queryOf(texts))].flatMap((object) => object?.record.name ?? []);
}

function queryOf({ labels = '', fields = '' }: Texts) {
  const labelResult = parseLabelSelector(labels);
  const fieldResult = parseFieldSelector(fields, ['metadata.name', 'metadata.namespace']);
  assert.ok(labelResult.kind === 'selector' && fieldResult.kind === 'selector');
  return { labels: labelResult.selector, fields: fieldResult.selector };
}

function world() {
  const clock = new WoundClock();
  const cluster = new PretendCluster();
  const usage = usageOf({ cpu: 1, memory: 1 }, clock.now(), 15_000);
  cluster.addNode('node1', { labelKey: 'labelValue' }, usage);
  cluster.addNode('node3', { labelKey: 'otherValue' }, usage);
  cluster.addNode('node2', { otherKey: 'labelValue' }, usage);
  cluster.addNode('node4', {});
  cluster.addNode('skipped', { skipKey: 'skipValue' }, usage);
  return { clock, cluster, ...resourceOf(cluster, clock) };
}

/** A world in which these had no metrics when somebody last looked. */
function warningWorld(names: readonly string[]) {
  const { cluster, clock } = world();
  cluster.addNode('node5', {});
  const missing = names.map((name) => {
    const record = cluster.nodes.get(name) ?? { name, uid: '', labels: {}, addresses: [], kubeletPort: 0, ready: true };
    return { record, kind: 'refused' as const };
  });
  const { resource } = resourceOf(cluster, clock, () => missing);
  return { cluster, warnings: (texts: Texts) => resource.warnings?.(queryOf(texts)) };
}

function resourceOf(cluster: PretendCluster, clock: WoundClock, missing?: () => readonly MissingNode[]) {
  const registry = new Registry();
  const instruments = apiInstruments(registry);
  const { labels: nodeSelector } = queryOf({ labels: 'skipKey!=skipValue' });
  return {
    registry,
    resource: nodeMetrics({ ...cluster.parts, nodeSelector, clock, instruments, ...(missing && { missing }) }),
  };
}

function tableOf(cluster: PretendCluster) {
  const { resource } = resourceOf(cluster, new WoundClock());
  const options = {
    version: 'v1',
    wire: resource.wire,
    rowObject: (_: unknown, out: JsonWriter) => out.text('null'),
  };
  const { columnDefinitions, rows } = JSON.parse(
    Buffer.concat([...tableJson(resource.list({}), options)]).toString(),
  ) as {
    columnDefinitions: { name: string }[];
    rows: { cells: string[] }[];
  };
  return { columns: columnDefinitions.map(({ name }) => name), rows: rows.map(({ cells }) => cells) };
}
