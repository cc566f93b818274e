import { as, type CoreNanoseconds, type EpochMs, type EpochNs, type NanoCores, type Nanoseconds } from './units.ts';

/**
 * CPU time used within a window as a rate, cut to whole nanocores: the reference's arithmetic, bit for bit.
 *
 * Counters pass 2^53 after 104 core-days. That is safe: they arrive as doubles, and subtracting two doubles rounds
 * once, exactly as Go's uint64 subtraction followed by float64() does.
 */
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

/** Whole and fractional seconds added apart, as Go's Duration.Seconds does: the last bit shows. */
const seconds = (window: Nanoseconds): number => Math.floor(window / 1e9) + (window % 1e9) / 1e9;
