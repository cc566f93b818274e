import type { CpuWave } from '../shape/cluster-shape.ts';

const nanosPerCoreMs = 1e6;

/** Core-nanoseconds used in the first `ageMs` of a life: the exact integral of what the container uses. */
export function cpuUsedBy(use: number | CpuWave, ageMs: number): number {
  if (ageMs <= 0) return 0;
  if (typeof use === 'number') return use * ageMs * nanosPerCoreMs;
  const radius = use.periodMs / (2 * Math.PI);
  const swing = use.amplitudeCores * radius * (1 - Math.cos(ageMs / radius));
  return (use.meanCores * ageMs + swing) * nanosPerCoreMs;
}

/** Mean cores from two readings of a counter in core-nanoseconds. */
export function meanCores(usedNs: number, overMs: number): number {
  return usedNs / (overMs * nanosPerCoreMs);
}
