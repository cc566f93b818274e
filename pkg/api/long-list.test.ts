import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listMetadataFields, objectFields, protobufBody } from '../apiserver/encode/protobuf/protobuf.ts';
import { protobufList } from '../apiserver/encode/protobuf/protobuf-list.ts';
import { as, type EpochMs } from '../model/units.ts';
import { Registry } from '../telemetry/exposition.ts';
import { metricsApi } from './group.ts';
import { PretendCluster, usageOf } from './pretend-cluster.ts';

const now = 1_790_000_000_000;
const type = { kind: 'L', apiVersion: 'v1' };

test('a long list in protobuf holds the bytes of each object as if it stood alone', async () => {
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
    let count = 0;
    const whole = protobufBody(type, (out) => {
      out.message(1, listMetadataFields);
      for (const object of list({})) {
        count++;
        if (object !== undefined) out.message(2, (item) => objectFields(object, wire, item));
      }
    });
    const body = await protobufList(type, list({}), wire, new AbortController().signal);
    assert.ok(!(body instanceof Uint8Array));
    assert.ok(Buffer.concat(await Array.fromAsync(body)).equals(whole), name);
    assert.ok(count > 300, `${count} ${name}`);
  }
});
