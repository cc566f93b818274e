import type { Point } from './model-client.ts';

/** What usage can be shown of. */
export const usageKinds = ['nodes', 'pods', 'namespaces', 'cluster'] as const;

/** One of them. */
export type UsageKind = (typeof usageKinds)[number];

/** What one node, pod or namespace uses, or all of them together. */
export interface UsageRow {
  /** Of a pod. */
  readonly namespace?: string;
  readonly name: string;
  /** In millicores. */
  readonly cpu: ResourceUsage;
  /** Working set, in bytes. */
  readonly memory: ResourceUsage;
}

/** One resource; what is not known is not there. */
export interface ResourceUsage {
  /** Oldest first. */
  readonly points: readonly Point[];
  readonly now?: number;
  /** The most there was. */
  readonly peak?: number;
  /** What the containers ask for; 0 where they do not say. */
  readonly request?: number;
  readonly limit?: number;
  /** What nodes have for pods. */
  readonly allocatable?: number;
}

/** What rows can be sorted by: names upwards, amounts downwards. */
export const sortKeys = ['name', 'cpu', 'memory', 'cpu-peak', 'memory-peak'] as const;

/** One of them. */
export type SortKey = (typeof sortKeys)[number];

/** The rows in another order; equal amounts stay in order of name. */
export function sorted(rows: readonly UsageRow[], by: SortKey): readonly UsageRow[] {
  const amountOf = amounts[by];
  if (amountOf === undefined) return rows;
  return rows.toSorted((a, b) => (amountOf(b) ?? -1) - (amountOf(a) ?? -1));
}

const amounts: Readonly<Record<SortKey, ((row: UsageRow) => number | undefined) | undefined>> = {
  name: undefined,
  cpu: ({ cpu }) => cpu.now,
  memory: ({ memory }) => memory.now,
  'cpu-peak': ({ cpu }) => cpu.peak,
  'memory-peak': ({ memory }) => memory.peak,
};
