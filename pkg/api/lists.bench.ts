/**
 * What a list of all pods costs in each form, when its first byte is there, and for how long it holds others up; and what a
 * label select among half of them costs. Run with `make bench-parts`; `PODS=150000` for the largest cluster.
 */

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

import type { MediaType } from '../apiserver/negotiate.ts';
import { listAnswer } from '../apiserver/render.ts';
import type { ListQuery } from '../apiserver/resource.ts';
import { PodNamespace } from '../kube/catalog/pod-namespace.ts';
import { systemClock } from '../lifecycle/clock.ts';
import { bestOf } from '../lifecycle/testing/best-of.ts';
import type { PodRecord } from '../model/cluster.ts';
import { parseLabelSelector } from '../model/label-selector.ts';
import type { PodUsage } from '../model/sample.ts';
import { as } from '../model/units.ts';
import { Registry } from '../telemetry/exposition.ts';
import { metricsApi } from './group.ts';

const pods = Number(process.env['PODS'] ?? 30_000);
const namespaces = ['big', 'small-1', 'small-2'];
const never = new AbortController().signal;
/** When the first chunk of the last list was there, by `performance.now`. */
let firstChunkAt = 0;

const records = new Map(namespaces.map((namespace) => [namespace, recordsOf(namespace)]));
const usages = new Map([...records.values()].flat().map((record, at) => [record, usageOf(record, at)] as const));
const byName = new Map([...records.values()].flat().map((record) => [`${record.namespace}/${record.name}`, record]));
const unexplained = { kind: 'unknown', text: 'nobody asks' } as const;

const [api] = metricsApi(
  {
    usage: {
      nodeUsage: () => undefined,
      podUsage: ({ namespace, name }) => usages.get(byName.get(`${namespace}/${name}`) as PodRecord),
    },
    nodes: { get: () => undefined, list: () => [] },
    pods: {
      get: (namespace, name) => byName.get(`${namespace}/${name}`),
      list: (namespace) => (namespace === undefined ? [...records.values()].flat() : (records.get(namespace) ?? [])),
    },
    clock: systemClock,
    registry: new Registry(),
    absences: { ofNode: () => unexplained, ofPod: async () => undefined, ofRunningPod: () => unexplained },
  },
  ['v1beta1'],
);

const table = { kind: 'Table', group: 'meta.k8s.io', version: 'v1' };
for (const [name, media] of [
  ['JSON', { encoding: 'json', pretty: false }],
  ['protobuf', { encoding: 'protobuf', pretty: false }],
  ['a Table', { encoding: 'json', pretty: false, as: table }],
] as const) {
  const took = await bestOf(1, () => drawn({}, media));
  const { firstChunkMs, blockedMs } = await beside(() => drawn({}, media));
  const others = `first chunk after ${firstChunkMs.toFixed(1)} ms, others held up for ${blockedMs.toFixed(1)} ms at most`;
  console.log(`${pods} pods as ${name}: ${took.toFixed(1)} ms, ${others}`);
}
const selector = parseLabelSelector('app=app-7');
if (selector.kind !== 'selector') throw new Error('the selector is no good');
const query = { namespace: 'big', labels: selector.selector };
const select = await bestOf(5, () => drawn(query, { encoding: 'json', pretty: false }));
console.log(`a select of 10 among ${records.get('big')?.length} pods: ${select.toFixed(3)} ms`);

const churning = new PodNamespace('big');
for (const record of records.get('big') ?? []) churning.put(record);
const churned = await bestOf(1_000, (turn) => {
  // One pod goes and one comes between two selects: more than a server of 1,000 nodes sees at 100 selects a second.
  const gone = records.get('big')?.[turn]?.name ?? '';
  const before = churning.get(gone);
  churning.remove(gone);
  churning.put({ namespace: 'big', name: `new-${turn}`, labels: before?.labels ?? { app: 'app-8' } });
  let matched = 0;
  for (const _ of churning.sorted(selector.selector)) matched++;
  return matched;
});
console.log(`the same among pods that come and go, in the catalog alone: ${churned.toFixed(3)} ms`);

/** What happens while a list is drawn, once what was there before is over. */
async function beside(work: () => Promise<unknown>): Promise<{ firstChunkMs: number; blockedMs: number }> {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  await sleep(50);
  delays.enable();
  const since = performance.now();
  await work();
  await sleep(10);
  delays.disable();
  return { firstChunkMs: firstChunkAt - since, blockedMs: delays.max / 1e6 - 1 };
}

async function drawn(query: ListQuery, media: MediaType): Promise<number> {
  const resource = api?.resources.find(({ name }) => name === 'pods');
  if (api === undefined || resource === undefined) throw new Error('there is no such resource');
  const { body } = await listAnswer(resource.list(query), { api, resource, media, rowObject: 'Metadata' }, never);
  if (typeof body === 'string' || body instanceof Uint8Array) return body.length;
  let length = 0;
  for await (const chunk of body) {
    if (length === 0) firstChunkAt = performance.now();
    length += chunk.length;
    // As when it is sent.
    await nextTurn();
  }
  return length;
}

/** Half of all pods live in the first namespace; ten share their labels. */
function recordsOf(namespace: string): PodRecord[] {
  const count = namespace === 'big' ? pods / 2 : pods / 4;
  let labels = {};
  return Array.from({ length: count }, (_, at) => {
    const set = Math.floor(at / 10);
    if (at % 10 === 0) labels = { app: `app-${set}`, 'pod-template-hash': (set * 2_654_435_761).toString(16) };
    return { namespace, name: `app-${set}-5d8f6b7c9d-${at.toString(36).padStart(5, '0')}`, labels };
  });
}

function usageOf({ namespace, name }: PodRecord, at: number): PodUsage {
  const sampledAt = as<PodUsage['sampledAt']>(Date.UTC(2026, 10, 21, 12) + (at % 15_000));
  const windowNs = 15e9 + (at % 1000) * 1e6;
  const usage = { sampledAt, windowNs, cpu: 12_345_678 + at * 97, memory: (2_000 + at) * 4096 };
  const containers = ['app', 'sidecar-1'].map((container) => ({ name: container, usage }));
  return { namespace, name, sampledAt, windowNs, containers } as PodUsage;
}
