import { cpuAmount, memoryAmount, percent } from './amount-text.ts';
import { sparkline } from './sparkline.ts';
import type { ResourceUsage, UsageKind, UsageRow } from './usage-row.ts';

/** How a table is laid out. */
export interface TableOptions {
  readonly of: UsageKind;
  /** Requests and limits as well. */
  readonly requests: boolean;
  /** How far back the curves go. */
  readonly sinceMs: number;
  /** `1h`. */
  readonly sinceText: string;
  /** Epoch milliseconds. */
  readonly now: number;
}

interface Column {
  readonly title: string;
  /** Numbers stand to the right. */
  readonly isNumber: boolean;
  readonly cell: (row: UsageRow) => string | undefined;
}

/** In characters: a bar for every five minutes of an hour. */
const curveWidth = 12;

/** What is not known. */
const unknown = '-';

/** A table for people, one line each, no longer than it has to be. */
export function usageTable(rows: readonly UsageRow[], options: TableOptions): string {
  const columns = columnsOf(options);
  const cells = [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ cell }) => cell(row) ?? unknown)),
  ];
  const widths = columns.map((_, at) => Math.max(...cells.map((line) => [...(line[at] ?? '')].length)));
  const lines = cells.map((line) =>
    line
      .map((text, at) => padded(text, widths[at] ?? 0, columns[at]?.isNumber ?? false))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

function columnsOf(options: TableOptions): readonly Column[] {
  const names: readonly Column[] = [
    ...(options.of === 'pods' ? [textColumn('NAMESPACE', ({ namespace }) => namespace)] : []),
    textColumn('NAME', ({ name }) => name),
  ];
  return [
    ...names,
    ...resourceColumns('CPU', ({ cpu }) => cpu, cpuAmount, options),
    ...resourceColumns('MEMORY', ({ memory }) => memory, memoryAmount, options),
  ];
}

function resourceColumns(
  title: string,
  resourceOf: (row: UsageRow) => ResourceUsage,
  amount: (value: number) => string,
  { of, requests, sinceMs, sinceText, now }: TableOptions,
): readonly Column[] {
  const number = (name: string, pick: (usage: ResourceUsage) => number | undefined): Column => ({
    title: name,
    isNumber: true,
    cell: (row) => {
      const value = pick(resourceOf(row));
      return value === undefined ? undefined : amount(value);
    },
  });
  const share = (name: string, pick: (usage: ResourceUsage) => number | undefined): Column => ({
    title: name,
    isNumber: true,
    cell: (row) => percent(resourceOf(row).now, pick(resourceOf(row))),
  });
  const span = { start: now - sinceMs, end: now, width: curveWidth };
  return [
    number(title, ({ now: value }) => value),
    ...(of === 'nodes' || of === 'cluster' ? [share('%', ({ allocatable }) => allocatable)] : []),
    textColumn(`LAST ${sinceText}`, (row) => sparkline(resourceOf(row).points, span)),
    number('PEAK', ({ peak }) => peak),
    ...(requests
      ? [
          number('REQUEST', ({ request }) => request),
          share('%REQ', ({ request }) => request),
          number('LIMIT', ({ limit }) => limit),
          share('%LIM', ({ limit }) => limit),
        ]
      : []),
  ];
}

const textColumn = (title: string, cell: Column['cell']): Column => ({ title, isNumber: false, cell });

function padded(text: string, width: number, isNumber: boolean): string {
  const missing = ' '.repeat(Math.max(0, width - [...text].length));
  return isNumber ? missing + text : text + missing;
}
