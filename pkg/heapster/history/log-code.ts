/** Steps per doubling: neighbouring codes are 0.54 % apart, so a value read back is within 0.28 % of what it was. */
const steps = 128;

/** A value of the long history as a small whole number, so that what hardly moves hardly takes room; NaN stays NaN. */
export const logCode = (value: number): number => Math.round(Math.log2(1 + Math.max(0, value)) * steps);

/** The value that a code stands for. */
export const valueOfCode = (code: number): number => 2 ** (code / steps) - 1;
