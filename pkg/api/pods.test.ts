import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { textOf } from '../apiserver/encode/json/json.ts';
import type { Found, NotFound } from '../apiserver/resource.ts';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import type { Labels } from '../model/cluster.ts';
import { parseFieldSelector } from '../model/field-selector.ts';
import { parseLabelSelector } from '../model/label-selector.ts';
import { Registry } from '../telemetry/exposition.ts';
import type { AbsenceKind } from './absence/absence.ts';
import type { MissingNode, MissingPod } from './absence/survey.ts';
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

  it('pauses where it looks at many, whether they have metrics or not', () => {
    const { cluster, resource } = world();
    for (let at = 0; at < 2_000; at++) cluster.addPod(`other/silent-${at}`, {});
    const objects = [...resource.list({})];
    assert.equal(objects.filter((object) => object !== undefined).length, 3);
    assert.equal(objects.length, 3 + Math.floor(2_004 / 512));
  });

  it('looks once at labels that neighbours share', () => {
    const { cluster, resource } = world();
    const labels = { app: 'shared' };
    for (let at = 0; at < 100; at++) cluster.addPod(`other/shared-${at}`, labels);
    const { labels: selector } = queryOf({ labels: 'app!=nobody' });
    let looks = 0;
    const matches = (own: Labels): boolean => {
      looks++;
      return selector.matches(own);
    };
    assert.equal([...resource.list({ labels: { ...selector, matches } })].length, 3);
    assert.equal(looks, 5);
  });

  it('observes the freshness of what it sends, once per pod', () => {
    const { clock, registry, resource } = world();
    clock.jump(10_000);
    assert.equal([...resource.list({})].length, 3);
    assert.match(registry.expose(), /_sum 30\n.*_count 3\n/);
  });
});

