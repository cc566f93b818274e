/** A figure that was read again and again. */
export interface Series {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly number[];
  /** By how much it may differ for no reason. */
  readonly slack: number;
}

/** Whether a series has found its level, and what it was. */
export interface Level {
  readonly early: number;
  readonly late: number;
  readonly grows: boolean;
}

/** Compares the last quarter with the second: the first is the start, in which everything grows. */
export function levelOf({ values, slack }: Series): Level {
  const quarter = Math.floor(values.length / 4);
  const early = median(values.slice(quarter, 2 * quarter));
  const late = median(values.slice(-quarter));
  return { early, late, grows: late > early + slack };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
