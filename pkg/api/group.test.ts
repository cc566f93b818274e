import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import protobuf from 'protobufjs';
import { listJson, objectJson } from '../apiserver/encode/json/json.ts';
import type { JsonWriter } from '../apiserver/encode/json/json-writer.ts';
import { partialJson } from '../apiserver/encode/json/partial-metadata.ts';
import { tableJson } from '../apiserver/encode/json/table.ts';
import { objectFields } from '../apiserver/encode/protobuf/protobuf.ts';
import { protobufList } from '../apiserver/encode/protobuf/protobuf-list.ts';
import { ProtobufWriter } from '../apiserver/encode/protobuf/protobuf-writer.ts';
import type { Resource } from '../apiserver/resource.ts';
import { WoundClock } from '../lifecycle/wound-clock.ts';
import { parseDuration } from '../model/duration.ts';
import { parseQuantity } from '../model/quantity.ts';
import type { Usage } from '../model/sample.ts';
import { Registry } from '../telemetry/exposition.ts';
import { metricsApi } from './group.ts';
import { PretendCluster, usageOf } from './pretend-cluster.ts';

const apiVersion = 'metrics.k8s.io/v1beta1';

describe('metrics.k8s.io/v1beta1', () => {
  it('has nodes and pods, to get and to list', () => {
    const [api] = metricsApi(partsOf(new PretendCluster(), 0), ['v1beta1']);
    assert.ok(api !== undefined);
    const { group, version, resources } = api;
    assert.equal(`${group}/${version}`, apiVersion);
    assert.deepEqual(
      resources.map(({ name, kind, namespaced, verbs }) => ({ name, kind, namespaced, verbs })),
      [
        { name: 'nodes', kind: 'NodeMetrics', namespaced: false, verbs: ['get', 'list'] },
        { name: 'pods', kind: 'PodMetrics', namespaced: true, verbs: ['get', 'list'] },
      ],
    );
  });

  it('says what is not there in the words of the reference, and why behind them', () => {
    const cluster = new PretendCluster();
    cluster.addNode('rig-node-2', {});
    const [nodes, pods] = resourcesOf(cluster, 0);
    const golden = recordedJson('not-found.json');
    const answers = {
      'nodes/rig-node-2': nodes.get('rig-node-2', undefined),
      'nodes/nosuch': nodes.get('nosuch', undefined),
      'namespaces/demo/pods/nosuch': pods.get('nosuch', 'demo'),
      'namespaces/default/pods/pending-image': pods.get('pending-image', 'default'),
    };
    for (const [path, answer] of Object.entries(answers)) {
      const { message, details } = golden[path];
      const said = path === 'nodes/rig-node-2' ? `${message}: nobody knows why` : message;
      assert.equal(JSON.stringify(answer), JSON.stringify({ kind: 'not-found', message: said, details }), path);
    }
  });

  it('names the freshness family and its buckets as the reference does', () => {
    const parts = partsOf(new PretendCluster(), 0);
    metricsApi(parts, ['v1beta1']);
    const shape = (text: string): string => text.replace(/ \S+$/gm, '').replace(/^# HELP.*\n/, '');
    const golden = recorded('freshness.txt').toString();
    assert.equal(shape(parts.registry.expose()), shape(golden));
    assert.equal(parts.registry.expose().split('\n')[0], golden.split('\n')[0]);
  });
});

describe('the recorded answers of the reference', () => {
  for (const [index, name] of ['node', 'pod'].entries()) {
    it(`come out byte for byte as JSON of a ${name} list and table`, () => {
      const list = recordedJson(`${name}-list.json`);
      const resource = recordedResource(list.items, index);
      const pieces = [
        ...listJson({ kind: list.kind, apiVersion }, resource.list({}), (object, out) =>
          objectJson(undefined, object, resource.wire, out),
        ),
      ];
      assert.equal(Buffer.concat(pieces).toString(), `${JSON.stringify(list)}\n`);

      const rowObject = (object: unknown, out: JsonWriter): void =>
        partialJson('v1', resource.wire.metadata(object), out);
      const table = [...tableJson(resource.list({}), { version: 'v1', wire: resource.wire, rowObject })];
      assert.equal(Buffer.concat(table).toString(), `${JSON.stringify(recordedJson(`${name}-table.json`))}\n`);
    });

    it(`come out byte for byte as protobuf of a ${name} list`, async () => {
      const golden = recorded(`${name}-list.pb`);
      const { typeMeta, raw } = decoded('Unknown', golden.subarray(4));
      const { items } = decoded(typeMeta.kind, raw);
      const resource = recordedResource(items.map(asJson), index);
      const body = await protobufList(
        { kind: typeMeta.kind, apiVersion },
        resource.list({}),
        resource.wire,
        new AbortController().signal,
      );
      assert.ok(body instanceof Uint8Array);
      assert.equal(Buffer.from(body).toString('hex'), golden.toString('hex'));
    });
  }
});

describe('a node on the wire', () => {
  it('is laid out as the Go encoder does, empty fields included and the usage by key', () => {
    const cluster = new PretendCluster();
    cluster.addNode('n', {}, usageOf({ cpu: 0, memory: 1024, swap: 0 }, 1_000, 60_000));
    const [nodes] = resourcesOf(cluster, 2_000);
    const found = nodes.get('n', undefined);
    assert.ok(found.kind === 'found');
    const out = new ProtobufWriter();
    objectFields(found.object, nodes.wire, out);
    // Metadata with its empty strings, zero generation and creation time; then time, window and the map by key.
    const expected = [
      '0a15 0a016e 1200 1a00 2200 2a00 3200 3800 4204 0802 1000',
      '1204 0801 1000',
      '1a07 0880b09dc2df01',
      '220a 0a03637075 12030a0130',
      '220f 0a066d656d6f7279 12050a03314b69',
      '220b 0a0473776170 12030a0130',
    ];
    assert.equal(Buffer.from(out.finish()).toString('hex'), expected.join('').replaceAll(' ', ''));
  });
});

/** What the recorded JSON looks like, and the decoded protobuf after `asJson`. */
interface RecordedItem {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly creationTimestamp: string;
    readonly labels?: Record<string, string>;
  };
  readonly timestamp: string;
  readonly window: string;
  readonly usage?: RecordedUsage;
  readonly containers?: readonly { readonly name: string; readonly usage: RecordedUsage }[];
}

