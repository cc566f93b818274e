import type { KubeletFault } from '../../../pkg/simulator/kubelets/faults.ts';
import type { ClusterShape } from '../../../pkg/simulator/shape/cluster-shape.ts';
import { plainNode } from '../../../pkg/simulator/shape/plain-cluster.ts';
import { type Figure, figureCount, servedFigures } from './figures.ts';
import type { RunningSystem } from './running-system.ts';

/** One scrape period. */
export const periodMs = 15_000;

/** Between two samples of a kubelet. */
export const sampleMs = 10_000;

const hourMs = 3_600_000;

/** Faults by which nothing can be learnt of a node, and what the log then says of it. */
export const silencing: Readonly<Record<string, readonly [fault: KubeletFault, says: RegExp]>> = {
  hang: [{ kind: 'hang' }, /did not answer within 10 s/],
  refuse: [{ kind: 'refuse' }, /nothing listens at its address and port/],
  reset: [{ kind: 'reset' }, /closed the connection before it had answered/],
  'status-401': [{ kind: 'status', status: 401 }, /does not accept our credentials/],
  'status-403': [{ kind: 'status', status: 403 }, /our user needs the verb get on nodes\/metrics/],
  'status-404': [{ kind: 'status', status: 404 }, /no resource metrics at this path/],
  'status-429': [{ kind: 'status', status: 429 }, /answered 429/],
  'status-500': [{ kind: 'status', status: 500 }, /answered 500/],
  'status-503': [{ kind: 'status', status: 503 }, /answered 503/],
  garbage: [{ kind: 'garbage' }, /lines could not be read/],
  'truncated-abrupt': [{ kind: 'truncated', abrupt: true }, /closed the connection before it had answered/],
  slow: [{ kind: 'slow', bytesPerSecond: 20 }, /did not answer within 10 s/],
  html: [{ kind: 'html' }, /content type is text\/html/],
  empty: [{ kind: 'empty' }, /had measured nothing yet/],
  'gzip-bomb': [{ kind: 'gzip-bomb' }, /larger than 16 MiB/],
  endless: [{ kind: 'endless' }, /larger than 16 MiB/],
  'utf-16': [{ kind: 'utf-16' }, /measured nothing.*lines could not be read/],
  mislabelled: [{ kind: 'mislabelled' }, /could not be read: gzip: incorrect header check/],
  'no-summary-either': [
    { kind: 'no-resource-metrics', summary: 'forbidden' },
    /404 Not Found, it has no resource metrics.*its \/stats\/summary.*403 Forbidden.*nodes\/stats/,
  ],
  redirect: [{ kind: 'redirect' }, /answered 302, a redirect, which is not followed/],
  'certificate-self-signed': [{ kind: 'certificate', make: 'self-signed' }, /not signed by an authority we trust/],
  'certificate-unknown-ca': [{ kind: 'certificate', make: 'unknown-ca' }, /not signed by an authority we trust/],
  'certificate-other-name': [{ kind: 'certificate', make: 'other-name' }, /made out to somebody else/],
  'certificate-no-name': [{ kind: 'certificate', make: 'no-name' }, /no SAN/],
  'certificate-expired': [{ kind: 'certificate', make: 'expired' }, /has expired/],
  'certificate-not-yet-valid': [{ kind: 'certificate', make: 'not-yet-valid' }, /not valid yet/],
};

/** Faults that cost nothing: the node is as good as a healthy one. */
export const harmless: Readonly<Record<string, KubeletFault>> = {
  'bad-lines': { kind: 'bad-lines' },
  'long-line': { kind: 'long-line' },
  duplicates: { kind: 'duplicates' },
  'other-labels': { kind: 'other-labels' },
  'http-1.0': { kind: 'http-1.0' },
  'certificate-name-only': { kind: 'certificate', make: 'name-only' },
  'certificate-new-key': { kind: 'certificate', make: 'new-key' },
};

/** Faults by which something can be learnt, or by which what was learnt before stays true. */
const confusing: Readonly<Record<string, KubeletFault>> = {
  truncated: { kind: 'truncated' },
  'skew-ahead': { kind: 'skew', byMs: hourMs },
  'skew-behind': { kind: 'skew', byMs: -hourMs },
  frozen: { kind: 'frozen' },
  'missing-containers': { kind: 'missing-containers' },
  'no-timestamps': { kind: 'no-timestamps' },
  'no-resource-metrics': { kind: 'no-resource-metrics', summary: 'served' },
};

