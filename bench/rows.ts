/** One line of the table: a figure, and how large it may be. */
export interface Row {
  readonly name: string;
  readonly shape: string;
  readonly unit: 'ms' | 's' | 'mCPU' | 'MB' | '%' | 'times';
  /** Absent = told, not judged. */
  readonly budget?: number;
  /** The budget, to what metrics-server 0.9 took where the budgets were made: another server in the same run tells whether it is kept here. */
  readonly aim?: number;
}

/** What is measured of each shape. Everything is better when it is smaller. */
export const figures = {
  listening: ['process start to listening', 's'],
  rssListening: ['RSS then', 'MB'],
  firstAnswer: ['first answer complete for every node', 's'],
  cpuPerScrape: ['steady: CPU per node scraped, everything in', 'ms'],
  mcpu: ['steady: CPU', 'mCPU'],
  rss: ['steady: RSS', 'MB'],
  // Tells what the rows below are the cost of: a server that has less writes less.
  missing: ['steady: containers it has no figures of', '%'],
  json: ['all pods as JSON: CPU', 'ms'],
  protobuf: ['all pods as protobuf: CPU', 'ms'],
  table: ['all pods as Table: CPU', 'ms'],
  firstByte: ['all pods: first byte', 'ms'],
  jsonMemory: ['all pods as JSON: RSS beyond the steady state', 'MB'],
  protobufMemory: ['all pods as protobuf: RSS beyond the steady state', 'MB'],
  select: ['a label select in a namespace with half of the pods: CPU', 'ms'],
  calmP99: ['any other request, p99 with nothing else going on', 'ms'],
  otherP50: ['any other request while all pods are listed, p50', 'ms'],
  otherP99: ['any other request while all pods are listed, p99', 'ms'],
  blocked: ['the event loop while all pods are listed, blocked at the longest', 'ms'],
  longestTurn: ['the same: CPU that its thread takes in one turn, at the most', 'ms'],
  busyMcpu: ['100 selects each 15 s and all pods each second: CPU', 'mCPU'],
  busyRss: ['100 selects each 15 s and all pods each second: RSS', 'MB'],
  // Of two clusters: see derived.ts.
  cpuGrowth: ['CPU per node and period, to that of standard', 'times'],
  rssGrowth: ['RSS per node beyond that of empty, to that of standard', 'times'],
  summaryCpu: ['the catalogue: CPU per node and minute, beyond standard', 'ms'],
  summaryRss: ['the catalogue: RSS beyond standard', 'MB'],
} as const satisfies Readonly<Record<string, readonly [string, Row['unit']]>>;

/** The name of a figure. */
export type Figure = keyof typeof figures;

/** What was measured of one contender in one run. */
export type Figures = Partial<Record<Figure, number>>;

/** By shape, then figure: what may not be exceeded on two shared cores. */
export const budgets: Readonly<Record<string, Figures>> = {
  empty: { listening: 0.26, rssListening: 75 },
  small: { busyMcpu: 57, busyRss: 120 },
  medium: { rss: 150 },
  standard: { firstAnswer: 7.8, cpuPerScrape: 0.45, rss: 230, json: 110, protobuf: 110, select: 0.8 },
  limit: {
    firstAnswer: 20,
    mcpu: 200,
    rss: 750,
    json: 500,
    protobuf: 600,
    firstByte: 37,
    jsonMemory: 8,
    protobufMemory: 16,
    otherP99: 16,
    blocked: 20,
    longestTurn: 20,
    cpuGrowth: 1,
    rssGrowth: 1,
  },
  catalogue: { summaryCpu: 1.5, summaryRss: 256 },
};

/** What some of them were until they were met easily: they are the most that five runs took now, and a fifth more. */
const metEasily: Readonly<Record<string, Figures>> = {
  empty: { listening: 0.6 },
  small: { busyMcpu: 60 },
  standard: { firstAnswer: 8, select: 1 },
  limit: { firstByte: 50, jsonMemory: 16, otherP99: 25 },
};

/**
 * The same figures of metrics-server 0.9, in Go, on the two cores on which the budgets were made. Machines differ by more
 * than servers do: a budget in milliseconds means little elsewhere, its ratio to these figures does.
 */
const references: Readonly<Record<string, Figures>> = {
  empty: { listening: 0.5, rssListening: 62 },
  small: { busyMcpu: 67, busyRss: 181 },
  medium: { rss: 265 },
  standard: { firstAnswer: 31, cpuPerScrape: 1.12, rss: 413, json: 490, protobuf: 260, select: 5.6 },
  limit: { firstAnswer: 86, rss: 1786, json: 3660, protobuf: 2710 },
};

/** The row of a figure of a shape. */
export function rowOf(shape: string, figure: Figure): Row {
  const [name, unit] = figures[figure];
  const budget = budgets[shape]?.[figure];
  const reference = references[shape]?.[figure];
  if (budget === undefined) return { name, shape, unit };
  // Of what was asked for at first: lowered, a budget tells of the machine on which it was met.
  const asked = metEasily[shape]?.[figure] ?? budget;
  return { name, shape, unit, budget, ...(reference !== undefined && { aim: asked / reference }) };
}
