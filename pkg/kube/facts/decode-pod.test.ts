import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { ResourceAmounts } from '../../model/pod-facts.ts';
import { decodeNodeFacts } from './decode-node.ts';
import { decodePodFacts } from './decode-pod.ts';

const Mi = 2 ** 20;

describe('what a pod requests', () => {
  it('is what its containers request together', () => {
    const { requests, limits } = shapeOf({
      containers: [container('a', '100m', '64Mi'), container('b', '0.5', '1Gi')],
    });
    assert.deepEqual(requests, { cpu: 600, memory: 1088 * Mi });
    assert.deepEqual(limits, {});
  });

  it('is what an init container requests, when that is more', () => {
    const initContainers = [container('init', '2', '32Mi')];
    const { requests } = shapeOf({ initContainers, containers: [container('a', '100m', '64Mi')] });
    assert.deepEqual(requests, { cpu: 2_000, memory: 64 * Mi });
  });

  it('counts sidecars beside everything that starts after them', () => {
    const initContainers = [
      container('first', '300m', '1Mi'),
      { ...container('proxy', '100m', '10Mi'), restartPolicy: 'Always' },
      container('second', '250m', '1Mi'),
    ];
    const { requests } = shapeOf({ initContainers, containers: [container('a', '200m', '5Mi')] });
    assert.deepEqual(requests, { cpu: 350, memory: 15 * Mi });
  });

  it('is what the pod itself names, and its overhead', () => {
    const { requests, limits } = shapeOf({
      containers: [{ ...container('a', '100m', '64Mi'), resources: resources('100m', '64Mi', { cpu: '1' }) }],
      resources: { requests: { cpu: '3' }, limits: { memory: '1Gi' } },
      overhead: { cpu: '250m', memory: '100Mi' },
    });
    assert.deepEqual(requests, { cpu: 3_250, memory: 164 * Mi });
    assert.deepEqual(limits, { cpu: 1_250, memory: 1124 * Mi });
  });

  it('may be devices; huge pages are no memory', () => {
    const asked = { requests: { 'nvidia.com/gpu': '2', 'hugepages-2Mi': '64Mi', cpu: 'many', memory: '-1' } };
    const { requests } = shapeOf({ containers: [{ name: 'a', resources: asked }] });
    assert.deepEqual(requests, { others: { 'nvidia.com/gpu': 2 } });
  });
});

describe('a pod', () => {
  it('of a real cluster is read with its sidecar, its restarts and its node', () => {
    const { items } = JSON.parse(readFileSync(join(import.meta.dirname, 'testdata', 'v1.36-pods.json'), 'utf8')) as {
      items: readonly unknown[];
    };
    const pods = new Map(items.map((item) => [decodePodFacts(item)?.name, decodePodFacts(item)]));
    const sidecar = pods.get('sidecar');
    assert.deepEqual(
      sidecar?.shape.containers.map(({ name, kind }) => `${name} ${kind}`),
      ['prepare init', 'proxy sidecar', 'late-init init', 'main app'],
    );
    assert.deepEqual(sidecar?.shape.requests, { cpu: 40, memory: 24 * Mi });
    assert.deepEqual(pods.get('badprobe')?.restarts, [2]);
    assert.equal(pods.get('burner')?.restarts, undefined);
    assert.equal(pods.get('filler')?.node, 'rig-node-1');
  });

  it('without a node, or a name, is none', () => {
    const metadata = { namespace: 'n', name: 'p' };
    assert.equal(decodePodFacts({ metadata, spec: {} }), undefined);
    assert.equal(decodePodFacts({ metadata: { name: 'p' }, spec: { nodeName: 'a' } }), undefined);
    for (const odd of [null, 7, {}, { metadata: null }, { metadata, spec: null }])
      assert.equal(decodePodFacts(odd), undefined);
  });
});

describe('a node', () => {
  it('has capacity, a host name, and a host id where somebody gave it one', () => {
    const node = {
      metadata: { name: 'n7', labels: { zone: 'a' }, annotations: { 'cloud/id': 'i-77' } },
      spec: { unschedulable: true },
      status: {
        capacity: { cpu: '4', memory: '16Gi', 'ephemeral-storage': '100Gi', pods: '110' },
        allocatable: { cpu: '3900m', memory: '15Gi' },
        addresses: [
          { type: 'InternalIP', address: '10.0.0.7' },
          { type: 'Hostname', address: 'n7.example' },
        ],
      },
    };
    assert.deepEqual(decodeNodeFacts(node, 'cloud/id'), {
      name: 'n7',
      hostname: 'n7.example',
      hostId: 'i-77',
      labels: { zone: 'a' },
      schedulable: false,
      capacity: { cpu: 4_000, memory: 16 * 1024 * Mi, ephemeralStorage: 100 * 1024 * Mi },
      allocatable: { cpu: 3_900, memory: 15 * 1024 * Mi },
    });
    assert.equal(decodeNodeFacts({ metadata: {} }, ''), undefined);
  });
});

function shapeOf(spec: object): { readonly requests: ResourceAmounts; readonly limits: ResourceAmounts } {
  const pod = decodePodFacts({ metadata: { namespace: 'n', name: 'p' }, spec: { nodeName: 'a', ...spec } });
  assert.ok(pod);
  return pod.shape;
}

const resources = (cpu: string, memory: string, limits?: object): object => ({ requests: { cpu, memory }, limits });

const container = (name: string, cpu: string, memory: string): object => ({ name, resources: resources(cpu, memory) });
