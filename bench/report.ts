import { median, short } from './figures.ts';
import { type Figure, rowOf } from './rows.ts';

/** What all runs of all contenders gave for one figure of one shape. */
export interface Result {
  readonly shape: string;
  readonly figure: Figure;
  /** By contender, a value for each run. */
  readonly values: Readonly<Record<string, readonly number[]>>;
}

/** The table for the terminal. */
export function tableOf(results: readonly Result[], contenders: readonly string[]): string {
  const head = headOf(contenders);
  const rows = [head, ...results.map((result) => cells(result, contenders))];
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** The same in Markdown. */
export function markdownOf(results: readonly Result[], contenders: readonly string[]): string {
  const head = headOf(contenders);
  const rows = [head, head.map(() => '---'), ...results.map((result) => cells(result, contenders))];
  return rows.map((row) => `| ${row.join(' | ')} |`).join('\n');
}

const headOf = (contenders: readonly string[]): readonly string[] => [
  'cluster',
  'what',
  'budget',
  '',
  ...contenders.flatMap((name) => [name, 'min to max']),
  ...ratioHead(contenders),
];

/** How the first contender fares against the others, and how it should against metrics-server. */
const ratioHead = (contenders: readonly string[]): string[] =>
  contenders.slice(1).flatMap((other) => [`${contenders[0]} : ${other}`, 'aim', '']);

function cells({ shape, figure, values }: Result, contenders: readonly string[]): string[] {
  const row = rowOf(shape, figure);
  const medians = contenders.map((name) => median(values[name] ?? []));
  const [first = Number.NaN, ...others] = medians;
  return [
    shape,
    row.name,
    row.budget === undefined ? '' : `${row.budget} ${row.unit}`,
    verdict(row.budget, first),
    ...contenders.flatMap((name, at) => [
      `${short(medians[at] ?? Number.NaN)} ${row.unit}`,
      spread(values[name] ?? []),
    ]),
    ...others.flatMap((other) => [short(first / other), aimed(row.aim), verdict(row.aim, first / other)]),
  ];
}

const aimed = (aim: number | undefined): string => (aim === undefined ? '' : short(aim));

function verdict(bound: number | undefined, value: number): string {
  if (bound === undefined || Number.isNaN(value)) return '';
  return value <= bound ? 'pass' : 'miss';
}

const spread = (values: readonly number[]): string => `${short(Math.min(...values))} to ${short(Math.max(...values))}`;
