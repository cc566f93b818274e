import { cpuAmount, memoryAmount } from './amount-text.ts';
import type { Measured, MemoryParts, PodAccount } from './pod-account.ts';

/** Says of a pod's figures what was measured, by whom, when, over how long, and what its memory is made of. */
export function explainPod({ namespace, name, node, phase, measured, memory }: PodAccount, now: number): string {
  const where = node === '' ? 'on no node yet' : `on node ${node}`;
  return [
    `Pod ${namespace}/${name}, ${phase}, ${where}`,
    '',
    'What kubectl top and the HorizontalPodAutoscaler see (metrics.k8s.io)',
    ...('whyNot' in measured ? [`  nothing: ${measured.whyNot}`] : measuredLines(measured, node, now)),
    '',
    'What its memory is made of (the catalogue)',
    ...('whyNot' in memory ? [`  not known: ${memory.whyNot}`] : memoryLines(memory)),
    '',
  ].join('\n');
}

function measuredLines({ at, window, containers }: Measured, node: string, now: number): readonly string[] {
  const ago = Math.max(0, Math.round((now - at) / 1000));
  return [
    ...table([
      ['CONTAINER', 'CPU', 'MEMORY'],
      ...containers.map(({ name, millicores, memoryBytes }) => [
        name,
        cpuAmount(millicores),
        memoryAmount(memoryBytes),
      ]),
    ]),
    `  Measured by the kubelet of ${node} at ${new Date(at).toISOString()} by its clock, ${ago}s ago.`,
    `  CPU is the mean of the ${window} before: what the counter of the container grew, by the time that took.`,
    '  MEMORY is the working set at that moment.',
  ];
}

/** What the words mean, for whoever compares them with free, ps or docker stats. */
const meanings: readonly (readonly [column: string, meaning: string])[] = [
  ['WORKING SET', 'what the kernel cannot simply drop: usage less the page cache it has not touched for a while'],
  ['USAGE', 'everything the cgroup is charged for, the page cache included'],
  ['RSS', 'anonymous memory: heap and stacks; what ps adds up'],
  ['CACHE', 'pages of files; dropped when memory runs short'],
];

function memoryLines(parts: readonly MemoryParts[]): readonly string[] {
  const amount = (bytes: number | undefined): string => (bytes === undefined ? '-' : memoryAmount(bytes));
  const rows = parts.map(({ container, workingSet, usage, rss, cache }) => [
    container ?? '(whole pod)',
    ...[workingSet, usage, rss, cache].map(amount),
  ]);
  const width = Math.max(...meanings.map(([column]) => column.length));
  return [
    ...table([['CONTAINER', ...meanings.map(([column]) => column)], ...rows]),
    ...meanings.map(([column, meaning]) => `  ${column.padEnd(width)}  ${meaning}`),
    '  The whole pod is its own cgroup: more than the sum of its containers by what its sandbox uses.',
    ...(parts.every(({ cache }) => cache === undefined) ? ['  CACHE needs --catalogue-cadvisor.'] : []),
  ];
}

/** The first column to the left, numbers to the right. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => [...(row[at] ?? '')].length)));
  return rows.map((row) =>
    `  ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ')}`.trimEnd(),
  );
}
