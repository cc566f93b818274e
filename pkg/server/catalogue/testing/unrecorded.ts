/**
 * What occurs in none of the recordings of real kubelets, by level and metric. It is absent from what comes of them, which the
 * tests of recordings show value by value, and is reckoned from constructed answers (`catalogue-unrecorded.test.ts`).
 */
export const unrecorded = {
  /** Kubelets since 1.25 leave accelerators to others; our nodes had no swap, of which they say how much is used only. */
  summary: [
    'pod_container accelerator/memory_total',
    'pod_container accelerator/memory_used',
    'pod_container accelerator/duty_cycle',
    'sys_container memory/swap_available',
    'pod memory/swap_available',
  ],
  /** Kubelets of today say 0 of loads, because they do not measure them; no pod was there in two recordings with disks. */
  cadvisor: [
    'node cpu/load',
    'sys_container cpu/load',
    'pod cpu/load',
    'pod_container cpu/load',
    'pod disk/io_read_bytes_rate',
    'pod_container disk/io_read_bytes_rate',
    'pod disk/io_write_bytes_rate',
    'pod_container disk/io_write_bytes_rate',
  ],
} as const;
