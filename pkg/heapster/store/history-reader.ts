import type { MonotonicMs } from '../../model/units.ts';
import { metricNamed } from '../catalogue/catalogue.ts';
import type { Entity } from '../entity.ts';
import { valueOfCode } from '../history/log-code.ts';
import type { SubjectHistory } from '../history/subject-history.ts';
import type { SeriesQuery } from '../model-source.ts';
import { rowKindOf } from '../rows/columns.ts';
import type { Layout, Row } from '../rows/layout.ts';
import { labelsOfRow, rowOf, sameLabels } from './row-entity.ts';

/** Where the values of a metric are. */
interface Cell {
  readonly row: Row;
  readonly column: number;
}

/** The points of one metric in one history, oldest first. */
export function* pointsIn(
  history: SubjectHistory,
  query: SeriesQuery,
): Generator<{ beat: MonotonicMs; value: number }> {
  for (const chunk of history.short.chunks) {
    const cell = cellOf(chunk.rows, query);
    if (cell === undefined) continue;
    const scale = cell.row.columns.scales[cell.column] ?? 1;
    for (const { beat, cells } of chunk.walk(cell.row.index)) {
      const value = cells[cell.column] ?? Number.NaN;
      if (!Number.isNaN(value)) yield { beat, value: value / scale };
    }
  }
}

/** The same from the long history. */
export function* longPointsIn(
  history: SubjectHistory,
  query: SeriesQuery,
): Generator<{ beat: MonotonicMs; mean: number; peak: number }> {
  for (const chunk of history.long.chunks) {
    const cell = cellOf(chunk.rows.layout, query);
    const at = cell === undefined ? -1 : 2 * cell.row.columns.long.indexOf(cell.column);
    if (cell === undefined || at < 0) continue;
    for (const { beat, cells } of chunk.walk(cell.row.index)) {
      const mean = valueOfCode(cells[at] ?? Number.NaN);
      const peak = valueOfCode(cells[at + 1] ?? Number.NaN);
      if (!Number.isNaN(mean)) yield { beat, mean, peak };
    }
  }
}

/** Names of the metrics with one value per subject of which a history has points. */
export function* metricNamesIn(history: SubjectHistory, entity: Entity): Generator<string> {
  for (const chunk of history.short.chunks) {
    const row = rowOf(chunk.rows, entity);
    if (row === undefined) continue;
    const seen = row.columns.metrics.map(() => false);
    for (const { cells } of chunk.walk(row.index)) cells.forEach((value, at) => (seen[at] ||= !Number.isNaN(value)));
    yield* row.columns.metrics.filter((_, at) => seen[at]).map(({ name }) => name);
    for (const child of chunk.rows.under(row)) if (child.kind === 'extra') yield child.name;
  }
}

function cellOf(layout: Layout, { entity, metric, labels }: SeriesQuery): Cell | undefined {
  const row = rowOf(layout, entity);
  if (row === undefined) return undefined;
  const known = metricNamed(metric);
  if (known === undefined) return cell(layout.find('extra', metric, row), 'value');
  const kind = rowKindOf(known);
  if (kind === undefined) return labels === undefined ? cell(row, metric) : undefined;
  if (labels === undefined) return undefined;
  const owned = layout.under(row).find((child) => child.kind === kind && sameLabels(labelsOfRow(child), labels));
  return cell(owned, metric);
}

function cell(row: Row | undefined, metric: string): Cell | undefined {
  const column = row?.columns.columnOf(metric);
  return row === undefined || column === undefined ? undefined : { row, column };
}
