import type { EpochMs } from '../../model/units.ts';
import { as } from '../../model/units.ts';
import type { CurrentFrame, SubjectHistory } from '../history/subject-history.ts';
import type { LabeledValue, MetricSet } from '../model-source.ts';
import { timeOf } from '../rows/columns.ts';
import type { Row } from '../rows/layout.ts';
import { labelsOfRow } from './row-entity.ts';

/** What the newest frame says of one entity. */
export type CurrentValues = Pick<MetricSet, 'sampledAt' | 'startedAt' | 'values' | 'labeled'>;

/**
 * Reads an entity's row, and those of what it has, from the newest frame: of it only these where it is not given whole, as by
 * whoever reads all entities.
 */
export function currentValues(history: SubjectHistory, row: Row, whole?: CurrentFrame): CurrentValues {
  const values = new Map<string, number>();
  const children = history.layout.under(row);
  const frame = whole ?? history.current({ from: row.index, to: (children.at(-1) ?? row).index + 1 });
  const labeled: LabeledValue[] = [];
  eachValue(frame, row, (metric, value) => values.set(metric, value));
  for (const child of children) {
    if (!history.isCurrent(child)) continue;
    if (child.kind === 'extra') eachValue(frame, child, (_, value) => values.set(child.name, value));
    else if (child.kind !== 'pod_container')
      eachValue(frame, child, (metric, value) => labeled.push({ metric, labels: labelsOfRow(child), value }));
  }
  return { sampledAt: sampledAtOf(frame, row), startedAt: timeIn(frame, row, 'start'), values, labeled };
}

function eachValue(frame: CurrentFrame | undefined, row: Row, take: (metric: string, value: number) => void): void {
  for (const [column, { name }] of row.columns.metrics.entries()) {
    const value = frame?.cells[row.at + column] ?? Number.NaN;
    if (!Number.isNaN(value)) take(name, value / (row.columns.scales[column] ?? 1));
  }
}

function sampledAtOf(frame: CurrentFrame | undefined, row: Row): EpochMs {
  const times = (['cpu', 'memory', 'network'] as const).map((which) => timeIn(frame, row, which));
  return times.find((time) => !Number.isNaN(time)) ?? as<EpochMs>(Number.NaN);
}

const timeIn = (frame: CurrentFrame | undefined, row: Row, which: keyof typeof timeOf): EpochMs =>
  as<EpochMs>(frame?.times[row.timesAt + timeOf[which]] ?? Number.NaN);