/** Every fault there is, by the name of the node that has it. */
export const faults: ReadonlyMap<string, KubeletFault> = new Map([
  ...Object.entries(silencing).map(([node, [fault]]): [string, KubeletFault] => [node, fault]),
  ...Object.entries(harmless),
  ...Object.entries(confusing),
]);

/** Nodes without any. */
export const healthy = ['healthy-1', 'healthy-2', 'healthy-3'];

/** One node for each fault and each healthy one: two pods of two containers on each. */
export const shape: ClusterShape = clusterOf([...faults.keys(), ...healthy]);

/** Figures of one node: its own, and those of four containers. */
export const figuresPerNode = 5;

/** What was served at one moment. */
export interface Snapshot {
  /** Milliseconds since the phase began. */
  readonly sinceMs: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly figures: readonly Figure[];
  readonly health: readonly number[];
}

/** The phases of the story. */
export const phases = ['from the start', 'healed from the start', 'in steady state', 'healed'] as const;

/** What was served in each phase. */
export type Story = Readonly<Record<(typeof phases)[number], readonly Snapshot[]>> & {
  /** How long the healthy took to be complete, while all others were ill. */
  readonly tookMs: number;
  /** Seconds by which the clocks of nodes were ahead, as they were exported while they were wrong. */
  readonly skews: ReadonlyMap<string, string>;
};

/**
 * Kubelets are ill in every way at once when the server starts, are healed, live in health for a while, fall ill again,
 * and are healed for good.
 */
export async function tellStory(system: RunningSystem): Promise<Story> {
  const figuresOf = async (nodes: readonly string[]) =>
    (await servedFigures(system, shape)).filter(({ node }) => nodes.includes(node)).length;
  const isServed = async () => (await figuresOf(healthy)) === healthy.length * figuresPerNode;
  const tookMs = await system.until('healthy nodes have metrics', isServed);
  const start = await snapshots(system, 4 * periodMs);
  for (const node of faults.keys()) await system.fault(node, undefined);
  const recovered = await snapshots(system, 3 * periodMs);
  const isComplete = async () => (await servedFigures(system, shape)).length === figureCount(shape);
  await system.until('everything has metrics', isComplete);
  await system.wind(2 * periodMs);
  for (const [node, fault] of faults) await system.fault(node, fault);
  const steady = await snapshots(system, 6 * periodMs);
  const skews = await exportedSkews(system);
  for (const node of faults.keys()) await system.fault(node, undefined);
  const healed = await snapshots(system, 5 * periodMs);
  return {
    tookMs,
    skews,
    'from the start': start,
    'healed from the start': recovered,
    'in steady state': steady,
    healed,
  };
}

async function exportedSkews(system: RunningSystem): Promise<ReadonlyMap<string, string>> {
  const { text } = await system.ask('/metrics', { certificate: system.simulator.certificates.admin });
  const lines = text.matchAll(/^tacho_node_clock_skew_seconds\{node="(.*)"\} (.*)$/gm);
  return new Map([...lines].map(([, node = '', seconds = '']) => [node, seconds]));
}

async function snapshots(system: RunningSystem, durationMs: number): Promise<readonly Snapshot[]> {
  const stepMs = periodMs / 3;
  const taken: Snapshot[] = [];
  for (let sinceMs = stepMs; sinceMs <= durationMs; sinceMs += stepMs) {
    await system.wind(stepMs);
    const health = [(await system.ask('/livez')).status, (await system.ask('/readyz')).status];
    taken.push({ sinceMs, at: system.clock.now(), figures: await servedFigures(system, shape), health });
  }
  return taken;
}

function clusterOf(names: readonly string[]): ClusterShape {
  const housekeeping = { minMs: sampleMs, maxMs: sampleMs };
  const size = { nodes: names.length, podsPerNode: 2, containersPerPod: 2, seed: 5, housekeeping };
  return { seed: size.seed, nodes: names.map((name, index) => ({ ...plainNode(size, index), name })) };
}