describe('what a list of pods leaves out', () => {
  it('is told by reason, the most frequent first, in two sentences at most', () => {
    const { warnings } = warningWorld({
      'other/a': 'refused',
      'other/b': 'forbidden',
      'other/c': 'forbidden',
      'test/d': 'first-sample',
      'test/e': 'unknown',
    });
    assert.deepEqual(warnings({}), [
      '2 pods have no metrics, the first is other/b: why forbidden',
      'another 3 pods have no metrics, the first is other/a: why refused',
    ]);
    assert.deepEqual(warnings({ namespace: 'test' }), [
      'pod test/d has no metrics: why first-sample',
      'pod test/e has no metrics: why unknown',
    ]);
  });

  it('keeps to what the list would hold', () => {
    const { warnings } = warningWorld({ 'other/a': 'refused', 'test/d': 'forbidden' });
    assert.deepEqual(warnings({ namespace: 'nosuch' }), []);
    assert.deepEqual(warnings({ labels: 'app=other' }), []);
    assert.deepEqual(warnings({ fields: 'metadata.name=d' }), ['pod test/d has no metrics: why forbidden']);
    assert.deepEqual(warnings({ fields: 'metadata.namespace=other' }), ['pod other/a has no metrics: why refused']);
  });

  it('is none of what has metrics by now, or does not run any more', () => {
    const { cluster, warnings } = warningWorld({ 'other/a': 'refused', 'test/gone': 'refused' });
    cluster.removePod('test/gone');
    assert.deepEqual(warnings({}), ['pod other/a has no metrics: why refused']);
    cluster.addPod('other/a', {}, [{ name: 'c', usage: usageOf({ cpu: 1, memory: 1 }, 0, 1_000) }]);
    assert.deepEqual(warnings({}), []);
  });

  it('that no kubelet spoke of is told with the nodes that may have it', () => {
    const record = { name: 'n1', uid: '', labels: {}, addresses: [], kubeletPort: 0, ready: true };
    const one = warningWorld({ 'other/a': 'unknown' }, [{ record, kind: 'refused' }]);
    assert.deepEqual(one.warnings({}), [
      'pod other/a has no metrics: why unknown, and node n1 (refused) has none either',
    ]);
    const two = warningWorld({ 'other/a': 'unknown' }, Array(2).fill({ record, kind: 'refused' }));
    assert.match(String(two.warnings({})), /and 2 nodes have none either, the first is n1 \(refused\)$/);
  });

  it('costs nothing where nothing is missing', () => {
    const { cluster, warnings } = warningWorld({});
    assert.deepEqual(warnings({}), []);
    assert.deepEqual([cluster.listed, cluster.asked], [0, 0]);
  });

  it('is looked at in part only when a whole cluster is missing', () => {
    const all = Object.fromEntries(Array.from({ length: 5_000 }, (_, pod) => [`ns/pod-${pod}`, 'refused' as const]));
    const { cluster, warnings } = warningWorld(all);
    const [sentence] = warnings({}) ?? [];
    assert.equal(sentence, 'at least 500 pods have no metrics, the first is ns/pod-0: why refused');
    assert.equal(cluster.asked, 500);
    assert.deepEqual(warnings({ labels: 'app=other' }), []);
    assert.deepEqual(warnings({ fields: 'metadata.name=pod-4999' }), ['pod ns/pod-4999 has no metrics: why refused']);
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
    const { explained: _, ...noMetrics } = refusalOf(resource.get('pod4', 'other'));
    assert.deepEqual(noMetrics, {
      kind: 'not-found',
      message: 'podmetrics.metrics.k8s.io "other/pod4" not found',
      details: { name: 'other/pod4', group: 'metrics.k8s.io', kind: 'podmetrics' },
    });
    const { explained: __, ...noPod } = refusalOf(resource.get('pod1', 'test'));
    assert.deepEqual(noPod, {
      kind: 'not-found',
      message: 'pods "pod1" not found',
      details: { name: 'pod1', kind: 'pods' },
    });
  });

  it('without metrics gets to hear why, the details being the same', async () => {
    const { cluster, resource } = world();
    cluster.reasons.set('other/pod4', { kind: 'forbidden', text: 'node n7 was not scraped for 47s: 403' });
    assert.deepEqual(await explained(resource.get('pod4', 'other')), {
      kind: 'not-found',
      message: 'podmetrics.metrics.k8s.io "other/pod4" not found: node n7 was not scraped for 47s: 403',
      details: { name: 'other/pod4', group: 'metrics.k8s.io', kind: 'podmetrics' },
    });
  });

  it('that is not Running, or not there, is no pod at all, as in the reference', async () => {
    const { cluster, resource } = world();
    assert.equal((await explained(resource.get('nosuch', 'test'))).message, 'pods "nosuch" not found');
    cluster.reasons.set('test/job', { kind: 'not-running', text: 'it is Succeeded' });
    cluster.reasons.set('other/pod4', { kind: 'not-running', text: 'it is Failed' });
    assert.equal((await explained(resource.get('job', 'test'))).message, 'pods "job" not found: it is Succeeded');
    assert.equal((await explained(resource.get('pod4', 'other'))).message, 'pods "pod4" not found: it is Failed');
  });

  it('gives a reason of bounded length, whatever a kubelet said', async () => {
    const { cluster, resource } = world();
    cluster.reasons.set('other/pod4', { kind: 'status', text: 'x'.repeat(100_000) });
    assert.ok((await explained(resource.get('pod4', 'other'))).message.length < 1_100);
  });

  it('names its containers safely, whatever a kubelet called them', () => {
    const { cluster, resource, clock } = world();
    const usage = usageOf({ cpu: 1, memory: 1024 }, clock.now(), 1000);
    cluster.addPod('ns/odd', {}, [{ name: '<"é\\', usage }]);
    const found = resource.get('odd', 'ns');
    assert.ok(found.kind === 'found');
    assert.equal(
      textOf((out) => resource.wire.jsonMembers(found.object, out)),
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
  return [...world().resource.list(queryOf(texts))].flatMap((object) =>
    object ? `${object.record.namespace}/${object.record.name}` : [],
  );
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
  return { clock, cluster, registry, resource: podMetrics({ ...cluster.parts, clock, instruments }) };
}

/** A world in which these pods run, and had no metrics when somebody last looked. */
function warningWorld(kinds: Readonly<Record<string, AbsenceKind>>, missingNodes: readonly MissingNode[] = []) {
  const cluster = new PretendCluster();
  const missing = new Map<string, MissingPod[]>();
  for (const [key, kind] of Object.entries(kinds)) {
    cluster.addPod(key, { app: 'missing' });
    cluster.reasons.set(key, { kind, text: `why ${kind}` });
    const [namespace = '', name = ''] = key.split('/');
    const record = cluster.pods.get(namespace, name);
    if (record) missing.set(namespace, [...(missing.get(namespace) ?? []), { record, kind }]);
  }
  const parts = { ...cluster.parts, clock: new WoundClock(), instruments: apiInstruments(new Registry()) };
  const resource = podMetrics({ ...parts, missing: () => ({ missingNodes, missingPods: missing }) });
  return { cluster, warnings: (texts: Texts) => resource.warnings?.(queryOf(texts)) };
}

function refusalOf(found: Found<unknown>): NotFound {
  assert.ok(found.kind === 'not-found');
  return found;
}

async function explained(found: Found<unknown>): Promise<NotFound> {
  const refusal = await refusalOf(found).explained?.(new AbortController().signal);
  assert.ok(refusal);
  return refusal;
}
