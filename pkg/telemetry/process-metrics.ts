import type { Registry } from './exposition.ts';
import { ProcessFacts } from './process-facts.ts';
import { Reading } from './reading.ts';

type Row = readonly [name: string, help: string, read: (facts: ProcessFacts) => number | undefined];

const rows: readonly Row[] = [
  ['process_cpu_seconds_total', 'CPU time used, in user and system mode, in seconds.', (facts) => facts.cpuSeconds()],
  ['process_max_fds', 'How many files and sockets may be open at once.', (facts) => facts.openFilesLimit()],
  [
    'process_network_receive_bytes_total',
    'Bytes that arrived in the network namespace we are in.',
    (facts) => facts.receivedBytes(),
  ],
  [
    'process_network_transmit_bytes_total',
    'Bytes that left the network namespace we are in.',
    (facts) => facts.sentBytes(),
  ],
  ['process_open_fds', 'How many files and sockets are open.', (facts) => facts.openFiles()],
  ['process_resident_memory_bytes', 'Memory that is really held, in bytes.', (facts) => facts.residentBytes()],
  [
    'process_start_time_seconds',
    'When this program started, in seconds since 1970.',
    (facts) => facts.startedAtSeconds(),
  ],
  ['process_virtual_memory_bytes', 'Address space in use, in bytes.', (facts) => facts.virtualBytes()],
  [
    'process_virtual_memory_max_bytes',
    'Address space that may be used, in bytes.',
    (facts) => facts.virtualBytesLimit(),
  ],
];

/** Puts the families by which Prometheus knows processes into the registry. */
export function registerProcessMetrics(registry: Registry, facts = new ProcessFacts()): void {
  for (const [name, help, read] of rows) {
    const type = name.endsWith('_total') ? 'counter' : 'gauge';
    registry.register(new Reading({ name, help, type, read: () => read(facts) }));
  }
}
