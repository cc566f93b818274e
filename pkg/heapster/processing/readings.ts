import type { FilesystemSummary, NetworkSummary, PressureLine, SubjectSummary } from '../../model/kubelet-summary.ts';
import { type Columns, columnsOf } from '../rows/columns.ts';

/** Whatever a summary tells of: a node, a pod, a container. */
export interface Subject extends SubjectSummary {
  readonly network?: NetworkSummary | undefined;
  /** Of nodes. */
  readonly filesystem?: FilesystemSummary | undefined;
  readonly processes?: { readonly count: number; readonly limit: number } | undefined;
  /** Of pods. */
  readonly ephemeralStorage?: FilesystemSummary | undefined;
  readonly processCount?: number;
  /** Of containers. */
  readonly rootfs?: FilesystemSummary | undefined;
  readonly logs?: FilesystemSummary | undefined;
}

/** One figure of a subject, in the unit of its metric; undefined or NaN where it is not known. */
type Reading = (subject: Subject) => number | undefined;

const network = (read: (network: NetworkSummary) => number): Reading => {
  return (subject) => (subject.network === undefined ? undefined : read(subject.network));
};

/** Where the figures of the catalogue stand in a summary. What is not here is computed, or comes from elsewhere. */
const readings: Readonly<Record<string, Reading>> = {
  uptime: uptimeOf,
  'cpu/usage': ({ cpu }) => cpu?.usage,
  'memory/usage': ({ memory }) => memory?.usage,
  'memory/working_set': ({ memory }) => memory?.workingSet,
  'memory/rss': ({ memory }) => memory?.rss,
  'memory/available': ({ memory }) => memory?.available,
  'memory/page_faults': ({ memory }) => memory?.pageFaults,
  'memory/major_page_faults': ({ memory }) => memory?.majorPageFaults,
  'memory/swap_usage': ({ swap }) => swap?.usage,
  'memory/swap_available': ({ swap }) => swap?.available,
  'network/rx': network(({ rx }) => rx),
  'network/rx_errors': network(({ rxErrors }) => rxErrors),
  'network/tx': network(({ tx }) => tx),
  'network/tx_errors': network(({ txErrors }) => txErrors),
  'ephemeral_storage/usage': ephemeralUsageOf,
  'process/count': ({ processes, processCount }) => processes?.count ?? processCount,
  'process/limit': ({ processes }) => processes?.limit,
  ...pressureReadings('cpu'),
  ...pressureReadings('memory'),
  ...pressureReadings('io'),
};

/** Figures of a file system, or of a part of one. */
const filesystemFigures: Readonly<Record<string, (filesystem: FilesystemSummary) => number>> = {
  'filesystem/usage': ({ used }) => used,
  'filesystem/limit': ({ capacity }) => capacity,
  'filesystem/available': ({ available }) => available,
  'filesystem/inodes': ({ inodes }) => inodes,
  'filesystem/inodes_free': ({ inodesFree }) => inodesFree,
};

/** What is read for a column. */
export interface ColumnReading<Part> {
  readonly column: number;
  readonly read: (part: Part) => number | undefined;
}

const known = new Map<Columns, readonly ColumnReading<Subject>[]>();

/** What to read for the columns of an entity; those that are computed, or come from elsewhere, are left out. */
export function readingsFor(columns: Columns): readonly ColumnReading<Subject>[] {
  let found = known.get(columns);
  if (found === undefined) {
    found = inColumns(columns, readings);
    known.set(columns, found);
  }
  return found;
}

/** Looked up once, because it is needed for every row of every answer. */
const inColumns = <Part>(
  columns: Columns,
  byMetric: Readonly<Record<string, (part: Part) => number | undefined>>,
): readonly ColumnReading<Part>[] =>
  columns.metrics.flatMap(({ name }, column) => {
    const read = byMetric[name];
    return read === undefined ? [] : [{ column, read }];
  });

/** What to read for the columns of a file system. */
export const filesystemReadings: readonly ColumnReading<FilesystemSummary>[] = inColumns(
  columnsOf('filesystem'),
  filesystemFigures,
);

/** When a subject's figures were measured: those of CPU, or else of memory, or else of the network. */
export const sampledAt = ({ cpu, memory, network: counters }: Subject): number =>
  firstKnown(cpu?.sampledAt, memory?.sampledAt, counters?.sampledAt);

/** By the clock of the node alone: ours may differ. A start after the sample was taken is none. */
function uptimeOf(subject: Subject): number | undefined {
  const uptime = sampledAt(subject) - subject.startedAt;
  return uptime >= 0 ? uptime : undefined;
}

/** Of a container what it wrote into its own layer, and its logs where there are any. */
function ephemeralUsageOf({ filesystem, ephemeralStorage, rootfs, logs }: Subject): number | undefined {
  const whole = filesystem?.used ?? ephemeralStorage?.used;
  if (whole !== undefined || rootfs === undefined) return whole;
  return rootfs.used + (logs === undefined || Number.isNaN(logs.used) ? 0 : logs.used);
}

function pressureReadings(resource: 'cpu' | 'memory' | 'io'): Readonly<Record<string, Reading>> {
  const figures = ['total', 'avg10', 'avg60', 'avg300'] as const satisfies readonly (keyof PressureLine)[];
  const kinds = ['some', 'full'] as const;
  return Object.fromEntries(
    kinds.flatMap((kind) =>
      figures.map((figure): [string, Reading] => [
        `${resource}/psi_${kind}_${figure}`,
        (subject) => subject[resource]?.pressure?.[kind][figure],
      ]),
    ),
  );
}

const firstKnown = (...moments: readonly (number | undefined)[]): number =>
  moments.find((moment) => moment !== undefined && !Number.isNaN(moment)) ?? Number.NaN;
