import type { Sample, Usage } from './sample.ts';
import { as, type CoreNanoseconds, type EpochMs, type EpochNs, type NanoCores, type Nanoseconds } from './units.ts';

/** CPU time used within a window as a rate, cut to whole nanocores: the reference's arithmetic, bit for bit. */
export function cpuRate(used: CoreNanoseconds, window: Nanoseconds): NanoCores {
  return as<NanoCores>(Math.trunc(used / seconds(window)));
}

/** The time between two samples of one kubelet. Exact: both are whole milliseconds. */
export function samplesApart(earlier: EpochMs, later: EpochMs): Nanoseconds {
  return as<Nanoseconds>((later - earlier) * 1e6);
}

/**
 * The time from a container's start to a sample. Start times of today are doubles 256 ns apart, so the subtraction
 * happens in whole numbers; in floating point the window would be off in its last digits.
 */
export function windowBetween(startedAt: EpochNs, sampledAt: EpochMs): Nanoseconds {
  return as<Nanoseconds>(Number(BigInt(Math.trunc(sampledAt)) * 1_000_000n - BigInt(Math.trunc(startedAt))));
}

/**
 * What was used between two samples of one life of a container; nothing when no time passed or the counter fell.
 *
 * Counters pass 2^53 after 104 core-days. That is safe: they arrive as doubles, and subtracting two doubles rounds
 * once, exactly as Go's uint64 subtraction followed by float64() does.
 */
export function usageBetween(earlier: Sample, later: Sample): Usage | undefined {
  if (later.sampledAt <= earlier.sampledAt || later.cpu < earlier.cpu) return undefined;
  return usageOver(samplesApart(earlier.sampledAt, later.sampledAt), later.cpu - earlier.cpu, later);
}

/** What a container used since it started, when its counter was zero; nothing when its start is unknown or not past. */
export function usageSinceStart(sample: Sample): Usage | undefined {
  if (sample.startedAt === undefined) return undefined;
  const window = windowBetween(sample.startedAt, sample.sampledAt);
  return window > 0 ? usageOver(window, sample.cpu, sample) : undefined;
}

function usageOver(window: Nanoseconds, used: number, { sampledAt, memory, swap }: Sample): Usage {
  const cpu = cpuRate(as<CoreNanoseconds>(used), window);
  return { sampledAt, windowNs: window, cpu, memory, ...(swap !== undefined && { swap }) };
}

/** Whole and fractional seconds added apart, as Go's Duration.Seconds does: the last bit shows. */
const seconds = (window: Nanoseconds): number => Math.floor(window / 1e9) + (window % 1e9) / 1e9;
