import { counter, gauge, type Metric, rate, ratio } from './metric.ts';

/** Sums over pods go up to namespaces and the cluster; Heapster had six of these, the others are added. */
const everywhere = 'N S P C NS CL';
const promised = 'N P C NS CL';

/** Heapster counted in floating point where Node objects speak; the values are whole all the same. */
const ofNode = (name: string, unit: Metric['unit'], description: string): Metric => ({
  ...gauge(name, unit, 'N CL', description),
  value: 'double',
});

/** What Heapster knew of the share of a node that is in use and promised, for one resource. */
function nodeShares(resource: string, unit: Metric['unit'], used: string): readonly Metric[] {
  return [
    ofNode(`${resource}/node_capacity`, unit, `What the Node object gives as its capacity of ${used}.`),
    ofNode(`${resource}/node_allocatable`, unit, `What of its capacity of ${used} is there for pods.`),
    ratio(`${resource}/node_reservation`, 'N CL', `Share of the allocatable ${used} that pods request.`),
    ratio(`${resource}/node_utilization`, 'N CL', `Share of the allocatable ${used} that is in use.`),
  ];
}

/** What pods ask for and may take of one resource; 0 where a container says nothing. */
function promises(resource: string, unit: Metric['unit'], what: string): readonly Metric[] {
  return [
    gauge(`${resource}/request`, unit, promised, `${what} that pod specs request; 0 where they do not say.`),
    gauge(`${resource}/limit`, unit, promised, `${what} that pod specs set as limit; 0 where they do not say.`),
  ];
}

const faults = 'memory/page_faults';
const major = 'memory/major_page_faults';

/** The metrics with one value per subject that Heapster had: 40. */
export const unlabeledMetrics: readonly Metric[] = [
  counter('uptime', 'ms', 'N S P C', 'Time since the start, by the clock of the node.'),
  counter('restart_count', '', 'P C', 'Restarts of containers.'),
  counter('cpu/usage', 'ns', 'N S P C', 'CPU time used since the start, on all cores.'),
  { ...gauge('cpu/usage_rate', 'millicores', everywhere, 'CPU in use.'), rateOf: 'cpu/usage' },
  {
    ...gauge('cpu/load', '', 'N S P C', 'Tasks that run or wait to; kubelets of today do not measure it.'),
    source: 'cadvisor',
  },
  ...promises('cpu', 'millicores', 'CPU'),
  ...nodeShares('cpu', 'millicores', 'CPU'),
  gauge('memory/usage', 'bytes', everywhere, 'Memory in use, the page cache included.'),
  gauge(
    'memory/working_set',
    'bytes',
    everywhere,
    'Memory in use that the kernel cannot simply drop: what eviction looks at.',
  ),
  gauge('memory/rss', 'bytes', 'N S P C', 'Anonymous memory: heap, stacks, swap cache.'),
  { ...gauge('memory/cache', 'bytes', 'N S P C', 'Page cache.'), source: 'cadvisor' },
  counter(faults, '', 'N S P C', 'Page faults.'),
  rate('memory/page_faults_rate', '', 'N S P C', faults),
  counter(major, '', 'N S P C', 'Page faults that had to read from disk.'),
  rate('memory/major_page_faults_rate', '', 'N S P C', major),
  ...promises('memory', 'bytes', 'Memory'),
  ...nodeShares('memory', 'bytes', 'memory'),
  counter('network/rx', 'bytes', 'N P', 'Bytes received on the default interface.'),
  counter('network/rx_errors', '', 'N P', 'Errors while receiving.'),
  rate('network/rx_rate', 'bytes', 'N P NS CL', 'network/rx'),
  rate('network/rx_errors_rate', '', 'N P', 'network/rx_errors'),
  counter('network/tx', 'bytes', 'N P', 'Bytes sent on the default interface.'),
  counter('network/tx_errors', '', 'N P', 'Errors while sending.'),
  rate('network/tx_rate', 'bytes', 'N P NS CL', 'network/tx'),
  rate('network/tx_errors_rate', '', 'N P', 'network/tx_errors'),
  gauge(
    'ephemeral_storage/usage',
    'bytes',
    'N P C NS CL',
    'Local disk in use: writable layers, logs, emptyDir volumes.',
  ),
  ...promises('ephemeral_storage', 'bytes', 'Local disk'),
  ...nodeShares('ephemeral_storage', 'bytes', 'local disk'),
];

/** What newer kubelets give and Heapster had no name for. */
export const newMetrics: readonly Metric[] = [
  gauge('memory/available', 'bytes', 'N S P C', 'Memory left until the limit, or until the end of the machine.'),
  gauge('memory/swap_usage', 'bytes', 'N S P C', 'Swap in use.'),
  gauge('memory/swap_available', 'bytes', 'N S P C', 'Swap that may still be used.'),
  gauge('process/count', '', 'N P', 'Processes.'),
  gauge('process/limit', '', 'N', 'Processes there may be at most.'),
  ...pressureOf('cpu', 'CPU'),
  ...pressureOf('memory', 'memory'),
  ...pressureOf('io', 'reads and writes'),
].map((metric) => ({ ...metric, isNew: true }));

/** Pressure stall information on one resource. */
function pressureOf(resource: string, what: string): readonly Metric[] {
  return [
    ...pressureLine(`${resource}/psi_some`, `at least one task waited for ${what}`),
    ...pressureLine(`${resource}/psi_full`, `all tasks waited for ${what} at once`),
  ];
}

function pressureLine(name: string, what: string): readonly Metric[] {
  const average = (seconds: number): Metric => ({
    ...gauge(`${name}_avg${seconds}`, 'percent', 'N S P C', `Share of the last ${seconds} s in which ${what}.`),
    value: 'double',
    decimals: 2,
  });
  return [counter(`${name}_total`, 'us', 'N S P C', `Time in which ${what}.`), average(10), average(60), average(300)];
}
