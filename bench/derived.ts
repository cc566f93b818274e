import type { Result } from './report.ts';
import type { Figure } from './rows.ts';
import { shapes } from './shapes.ts';

/** Rows that two clusters give together, for each contender by the order of its runs; none where one was not measured. */
export function derivedFrom(results: readonly Result[]): readonly Result[] {
  const of = (shape: string, figure: Figure): Result | undefined =>
    results.find((result) => result.shape === shape && result.figure === figure);
  const nodes = (name: string): number => shapes.find((shape) => shape.name === name)?.nodes ?? Number.NaN;
  const cpu = (shape: string): Result | undefined => of(shape, 'cpuPerScrape');
  const rss = (shape: string): Result | undefined => of(shape, 'rss');
  const empty = of('empty', 'rssListening');
  const growth = (large: number, small: number, base: number): number =>
    (large - base) / nodes('limit') / ((small - base) / nodes('standard'));
  return [
    combined('limit', 'cpuGrowth', [cpu('limit'), cpu('standard')], ([large, small]) => large / small),
    combined('limit', 'rssGrowth', [rss('limit'), rss('standard'), empty], ([large, small, base]) =>
      growth(large, small, base),
    ),
    // What is measured is per period of 15 s, and the catalogue is asked for once in four of them.
    combined('catalogue', 'summaryCpu', [cpu('catalogue'), cpu('standard')], ([on, off]) => 4 * (on - off)),
    combined('catalogue', 'summaryRss', [rss('catalogue'), rss('standard')], ([on, off]) => on - off),
  ].filter((result) => result !== undefined);
}

type Values = readonly [number, number, number];

function combined(
  shape: string,
  figure: Figure,
  parts: readonly (Result | undefined)[],
  of: (values: Values) => number,
): Result | undefined {
  const [first] = parts;
  if (first === undefined || parts.includes(undefined)) return undefined;
  const valueAt = (name: string, run: number, part: number): number => parts[part]?.values[name]?.[run] ?? Number.NaN;
  const values = Object.fromEntries(
    Object.entries(first.values).map(([name, runs]) => [
      name,
      runs.map((_, run) => of([valueAt(name, run, 0), valueAt(name, run, 1), valueAt(name, run, 2)])),
    ]),
  );
  return { shape, figure, values };
}
