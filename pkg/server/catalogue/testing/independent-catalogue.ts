/**
 * The catalogue reckoned a second time, from the JSON of recorded answers and in another way than the product does it:
 * figures by their paths, everything derived by the formula in the books.
 */

/** JSON that is read by paths. */
export type Json = Readonly<Record<string, unknown>>;

/** An answer of `/stats/summary`. */
export interface SummaryJson {
  readonly node: Json & { readonly systemContainers?: readonly Json[] };
  readonly pods: readonly PodJson[];
}

/** A pod in it. */
export type PodJson = Json & {
  readonly podRef: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly containers?: readonly Json[];
  readonly volume?: readonly Json[];
};

/** Where a plain figure stands. */
const paths: Readonly<Record<string, string>> = {
  'cpu/usage': 'cpu.usageCoreNanoSeconds',
  'memory/usage': 'memory.usageBytes',
  'memory/working_set': 'memory.workingSetBytes',
  'memory/rss': 'memory.rssBytes',
  'memory/available': 'memory.availableBytes',
  'memory/page_faults': 'memory.pageFaults',
  'memory/major_page_faults': 'memory.majorPageFaults',
  'memory/swap_usage': 'swap.swapUsageBytes',
  'memory/swap_available': 'swap.swapAvailableBytes',
  'network/rx': 'network.rxBytes',
  'network/rx_errors': 'network.rxErrors',
  'network/tx': 'network.txBytes',
  'network/tx_errors': 'network.txErrors',
  ...Object.fromEntries(
    ['cpu', 'memory', 'io'].flatMap((resource) =>
      [
        'some_total',
        'some_avg10',
        'some_avg60',
        'some_avg300',
        'full_total',
        'full_avg10',
        'full_avg60',
        'full_avg300',
      ].map((line) => [`${resource}/psi_${line}`, `${resource}.psi.${line.replace('_', '.')}`]),
    ),
  ),
};

/** Which counter a rate is of, and beside which figure its time stands. */
const rates: Readonly<Record<string, readonly [counter: string, time: string]>> = {
  'memory/page_faults_rate': ['memory.pageFaults', 'memory.time'],
  'memory/major_page_faults_rate': ['memory.majorPageFaults', 'memory.time'],
  'network/rx_rate': ['network.rxBytes', 'network.time'],
  'network/rx_errors_rate': ['network.rxErrors', 'network.time'],
  'network/tx_rate': ['network.txBytes', 'network.time'],
  'network/tx_errors_rate': ['network.txErrors', 'network.time'],
};

const filesystemFields: Readonly<Record<string, string>> = {
  'filesystem/usage': 'usedBytes',
  'filesystem/limit': 'capacityBytes',
  'filesystem/available': 'availableBytes',
  'filesystem/inodes': 'inodes',
  'filesystem/inodes_free': 'inodesFree',
};

/** The figure at a path; undefined where there is none. */
export function at(json: Json | undefined, path: string): number | undefined {
  let value: unknown = json;
  for (const step of path.split('.')) value = (value as Json | undefined)?.[step];
  return typeof value === 'number' ? value : undefined;
}

/** The moment at a path, in milliseconds. */
function timeAt(json: Json | undefined, path: string): number {
  let value: unknown = json;
  for (const step of path.split('.')) value = (value as Json | undefined)?.[step];
  return typeof value === 'string' ? Date.parse(value) : Number.NaN;
}

/** A plain figure, or a rate, of anything that a summary tells of; `told` is what it told in each round, the newest first. */
export function measured(metric: string, told: readonly Json[]): number | undefined {
  const [now] = told;
  if (metric === 'uptime') {
    const uptime = timeAt(now, 'cpu.time') - timeAt(now, 'startTime');
    return uptime >= 0 ? uptime : undefined;
  }
  if (metric === 'cpu/usage_rate') {
    const nanos = perSecond(told, ['cpu.usageCoreNanoSeconds', 'cpu.time']);
    return nanos === undefined ? undefined : Math.trunc(nanos / 1e6);
  }
  if (metric === 'process/limit') return at(now, 'rlimit.maxpid');
  if (metric === 'process/count') return at(now, 'rlimit.curproc') ?? at(now, 'process_stats.process_count');
  const rate = rates[metric];
  if (rate !== undefined) return round(perSecond(told, rate), 3);
  const path = paths[metric];
  return path === undefined ? undefined : at(now, path);
}