interface RecordedUsage {
  readonly cpu: string;
  readonly memory: string;
}

/** A resource over a cluster that used exactly what was recorded, at the moment of the recording. */
function recordedResource(items: readonly RecordedItem[], index: number): Resource<unknown> {
  const cluster = new PretendCluster();
  for (const item of items) {
    const { name, namespace, labels = {} } = item.metadata;
    const usage = (amounts: RecordedUsage): Usage => measured(amounts, item);
    if (item.usage !== undefined) cluster.addNode(name, labels, usage(item.usage));
    const containers = item.containers?.map((container) => ({ name: container.name, usage: usage(container.usage) }));
    cluster.addPod(`${namespace}/${name}`, labels, containers);
  }
  return resourcesOf(cluster, Date.parse(items[0]!.metadata.creationTimestamp))[index]!;
}

function measured({ cpu, memory }: RecordedUsage, { timestamp, window }: RecordedItem): Usage {
  const duration = parseDuration(window);
  assert.ok(duration.kind === 'duration');
  const amounts = { cpu: amountOf(cpu) * 1e9, memory: amountOf(memory) };
  return usageOf({ ...amounts, cpu: Math.round(amounts.cpu) }, Date.parse(timestamp), duration.ns / 1e6);
}

function amountOf(text: string): number {
  const result = parseQuantity(text);
  assert.ok(result.kind === 'quantity');
  return Number(result.quantity.nanos) / 1e9;
}

function resourcesOf(cluster: PretendCluster, now: number): readonly [Resource<unknown>, Resource<unknown>] {
  const [nodes, pods] = metricsApi(partsOf(cluster, now), ['v1beta1'])[0]?.resources ?? [];
  assert.ok(nodes !== undefined && pods !== undefined);
  return [nodes, pods];
}

function partsOf(cluster: PretendCluster, now: number) {
  return { ...cluster.parts, clock: new WoundClock(now), registry: new Registry() };
}

const recorded = (file: string): Buffer => readFileSync(join(import.meta.dirname, 'testdata', file));

const recordedJson = (file: string) => JSON.parse(recorded(file).toString());

const schema = protobuf.parse(`
  syntax = "proto2";
  message TypeMeta { optional string apiVersion = 1; optional string kind = 2; }
  message Unknown { optional TypeMeta typeMeta = 1; optional bytes raw = 2; optional string contentEncoding = 3; optional string contentType = 4; }
  message Time { optional int64 seconds = 1; optional int32 nanos = 2; }
  message Duration { optional int64 duration = 1; }
  message Quantity { optional string string = 1; }
  message ListMeta { optional string selfLink = 1; optional string resourceVersion = 2; optional string continue = 3; }
  message ObjectMeta { optional string name = 1; optional string namespace = 3; optional Time creationTimestamp = 8; map<string, string> labels = 11; }
  message NodeMetrics { optional ObjectMeta metadata = 1; optional Time timestamp = 2; optional Duration window = 3; map<string, Quantity> usage = 4; }
  message NodeMetricsList { optional ListMeta metadata = 1; repeated NodeMetrics items = 2; }
  message ContainerMetrics { optional string name = 1; map<string, Quantity> usage = 2; }
  message PodMetrics { optional ObjectMeta metadata = 1; optional Time timestamp = 2; optional Duration window = 3; repeated ContainerMetrics containers = 4; }
  message PodMetricsList { optional ListMeta metadata = 1; repeated PodMetrics items = 2; }
`).root;

function decoded(message: string, bytes: Uint8Array) {
  const type = schema.lookupType(message);
  return type.toObject(type.decode(bytes), { longs: Number });
}

/** A decoded message with times, windows and amounts as JSON has them. */
function asJson(item: ReturnType<typeof decoded>): RecordedItem {
  const time = ({ seconds }: { seconds: number }): string => new Date(seconds * 1000).toISOString();
  const usage = (amounts: Record<string, { string: string }>): RecordedUsage => ({
    cpu: amounts['cpu']!.string,
    memory: amounts['memory']!.string,
  });
  return {
    metadata: { ...item['metadata'], creationTimestamp: time(item['metadata'].creationTimestamp) },
    timestamp: time(item['timestamp']),
    window: `${item['window'].duration}ns`,
    ...(item['usage'] && { usage: usage(item['usage']) }),
    containers: item['containers']?.map((container: { name: string; usage: never }) => ({
      name: container.name,
      usage: usage(container.usage),
    })),
  };
}
