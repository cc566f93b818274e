import { setTimeout as sleep } from 'node:timers/promises';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ContainerLayout, NodeBatch } from '../model/batch.ts';
import { as, type MonotonicMs } from '../model/units.ts';
import { silentLogger } from '../telemetry/logger.ts';
import { Storage } from './storage.ts';

/** Run with `node pkg/storage/storage.bench.ts`. Names of pods are made anew per node, as kubelets' answers bring them. */
const shapes = [
  { name: 'warming up', nodes: 200, pods: 30, containers: 2 },
  { name: '3 nodes, 10 pods each', nodes: 3, pods: 10, containers: 2 },
  { name: '100 nodes, 30 pods each', nodes: 100, pods: 30, containers: 2 },
  { name: '1000 nodes, 110 pods each', nodes: 1_000, pods: 110, containers: 1 },
  { name: '5000 nodes, 30 pods each', nodes: 5_000, pods: 30, containers: 2 },
];
const rounds = 24;
const periodMs = 15_000;

type Shape = (typeof shapes)[number];

const collectGarbage = garbageCollector();

for (const shape of shapes) console.log(`${shape.name}: ${await measure(shape)}`);

async function measure(shape: Shape): Promise<string> {
  let elapsedMs = 0;
  const clock = { monotonic: (): MonotonicMs => as(elapsedMs) };
  const layouts = Array.from({ length: shape.nodes }, (_, node) => layoutOf(shape, node));
  const containers = shape.nodes * shape.pods * shape.containers;

  const before = await usedBytes();
  const storage = new Storage({ metricResolutionMs: periodMs, windowMs: 19 * periodMs, clock, log: silentLogger });
  let storeMs = 0;
  for (let round = 0; round < rounds; round++) {
    elapsedMs += periodMs;
    const batches = layouts.map((layout, node) => batchOf(layout, `node-${node}`, elapsedMs));
    const began = performance.now();
    for (const batch of batches) storage.store(batch);
    if (round >= rounds / 2) storeMs += performance.now() - began;
  }
  const bytes = (await usedBytes()) - before;

  const readMs = timed(() => layouts.forEach((layout) => readPods(storage, layout)));
  const pointsMs = timed(() => storage.points());
  const stores = (rounds / 2) * shape.nodes;
  const pods = shape.nodes * shape.pods;
  return [
    `${((storeMs / stores) * 1e3).toFixed(1)} µs a store (${((storeMs / stores / (containers / shape.nodes)) * 1e6).toFixed(0)} ns a container)`,
    `${((readMs / pods) * 1e3).toFixed(2)} µs a pod read`,
    `${pointsMs.toFixed(2)} ms to count points`,
    `${(storage.bytes / containers).toFixed(0)} B a container in arrays`,
    `${(bytes / containers).toFixed(0)} B in all, index included`,
  ].join(', ');
}

function readPods(storage: Storage, { namespaces, pods }: ContainerLayout): void {
  let read = 0;
  for (const [slot, pod] of pods.entries()) {
    if (pods[slot - 1] === pod) continue;
    read += storage.podUsage(namespaces[slot] ?? '', pod)?.containers.length ?? 0;
  }
  if (read !== pods.length) throw new Error(`${read} of ${pods.length} containers read`);
}

function timed(work: () => unknown): number {
  work();
  const began = performance.now();
  work();
  return performance.now() - began;
}

function layoutOf({ pods, containers }: Shape, node: number): ContainerLayout {
  const slots = Array.from({ length: pods * containers }, (_, slot) => ({
    pod: Math.floor(slot / containers),
    container: slot % containers,
  }));
  return {
    namespaces: slots.map(({ pod }) => `namespace-${pod % 10}`),
    pods: slots.map(({ pod }) => ['service', pod, '5d8f6b7c9', node.toString(36).padStart(5, 'x')].join('-')),
    containers: slots.map(({ container }) => (container === 0 ? 'app' : `sidecar-${container}`)),
  };
}

function batchOf(layout: ContainerLayout, node: string, elapsedMs: number): NodeBatch {
  const epochMs = Date.UTC(2026, 10, 21, 12);
  const size = layout.pods.length;
  const sampledAt = epochMs + elapsedMs - 3_000;
  return {
    node,
    nodeSample: { sampledAt: as(sampledAt), cpu: as(elapsedMs * 4e6), memory: as(16 * 2 ** 30) },
    layout,
    sampledAt: new Float64Array(size).fill(sampledAt),
    startedAt: new Float64Array(size).fill((epochMs - 86_400_000) * 1e6),
    cpu: Float64Array.from({ length: size }, (_, slot) => elapsedMs * (slot + 1) * 1e4),
    memory: new Float64Array(size).fill(100 * 2 ** 20),
    swap: new Float64Array(size),
  };
}

/** Bytes in use on V8's heap and beside it, after what is swept in the background is gone. */
async function usedBytes(): Promise<number> {
  for (let turn = 0; turn < 3; turn++) {
    collectGarbage();
    await sleep(100);
  }
  const { used_heap_size: heap, external_memory: beside } = getHeapStatistics();
  return heap + beside;
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
