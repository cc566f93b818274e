/** How long to wait after the nth failure in a row (n from 1), in milliseconds. */
export interface BackoffPolicy {
  readonly firstMs: number;
  readonly factor: number;
  readonly maxMs: number;
  /** Share of the wait that is drawn by chance, so that many clients do not come back at once: 0.2 = ±20 %. */
  readonly jitter: number;
}

/** The wait after `failures` failures in a row. `random` gives [0, 1), so that a test can throw its own dice. */
export function backoffMs(policy: BackoffPolicy, failures: number, random: () => number = Math.random): number {
  const grown = policy.firstMs * policy.factor ** Math.max(0, failures - 1);
  const spread = 1 + policy.jitter * (2 * random() - 1);
  return Math.min(grown, policy.maxMs) * spread;
}
