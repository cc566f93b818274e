/**
 * The whole server and a pretend cluster over thousands of periods, in time that is wound: pods are replaced, kubelets
 * and the kube-apiserver restart, nodes come and go, clients ask. Afterwards nothing may be larger than it was.
 *
 *   make soak                      5,000 periods
 *   make soak SOAK_PERIODS=500     a look
 */
import { plainCluster, plainNode } from '../../../../pkg/simulator/shape/plain-cluster.ts';
import { RunningSystem } from '../running-system.ts';
import { levelOf, type Series } from './level.ts';

const periods = Number(process.env['SOAK_PERIODS'] ?? 5_000);
const periodMs = 15_000;
const readings = 40;
const size = { nodes: 4, podsPerNode: 10, containersPerPod: 2, seed: 11 };
const churn = { fraction: 0.05, perMs: periodMs };

/** What is read, and by how much it may differ for no reason: how much garbage there is, what is under way. */
const figures = {
  rss: { name: 'RSS', unit: 'MB', slack: 30 },
  heap: { name: 'heap after a collection', unit: 'MB', slack: 3 },
  buffers: { name: 'buffers', unit: 'MB', slack: 2 },
  timers: { name: 'timers of the clock', unit: '', slack: 12 },
  sockets: { name: 'sockets', unit: '', slack: 8 },
  handles: { name: 'everything else that Node.js keeps open', unit: '', slack: 8 },
  series: { name: 'lines of /metrics', unit: '', slack: 60 },
} as const;

type Figure = keyof typeof figures;

await using system = await RunningSystem.start({
  shape: plainCluster(size),
  simulator: { churn, historyLimit: 500 },
  // Still below every deadline; thousands of periods would take all day otherwise.
  stepMs: 1_000,
});
const read: Record<Figure, number[]> = {
  rss: [],
  heap: [],
  buffers: [],
  timers: [],
  sockets: [],
  handles: [],
  series: [],
};
const admin = { certificate: system.simulator.certificates.admin };
const startedAt = performance.now();

for (let period = 1; period <= periods; period++) {
  await livePeriod(period);
  // A log that keeps all its lines is a test's; here it would be the one thing that grows.
  system.log.lines.length = 0;
  if (period % Math.floor(periods / readings) === 0) await takeReadings(period);
}
const verdicts = (Object.keys(figures) as Figure[]).map((figure) =>
  verdictOn({ ...figures[figure], values: read[figure] }),
);
for (const { line } of verdicts) console.log(line);
const growing = verdicts.filter(({ grows }) => grows).length;
console.log(growing === 0 ? `Nothing grew in ${periods} periods.` : `${growing} of these grew.`);
process.exitCode = growing === 0 ? 0 : 1;

/** One period with what happens in it. What goes wrong is over before anything is read. */
async function livePeriod(period: number): Promise<void> {
  const { kubelets, apiServer } = system.simulator;
  const node = `node-0000${period % size.nodes}`;
  if (period % 20 === 7) await system.fault(node, { kind: 'refuse' });
  if (period % 20 === 8) await system.fault(`node-0000${(period - 1) % size.nodes}`, undefined);
  if (period % 100 === 30) await apiServer.down();
  if (period % 100 === 32) await apiServer.up();
  if (period % 50 === 10) await system.simulator.addNode(plainNode(size, size.nodes + period));
  if (period % 50 === 14) await kubelets.removeNode(plainNode(size, size.nodes + period - 4).name);
  await system.wind(periodMs);
  for (const resource of ['nodes', 'pods'] as const) await system.items(resource);
  // Why it is not there is asked of the kube-apiserver, which may be down.
  await system.meanwhile(system.ask(`/apis/metrics.k8s.io/v1beta1/namespaces/nowhere/pods/p-${period}`, admin));
}

async function takeReadings(period: number): Promise<void> {
  const { text } = await system.ask('/metrics', admin);
  for (let turn = 0; turn < 3; turn++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const open = process.getActiveResourcesInfo();
  const sockets = open.filter((kind) => /TCP|TLS/.test(kind)).length;
  read.rss.push(rss / 1e6);
  read.heap.push(heapUsed / 1e6);
  read.buffers.push(arrayBuffers / 1e6);
  read.timers.push(system.clock.waiting);
  read.sockets.push(sockets);
  read.handles.push(open.length - sockets);
  read.series.push(text.split('\n').length);
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0);
  const [heapMb, buffersMb] = [heapUsed, arrayBuffers].map((bytes) => (bytes / 1e6).toFixed(1));
  console.error(`${period} of ${periods} periods in ${seconds} s: ${heapMb} MB of heap, ${buffersMb} MB of buffers`);
}

function verdictOn(series: Series): { readonly line: string; readonly grows: boolean } {
  const { early, late, grows } = levelOf(series);
  const figure = (value: number): string =>
    `${value.toFixed(series.unit === '' ? 0 : 1)} ${series.unit}`.trim().padStart(9);
  const name = series.name.padEnd(42);
  return { line: `${name}${figure(early)} then ${figure(late)}  ${grows ? 'GROWS' : 'level'}`, grows };
}
