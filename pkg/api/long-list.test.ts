import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectFields, objectSize } from '../apiserver/encode/protobuf/protobuf.ts';
import { ProtobufWriter } from '../apiserver/encode/protobuf/protobuf-writer.ts';
import { as, type EpochMs } from '../model/units.ts';
import { Registry } from '../telemetry/exposition.ts';
import { metricsApi } from './group.ts';
import { PretendCluster, usageOf } from './pretend-cluster.ts';

const now = 1_790_000_000_000;

test('every object takes as many bytes in protobuf as was reckoned before it was written', () => {
  const cluster = new PretendCluster();
  for (let at = 0; at < 400; at++) {
    const swap = at % 3 === 0 ? { swap: at * 4096 } : {};
    const usage = usageOf({ cpu: 7 ** (at % 18), memory: 4096 * 3 ** (at % 20), ...swap }, 1_000 * at, 15_000 + at);
    const containers = Array.from({ length: at % 5 }, (_, number) => ({ name: 'c'.repeat(1 + number * 40), usage }));
    const labels = Object.fromEntries(Array.from({ length: at % 7 }, (_, label) => [`label-${label}`, 'v'.repeat(at)]));
    const name = `${at % 10 === 0 ? 'größer' : 'pod'}-${'x'.repeat(at)}`;
    cluster.addPod(`ns-${at % 4}/${name}`, labels, containers);
    cluster.addNode(name, labels, usage);
  }
  const api = metricsApi({ ...cluster.parts, clock: { now: () => as<EpochMs>(now) }, registry: new Registry() }, [
    'v1',
  ]);
  for (const { name, wire, list } of api[0]?.resources ?? []) {
    const size = objectSize(wire);
    const out = new ProtobufWriter();
    let count = 0;
    for (const object of list({})) {
      out.reset();
      objectFields(object, wire, out);
      assert.equal(size?.(object), out.length, `${name} ${++count}`);
    }
    assert.ok(count > 300, `${count} ${name}`);
  }
});
