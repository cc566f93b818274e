declare const unit: unique symbol;

/** A number that remembers its unit, so that milliseconds never meet nanoseconds by accident. */
type In<Unit extends string> = number & { readonly [unit]: Unit };

/** A length of time in milliseconds. */
export type Milliseconds = In<'ms'>;
/** Nanoseconds of a duration. Exact up to 2^53, about 104 days. */
export type Nanoseconds = In<'ns'>;
/** A moment by some wall clock: milliseconds since 1970. */
export type EpochMs = In<'ms since 1970'>;
/**
 * A moment in nanoseconds since 1970, as the double a kubelet printed. Neighbouring doubles of today are 256 ns apart,
 * so never subtract two of them in floating point where the last bit shows: see `windowBetween`.
 */
export type EpochNs = In<'ns since 1970'>;
/** A moment by a clock that never jumps, counted from an arbitrary start. Only differences mean something. */
export type MonotonicMs = In<'monotonic ms'>;
/** CPU time a container has used since it started. */
export type CoreNanoseconds = In<'core-nanoseconds'>;
/** A rate: 1e9 is one core. */
export type NanoCores = In<'nanocores'>;
/** An amount of memory. */
export type Bytes = In<'bytes'>;

/** The one door through which a bare number gets a unit: use it where data enters. */
export const as = <T extends In<string>>(value: number): T => value as T;
