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
/** Share of the pods that others take the place of, each period. */
const churn = 0.05;

type Shape = (typeof shapes)[number];

const nobody: ContainerLayout = { namespaces: [], pods: [], containers: [] };
const collectGarbage = garbageCollector();

for (const shape of shapes) console.log(`${shape.name}: ${await measure(shape)}`);

async function measure(shape: Shape): Promise<string> {
  let elapsedMs = 0;
  const clock = { monotonic: (): MonotonicMs => as(elapsedMs) };
  const layouts = Array.from({ length: shape.nodes }, (_, node) => layoutOf(podsOf(shape, node)));
  const containers = shape.nodes * shape.pods * shape.containers;
  const storage = new Storage({ metricResolutionMs: periodMs, windowMs: 19 * periodMs, clock, log: silentLogger });
  /** Microseconds of the median store. A batch is stored right after it was made, as in the server. */
  const store = (layoutOn: (node: number) => ContainerLayout): number => {
    const times = new Float64Array(rounds * shape.nodes);
    for (let turn = 0; turn < times.length; turn++) {
      const node = turn % shape.nodes;
      if (node === 0) elapsedMs += periodMs;
      const batch = batchOf(layoutOn(node), `node-${node}`, elapsedMs);
      const began = performance.now();
      storage.store(batch);
      times[turn] = performance.now() - began;
    }
    return (times.sort()[times.length >> 1] ?? 0) * 1e3;
  };

  const before = await usedBytes();
  const plainUs = store((node) => layouts[node] ?? nobody);
  const bytes = (await usedBytes()) - before;
  const listed = listOf(layouts);
  const readMs = timed(() => readPods(storage, listed));
  const pointsMs = timed(() => storage.points());
  const arrays = storage.bytes;
  const machines = Array.from({ length: shape.nodes }, (_, node) => podsOf(shape, node));
  let generation = 0;
  const churnedUs = store((node) => layoutOf(replaceSome(machines[node] ?? [], shape, ++generation)));
  const pods = shape.nodes * shape.pods;
  return [
    `${plainUs.toFixed(1)} µs a store (${((plainUs / shape.pods / shape.containers) * 1e3).toFixed(0)} ns a container)`,
    `${churnedUs.toFixed(1)} µs (${(churnedUs / plainUs).toFixed(2)} times) while ${churn * 100} % of the pods are replaced each period`,
    `${((readMs / pods) * 1e3).toFixed(2)} µs a pod read`,
    `${pointsMs.toFixed(2)} ms to count points`,
    `${(arrays / containers).toFixed(0)} B a container in arrays`,
    `${(bytes / containers).toFixed(0)} B in all, index included`,
  ].join(', ');
}

interface Named {
  readonly namespace: string;
  readonly name: string;
}

/** All pods in the order in which they are listed, under names that came another way. */
function listOf(layouts: readonly ContainerLayout[]): readonly Named[] {
  const pods = layouts.flatMap((layout) =>
    layout.pods.flatMap((name, slot) =>
      layout.containers[slot] === 'app'
        ? [{ namespace: layout.namespaces[slot] ?? '', name: Buffer.from(name).toString('latin1') }]
        : [],
    ),
  );
  return pods.sort((a, b) => order(a.namespace, b.namespace) || order(a.name, b.name));
}

function readPods(storage: Storage, listed: readonly Named[]): void {
  let read = 0;
  for (const pod of listed) if (storage.podUsage(pod) !== undefined) read++;
  if (read !== listed.length) throw new Error(`${read} of ${listed.length} pods read`);
}

function timed(work: () => unknown): number {
  work();
  const began = performance.now();
  work();
  return performance.now() - began;
}

interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly containers: readonly string[];
}

function podsOf(shape: Shape, node: number): Pod[] {
  return Array.from({ length: shape.pods }, (_, pod) => podOf(shape, pod, node.toString(36).padStart(5, 'x')));
}

function podOf({ containers }: Shape, pod: number, suffix: string): Pod {
  return {
    namespace: `namespace-${pod % 10}`,
    name: ['service', pod, '5d8f6b7c9', suffix].join('-'),
    containers: Array.from({ length: containers }, (_, container) =>
      container === 0 ? 'app' : `sidecar-${container}`,
    ),
  };
}

/** One or two of thirty, always others. */
function replaceSome(pods: Pod[], shape: Shape, generation: number): readonly Pod[] {
  const share = pods.length * churn;
  const replaced = Math.floor(share) + (generation % 10 < (share % 1) * 10 ? 1 : 0);
  for (let turn = 0; turn < replaced; turn++) {
    const place = (generation * 7 + turn * 11) % pods.length;
    pods[place] = podOf(shape, place, `g${generation}`);
  }
  return pods;
}

/** In the order of a kubelet: by container, namespace and pod. Names of who stays are the same strings, as a decoder hands them out. */
function layoutOf(pods: readonly Pod[]): ContainerLayout {
  const slots = pods
    .flatMap(({ namespace, name, containers }) => containers.map((container) => ({ namespace, name, container })))
    .sort((a, b) => order(a.container, b.container) || order(a.namespace, b.namespace) || order(a.name, b.name));
  return {
    namespaces: slots.map(({ namespace }) => namespace),
    pods: slots.map(({ name }) => name),
    containers: slots.map(({ container }) => container),
  };
}

function order(a: string, b: string): number {
  return Number(a > b) - Number(a < b);
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
