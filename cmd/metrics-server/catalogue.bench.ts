import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { usualHeapster } from '../../pkg/heapster/testing/usual-heapster.ts';
import { WoundClock } from '../../pkg/lifecycle/wound-clock.ts';
import type { PodFacts } from '../../pkg/model/pod-facts.ts';
import { as, type MonotonicMs } from '../../pkg/model/units.ts';
import { summaryQuestion } from '../../pkg/scraper/collect/summary-question.ts';
import { Registry } from '../../pkg/telemetry/exposition.ts';

/**
 * Run with `node --expose-gc cmd/metrics-server/catalogue.bench.ts`. Every node answers with a recorded summary made larger: 30
 * pods of 2 containers with pressure, swap, file systems and volumes, as a kubelet 1.36 prints it, its figures moving as in
 * a busy cluster. What making the answers costs is not counted.
 */
const podsPerNode = 30;
const mebibyte = 2 ** 20;
const question = summaryQuestion();

/** Whether anybody waits for CPU, memory and disks: where nobody does, all of it is zero. */
type Pressure = 'idle' | 'busy';

/** Of every answer; read once. */
let parts: ReturnType<typeof template> | undefined;

measureAnswer('idle');
measureAnswer('busy');
if (!process.argv.includes('--answer')) await measureHistory({ nodes: 1_000, minutes: 16, budgetMiB: 256 });
// A tenth of the cluster with a tenth of the budget forgets as the whole one does, in a tenth of the time.
if (!process.argv.includes('--answer')) await measureHistory({ nodes: 20, minutes: 25 * 60, budgetMiB: 256 / 50 });

/** CPU of one answer: reading it, and all that becomes of it. */
function measureAnswer(pressure: Pressure): void {
  const { heapster } = catalogueOf(1, 2 ** 30);
  const bodies = Array.from({ length: 40 }, (_, round) => bodyOf(0, round, pressure));
  const [laps, warm] = [80, 40];
  let beat = as<MonotonicMs>(0);
  const readAndTake = (body: Buffer): void => {
    const read = question.decode(body);
    beat = as<MonotonicMs>(beat + 60_000);
    if (read.kind === 'answer') heapster.take({ node: 'node-0', uid: 'u', beat, askedAt: beat, answer: read.answer });
  };
  const reading: number[] = [];
  const all: number[] = [];
  for (let lap = 0; lap < laps; lap++) {
    reading.push(cpuOf(bodies, (body) => void question.decode(body)));
    all.push(cpuOf(bodies, readAndTake));
  }
  const [readMs, allMs] = [median(reading.slice(warm)), median(all.slice(warm))];
  const size = `${((bodies[0]?.length ?? 0) / 1024).toFixed(0)} KiB`;
  console.log(
    `Summary per node and period: ${allMs.toFixed(2)} ms of CPU = ${readMs.toFixed(2)} to read ${size} + ` +
      `${(allMs - readMs).toFixed(2)} for what becomes of it (pressure: ${pressure})`,
  );
}

/** Of each body. In batches, because asking for the CPU time costs as much as a tenth of an answer. */
function cpuOf(bodies: readonly Buffer[], work: (body: Buffer) => void): number {
  const began = cpuMs();
  for (const body of bodies) work(body);
  return (cpuMs() - began) / bodies.length;
}

function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[figures.length >> 1] ?? Number.NaN;
}

interface Shape {
  readonly nodes: number;
  readonly minutes: number;
  readonly budgetMiB: number;
}

/** Bytes of history, by its own measure and by the engine's. */
async function measureHistory({ nodes, minutes, budgetMiB }: Shape): Promise<void> {
  globalThis.gc?.();
  const before = usedBytes();
  const { heapster, registry, clock } = catalogueOf(nodes, budgetMiB * mebibyte);
  for (let minute = 0; minute < minutes; minute++) {
    const beat = clock.monotonic();
    for (let node = 0; node < nodes; node++) {
      const read = question.decode(bodyOf(node, minute));
      if (read.kind !== 'answer') throw new Error(read.message);
      heapster.take({ node: `node-${node}`, uid: 'u', beat, askedAt: beat, answer: read.answer });
    }
    heapster.endRound(beat);
    await clock.wind(60_000);
  }
  globalThis.gc?.();
  const used = usedBytes() - before;
  const text = [...registry.chunks()].join('');
  const figure = (name: string, part: string): number =>
    Number(new RegExp(`${name}\\{part="${part}"\\} (\\S+)`).exec(text)?.[1]);
  const parts = ['present', 'short', 'long'].map(
    (part) => `${part} ${(figure('tacho_history_bytes', part) / mebibyte).toFixed(1)} MiB`,
  );
  const reach = ['short', 'long'].map(
    (part) => `${part} ${(figure('tacho_history_reach_seconds', part) / 3_600).toFixed(2)} h`,
  );
  console.log(
    `${nodes} nodes x ${podsPerNode} x 2 after ${minutes} min, budget ${budgetMiB} MiB: ${parts.join(', ')}; ` +
      `${(used / mebibyte).toFixed(0)} MiB of memory in all; reaches back ${reach.join(', ')}`,
  );
}

