import { counter, gauge, type Metric, rate } from './metric.ts';

const labeled = (labels: readonly string[], metrics: readonly Metric[]): readonly Metric[] =>
  metrics.map((metric) => ({ ...metric, labels }));

const onDisk = 'N S P C';

/** By `resource_id`: `/`, `logs`, `Volume:<name>`. Heapster declared bytes for inodes, which are a count. */
export const filesystemMetrics: readonly Metric[] = labeled(
  ['resource_id'],
  [
    gauge('filesystem/usage', 'bytes', 'N P C', 'Bytes in use.'),
    gauge('filesystem/limit', 'bytes', 'N P C', 'Size of the file system.'),
    gauge('filesystem/available', 'bytes', 'N P C', 'Bytes left.'),
    gauge('filesystem/inodes', '', 'N P C', 'Inodes of the file system.'),
    gauge('filesystem/inodes_free', '', 'N P C', 'Inodes left.'),
  ],
);

/** By `resource_id`: the device. */
export const diskMetrics: readonly Metric[] = labeled(
  ['resource_id'],
  [
    { ...counter('disk/io_read_bytes', 'bytes', onDisk, 'Bytes read.'), source: 'cadvisor' },
    { ...rate('disk/io_read_bytes_rate', 'bytes', onDisk, 'disk/io_read_bytes'), source: 'cadvisor' },
    { ...counter('disk/io_write_bytes', 'bytes', onDisk, 'Bytes written.'), source: 'cadvisor' },
    { ...rate('disk/io_write_bytes_rate', 'bytes', onDisk, 'disk/io_write_bytes'), source: 'cadvisor' },
  ],
);

/** Kubelets since 1.25 leave accelerators to the exporters of their vendors. */
export const acceleratorMetrics: readonly Metric[] = labeled(
  ['make', 'model', 'accelerator_id'],
  [
    gauge('accelerator/memory_total', 'bytes', 'C', 'Memory of the accelerator.'),
    gauge('accelerator/memory_used', 'bytes', 'C', 'Memory of the accelerator in use.'),
    gauge('accelerator/duty_cycle', 'percent', 'C', 'Share of the time in which the accelerator worked.'),
  ],
);