/** Increase per second between the newest two samples of one life; one that is told again is no new one. */
function perSecond(told: readonly Json[], [counter, time]: readonly [string, string]): number | undefined {
  const [now, before] = told;
  if (before === undefined) return undefined;
  const [from, to] = [at(before, counter), at(now, counter)];
  const [since, until] = [timeAt(before, time), timeAt(now, time)];
  if (from === undefined || to === undefined || to < from || timeAt(now, 'startTime') > since) return undefined;
  if (until === since && to === from) return perSecond(told.slice(1), [counter, time]);
  return until > since ? ((to - from) / (until - since)) * 1000 : undefined;
}

/** Local disk: of nodes and pods as they say; of containers their layer and their logs. */
export function ephemeralUsage(kind: 'node' | 'pod' | 'container', json: Json): number | undefined {
  if (kind === 'node') return at(json, 'fs.usedBytes');
  if (kind === 'pod') return at(json, 'ephemeral-storage.usedBytes');
  const layer = timeAt(json, 'rootfs.time') === 0 ? undefined : at(json, 'rootfs.usedBytes');
  return layer === undefined ? undefined : layer + (at(json, 'logs.usedBytes') ?? 0);
}

/** A figure of a file system: the node's, a container's, a volume's. */
export function filesystem(metric: string, json: Json | undefined): number | undefined {
  const field = filesystemFields[metric];
  if (json === undefined || field === undefined) return undefined;
  return field === 'usedBytes' && timeAt(json, 'time') === 0 ? undefined : at(json, field);
}

/** Cut to so many digits behind the point. */
export function round(value: number | undefined, digits: number): number | undefined {
  return value === undefined ? undefined : Number(value.toFixed(digits));
}

/** All of them together, to three digits; undefined when one is not known, or there is none. */
export function sumOf(values: readonly (number | undefined)[]): number | undefined {
  if (values.length === 0 || values.includes(undefined)) return undefined;
  return round(
    values.reduce<number>((sum, value) => sum + (value ?? 0), 0),
    3,
  );
}

/**
 * What the spec of a pod promises it of a resource, in the order in which things happen: each init container beside the
 * sidecars before it, then all that stay.
 */
export function promised(spec: SpecJson, which: 'requests' | 'limits', resource: string): number {
  const amount = (container: ContainerJson): number => amountOf(container.resources?.[which]?.[resource]);
  const steps: number[] = [];
  let sidecars = 0;
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') sidecars += amount(container);
    else steps.push(sidecars + amount(container));
  }
  steps.push(spec.containers.reduce((sum, container) => sum + amount(container), sidecars));
  return Math.max(...steps);
}

/** The few spellings that the recorded pods have: `100m`, `2`, `16Mi`. */
export function amountOf(text: string | undefined): number {
  if (text === undefined) return 0;
  if (text.endsWith('Mi')) return Number.parseInt(text, 10) * 1024 * 1024;
  return text.endsWith('m') ? Number.parseInt(text, 10) : Number.parseInt(text, 10) * 1000;
}

/** The part of a pod's spec that is read here. */
export interface SpecJson {
  readonly initContainers?: readonly ContainerJson[];
  readonly containers: readonly ContainerJson[];
}

/** A container in it. */
export interface ContainerJson {
  readonly name: string;
  readonly restartPolicy?: string;
  readonly resources?: { readonly requests?: Record<string, string>; readonly limits?: Record<string, string> };
}