function catalogueOf(nodes: number, budgetBytes: number) {
  const clock = new WoundClock();
  const registry = new Registry();
  const pods = new Map(Array.from({ length: nodes }, (_, node) => [`node-${node}`, factsOf(node)]));
  const heapster = usualHeapster({ facts: { podsOn: (node) => pods.get(node) ?? [] }, budgetBytes, clock, registry });
  return { heapster, registry, clock };
}

function factsOf(node: number): readonly PodFacts[] {
  const amounts = { cpu: 100, memory: 128 * mebibyte };
  const containers = ['app', 'sidecar'].map((name) => {
    return { name, kind: 'app', image: 'registry.example/app:1', requests: amounts, limits: amounts } as const;
  });
  const shape = { containers, requests: amounts, limits: amounts };
  return Array.from({ length: podsPerNode }, (_, pod) => {
    const name = podName(node, pod);
    return { namespace: `team-${pod % 20}`, name, uid: name, node: `node-${node}`, labels: {}, shape };
  });
}

function podName(node: number, pod: number): string {
  return `app-${pod}-5d8c9f7b5d-${node.toString(36).padStart(5, 'x')}`;
}

type JsonObject = { [key: string]: unknown };

/** The recorded node with one recorded pod of two containers. */
function template(): { readonly node: JsonObject; readonly pod: JsonObject & { containers: JsonObject[] } } {
  const file = join(import.meta.dirname, '../../pkg/scraper/summary/testdata/v1.36-steady.json');
  const { node, pods } = JSON.parse(readFileSync(file, 'utf8')) as {
    node: JsonObject;
    pods: (JsonObject & { containers?: JsonObject[] })[];
  };
  const pod = pods.find(({ containers }) => containers?.length === 2);
  if (pod?.containers === undefined) throw new Error('the recording has a pod of two containers');
  return { node, pod: { ...pod, containers: pod.containers } };
}

/** What a node answers in a round. */
function bodyOf(node: number, round: number, pressure: Pressure = 'idle'): Buffer {
  const { node: own, pod } = (parts ??= template());
  const random = dice(node * 7_919 + round * 104_729 + 1);
  const at = new Date(Date.UTC(2026, 10, 21, 12) + round * 60_000).toISOString().replace('.000', '');
  const startTime = '2026-11-20T10:00:00Z';
  const now = (index: number): Moment => ({ at, round, index, random, pressure });
  const pods = Array.from({ length: podsPerNode }, (_, index) => {
    const containers = pod.containers.map((container, which) => {
      return { ...moved(container, now(index + which)), name: which === 0 ? 'app' : 'sidecar', startTime };
    });
    const podRef = { name: podName(node, index), namespace: `team-${index % 20}`, uid: podName(node, index) };
    return { ...moved(pod, now(index)), podRef, startTime, containers: shuffled(containers, random) };
  });
  const machine = { ...moved(own, now(100)), nodeName: `node-${node}`, startTime };
  return Buffer.from(JSON.stringify({ node: machine, pods: shuffled(pods, random) }, null, 1));
}

/** Kubelets put pods and containers in another order each time. */
function shuffled<Entry>(entries: readonly Entry[], random: () => number): readonly Entry[] {
  const drawn = entries.map((entry) => ({ entry, at: random() }));
  return drawn.sort((a, b) => a.at - b.at).map(({ entry }) => entry);
}

interface Moment {
  readonly at: string;
  readonly round: number;
  readonly index: number;
  readonly random: () => number;
  readonly pressure: Pressure;
}

/** The same subject some rounds later: counters grew, memory moved, every second subject received something. */
function moved(subject: JsonObject, { at, round, index, random, pressure }: Moment): JsonObject {
  const used = (1 + (index % 7)) * 12_000_000 * round * 60 + Math.floor(random() * 3e8);
  const memory = 4096 * (10_000 + index * 100 + Math.floor(random() * 400));
  const grown = (counter: number): number => counter * round + Math.floor(random() * counter);
  return {
    ...subject,
    cpu: { ...(subject['cpu'] as object), time: at, usageCoreNanoSeconds: 1e12 + used, ...waited(pressure, random) },
    memory: {
      ...(subject['memory'] as object),
      ...{ time: at, usageBytes: memory + 4_096_000, workingSetBytes: memory, rssBytes: memory - 8192 },
      pageFaults: 10_000 + grown(200),
      ...waited(pressure, random),
    },
    io: { ...(subject['io'] as object), ...waited(pressure, random) },
    ...('network' in subject && {
      network: {
        ...(subject['network'] as object),
        time: at,
        rxBytes: grown(50_000 * (index % 2)),
        txBytes: grown(20_000 * (index % 2)),
      },
    }),
  };
}

/** Pressure that moves; that of the recording is zero. */
function waited(pressure: Pressure, random: () => number): JsonObject {
  if (pressure === 'idle') return {};
  const percent = (): number => Math.floor(random() * 10_000) / 100;
  const line = () => ({ total: Math.floor(random() * 1e9), avg10: percent(), avg60: percent(), avg300: percent() });
  return { psi: { full: line(), some: line() } };
}

function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function usedBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
