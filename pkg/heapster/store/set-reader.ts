import type { EpochMs } from '../../model/units.ts';
import { as } from '../../model/units.ts';
import type { SubjectHistory } from '../history/subject-history.ts';
import type { LabeledValue, MetricSet } from '../model-source.ts';
import { timeOf } from '../rows/columns.ts';
import type { Row } from '../rows/layout.ts';
import { labelsOfRow } from './row-entity.ts';

/** What the newest frame says of one entity. */
export type CurrentValues = Pick<MetricSet, 'sampledAt' | 'startedAt' | 'values' | 'labeled'>;

/** Reads an entity's row, and those of what it has, from the newest frame. */
export function currentValues(history: SubjectHistory, row: Row): CurrentValues {
  const values = new Map<string, number>();
  const labeled: LabeledValue[] = [];
  eachValue(history, row, (metric, value) => values.set(metric, value));
  for (const child of history.layout.under(row)) {
    if (!history.isCurrent(child)) continue;
    if (child.kind === 'extra') eachValue(history, child, (_, value) => values.set(child.name, value));
    else if (child.kind !== 'pod_container')
      eachValue(history, child, (metric, value) => labeled.push({ metric, labels: labelsOfRow(child), value }));
  }
  return { sampledAt: sampledAtOf(history, row), startedAt: timeIn(history, row, 'start'), values, labeled };
}

function eachValue(history: SubjectHistory, row: Row, take: (metric: string, value: number) => void): void {
  const cells = history.current?.cells;
  for (const [column, { name }] of row.columns.metrics.entries()) {
    const value = cells?.[row.at + column] ?? Number.NaN;
    if (!Number.isNaN(value)) take(name, value / (row.columns.scales[column] ?? 1));
  }
}

function sampledAtOf(history: SubjectHistory, row: Row): EpochMs {
  const times = (['cpu', 'memory', 'network'] as const).map((which) => timeIn(history, row, which));
  return times.find((time) => !Number.isNaN(time)) ?? as<EpochMs>(Number.NaN);
}

const timeIn = (history: SubjectHistory, row: Row, which: keyof typeof timeOf): EpochMs =>
  as<EpochMs>(history.current?.times[row.timesAt + timeOf[which]] ?? Number.NaN);
